"""The first commands of the README and the tutorial, on a real terminal: none asks a question, and none fails."""

from pathlib import Path

import pytest

from handbook.terminal import typed
from tests.docs.page import ROOT, Block, parts, session
from tests.docs.reader import ELSEWHERE
from tests.world.sandbox import Sandbox

PAGES = ("README.md", "docs/start.md")


def commands(page: str) -> list[str]:
    """Return the commands of a page before the first apply."""
    blocks = [part for part in parts((ROOT / page).read_text(encoding="utf-8")) if isinstance(part, Block)]
    lines = [
        command.line for block in blocks if block.language == "console" for command in session(block.text)
    ]
    here = [line for line in lines if not line.startswith(tuple(ELSEWHERE))]
    return here[: next(number for number, line in enumerate(here) if line.startswith("cfstream apply"))]


@pytest.mark.parametrize("page", PAGES)
def test_the_first_commands_ask_nothing(
    page: str, edge: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands create a spec, a key and a plan. They get no input, so a question would fail."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    first, *_ = lines = commands(page)
    assert first.startswith("cfstream init ")
    assert len(lines) >= 2
    for line in lines:
        shown = typed(line.replace(" --sandbox", ""), tmp_path, seconds=60)
    assert "Plan: 5 to create" in shown
    assert (tmp_path / "keys" / "lectures-1.pem").exists()
