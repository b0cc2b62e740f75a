"""Whole plans, as text, as JSON, as Markdown and as a picture: what people and programs read, case by case."""

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
from cfstream.sandbox.server import Sandbox
from cfstream.spec.load import load
from cfstream.workflow import make_plan
from tests.golden.plans.stage import Stage
from tests.sandboxed import Clients

HERE = Path(__file__).parent
KEYS = HERE.parents[2] / "examples" / "keys"
CASES = sorted(file.parent.name for file in HERE.glob("*/live.json"))


@pytest.fixture
def stage(server: Sandbox, clients: Clients) -> Stage:
    """An empty account."""
    return Stage(server, clients)


def of_any_version(text: str) -> str:
    """The text with the version of the golden files in place of the one that made it, which each commit changes."""
    return text.replace(__version__, "0.1.0")


@pytest.mark.parametrize("case", CASES)
def test_plan_reads_as_it_did(
    case: str,
    stage: Stage,
    golden: Callable[[Path, str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The plan of a case is the one in its folder, to the letter: ``plan.txt`` and its like."""
    shutil.copytree(HERE / case, tmp_path, dirs_exist_ok=True)
    shutil.copytree(KEYS, tmp_path / "keys")
    monkeypatch.chdir(tmp_path)
    stage.set_up(Path("live.json"))
    specs = sorted(Path().glob("*.yaml"))
    for spec in specs:
        stage.spec(spec)
    plan = make_plan(load([str(spec) for spec in specs]), stage.world)
    golden(HERE / case / "plan.txt", plan_text(plan, color=False, width=stage.width))
    golden(HERE / case / "plan.json", of_any_version(as_text(plan_document(plan))))
    golden(HERE / case / "plan.md", plan_markdown(plan))
    golden(HERE / case / "plan.mmd", plan_mermaid(plan))
    if (HERE / case / "plan.html").exists():  # the pages of a few cases have all that there is to read
        golden(HERE / case / "plan.html", of_any_version(plan_html(plan).replace(STYLE, "")))
