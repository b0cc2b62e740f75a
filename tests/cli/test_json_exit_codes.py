"""With ``--format json``, the document of every command has the exit code of the command.

The commands come from the command line itself, so a new one cannot be forgotten.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from cfstream.cli import main
from cfstream.sandbox import Running, lifecycle
from tests.cli.conftest import Result
from tests.cli.signing_account import Folder

Run = Callable[..., Result]

RUNS = {
    "access": "access SPEC",
    "apply": "apply SPEC --yes --no-verify",
    "destroy": "destroy FRESH --yes",
    "diff": "diff SPEC FRESH",
    "docs": "docs http.cors",
    "doctor": "doctor",
    "explain": "explain https://media.example.com/a?Expires=1&Signature=x&Key-Pair-Id=K",
    "import": "import --all SPECS",
    "keys rotate": "keys rotate FRESH",
    "list": "list",
    "list --spec": "list --spec SPEC",
    "migrate": "migrate OLD --to oac",
    "plan": "plan SPEC",
    "sandbox status": "sandbox status --dir EMPTY",
    "sandbox up": "sandbox up --dir EMPTY",
    "show": "show SPEC",
    "sign": "sign a.mp4 --spec SPEC --key KEY --expires 1h",
    "validate": "validate SPEC",
    "verify": "verify SPEC",
    "wait": "wait SPEC",
}
"""Each command with its own document; codes other than 0 are in test_json_errors."""

WITHOUT = {"sandbox serve", "sandbox set"}
"""`serve` prints its document at the start; that of `set` is a map of settings."""

FRESH = "version: 1\nname: fresh\nbucket: {name: fresh-media, create: true}\n"
KEYS = "key_groups: [{name: fresh-signers, public_keys: [{name: fresh-1, file: keys/lectures-1.pub.pem}]}]\n"
OLD = FRESH + "oai: {}\ntrusted_signers: [self]\n"


def offered(command: Any, name: str = "") -> Iterator[str]:
    """Yield each command under this one that has a ``--format``. Each of them has `json`."""
    if hasattr(command, "list_commands"):
        context = command.make_context(name or "cfstream", [], resilient_parsing=True)
        for each in command.list_commands(context):
            yield from offered(command.get_command(context, each), f"{name} {each}".strip())
    elif any("--format" in param.opts for param in command.params):
        yield name


@pytest.fixture
def files(stack: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The paths for the words in capitals. A sandbox is not started: `up` finds one."""
    for name, text in {"fresh": FRESH + KEYS, "old": OLD}.items():
        (stack.path / f"{name}.yaml").write_text(text)
    running = Running("http://127.0.0.1:1", 1, tmp_path)
    monkeypatch.setattr(lifecycle, "up", lambda *_: running)
    return {
        "SPEC": stack.spec,
        "FRESH": str(stack.path / "fresh.yaml"),
        "OLD": str(stack.path / "old.yaml"),
        "KEY": stack.key("lectures-1"),
        "SPECS": str(tmp_path / "specs"),
        "EMPTY": str(tmp_path),
    }


def test_each_command_with_json_has_an_example() -> None:
    """A command that offers JSON is in one of the tables."""
    assert set(offered(get_command(main.app))) == {name.partition(" --")[0] for name in RUNS} | WITHOUT


@pytest.mark.parametrize("name", RUNS)
def test_a_document_has_the_exit_code_of_its_command(cfstream: Run, files: dict[str, str], name: str) -> None:
    """At the top level, beside the format version."""
    words = [files.get(word, word) for word in RUNS[name].split()]
    result = cfstream(*words, "--format", "json")
    document = json.loads(result.out)
    assert document["format_version"] == 1
    assert (document["exit_code"], "error" in document) == (result.code, False), result.err
