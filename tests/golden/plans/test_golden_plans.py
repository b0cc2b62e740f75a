"""Whole plans: as text for every case, and in the other formats for six of them."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cfstream import __version__
from cfstream.render.document import as_text
from cfstream.render.html import plan_html
from cfstream.render.json import plan_document
from cfstream.render.markdown import plan_markdown
from cfstream.render.mermaid import plan_mermaid
from cfstream.render.stylesheet import STYLE
from cfstream.render.text import plan_text
from cfstream.spec.load import load
from cfstream.workflow import make_plan
from tests.golden.plans.live import NOW, fill, set_up
from tests.world.account import SandboxAccount
from tests.world.clock import QuickClock
from tests.world.sandbox import Sandbox

HERE = Path(__file__).parent
KEYS = HERE.parents[2] / "examples" / "keys"
CASES = sorted(file.parent.name for file in HERE.glob("*/live.json"))
IN_EVERY_FORMAT = ("exposed", "fleet", "hazards", "new-http", "oai-to-oac", "preflight")
"""A format shows nothing in another case that it does not show in one of these."""


@pytest.fixture
def account(sandbox: Sandbox, tmp_path: Path) -> SandboxAccount:
    """An empty account, at a fixed time."""
    return SandboxAccount(tmp_path, sandbox, QuickClock(NOW))


def of_any_version(text: str) -> str:
    """Return the text with the version of the golden files, because each commit changes the real one."""
    return text.replace(__version__, "0.1.0")


@pytest.mark.parametrize("case", CASES)
def test_plan_is_the_golden_one(
    case: str,
    account: SandboxAccount,
    golden: Callable[[Path, str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The plan of a case is that of its folder, character by character: ``plan.txt``, and the other formats if any."""
    shutil.copytree(HERE / case, tmp_path, dirs_exist_ok=True)
    shutil.copytree(KEYS, tmp_path / "keys")
    monkeypatch.chdir(tmp_path)
    width = set_up(account, Path("live.json"))
    specs = sorted(Path().glob("*.yaml"))
    for spec in specs:
        fill(account, spec)
    plan = make_plan(load([str(spec) for spec in specs]), account.world)
    golden(HERE / case / "plan.txt", plan_text(plan, color=False, width=width))
    if case in IN_EVERY_FORMAT:
        golden(HERE / case / "plan.json", of_any_version(as_text(plan_document(plan))))
        golden(HERE / case / "plan.md", plan_markdown(plan))
        golden(HERE / case / "plan.mmd", plan_mermaid(plan))
        golden(HERE / case / "plan.html", of_any_version(plan_html(plan).replace(STYLE, "")))


SHOWN = sorted(path for path in HERE.parent.rglob("*.*") if path.suffix in {".txt", ".md", ".html", ".mmd"})


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: str(path.relative_to(HERE.parent)))
def test_people_read_key_group_without_a_hyphen(path: Path) -> None:
    """Only an address, a flag and a reader in JSON have one. See the words in CONTRIBUTING.md."""
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"(?<!--)\bkey-group\b(?!:).{0,20}", text) == []
