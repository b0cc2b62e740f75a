"""What a plan advises about a key that leaves its group too early can be done as it is printed."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Result
from tests.cli.signing_account import folder
from tests.world.sandbox import Sandbox

Run = Callable[..., Result]

OWN = "      - {name: lectures-1, file: keys/lectures-1.pub.pem}\n"
PARTNER = OWN.replace("lectures-1", "partner")


@pytest.mark.parametrize("others", ["", PARTNER])
def test_the_key_is_put_back_and_replaced_by_the_printed_command(
    cfstream: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws: Sandbox, others: str
) -> None:
    """The command names the key, so it works in a group of one key and in one of several."""
    monkeypatch.chdir(tmp_path)
    folder(tmp_path)
    spec = Path("lectures.yaml")
    cfstream("keys", "new", "partner")
    spec.write_text(spec.read_text().replace(OWN, OWN + others))
    assert cfstream("apply", "lectures.yaml", "--yes", "--allow", "makes-public").code == 0
    before = spec.read_text()
    spec.write_text(before.replace(OWN, "" if others else PARTNER))
    result = cfstream("plan", "lectures.yaml")
    planned = " ".join((result.out + result.err).split())
    found = re.search(r"put it back, and run: (cfstream keys rotate [\w. -]*? --replaces \S+)", planned)
    assert found, planned
    spec.write_text(before)
    rotated = cfstream(*shlex.split(found[1])[1:])
    assert rotated.code == 0, rotated.err
    assert "replaces: [lectures-1]" in spec.read_text()
