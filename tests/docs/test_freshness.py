"""What is checked in for the code host, pictures and reference pages, is what `make docs` would generate."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import page as speed
from benchmarks import results
from handbook import reference, screenshots
from handbook.freshness import compact, recorded_lines, source_digest, stamp_of
from handbook.pictures import CASTS
from handbook.terminal import COLUMNS
from tests.cli.conftest import Result
from tests.docs.page import ROOT
from tests.world.sandbox import Sandbox

PICTURES = ROOT / "docs" / "pictures"
AGAIN = "to record it again: make docs"
BYTES = 200_000
"""The limit for one picture."""


@pytest.mark.parametrize("name", reference.CHECKED_IN)
def test_a_reference_page_is_fresh(name: str) -> None:
    """It has the text that the program gives."""
    page = ROOT / "docs" / "reference" / f"{name}.md"
    generated = "\n".join(getattr(reference, name)()) + "\n"
    assert page.read_text(encoding="utf-8") == generated, "to generate it again: make schema"


def test_the_page_about_speed_is_fresh() -> None:
    """It and its charts are what the raw figures give."""
    again = "to generate them again: python -m benchmarks.page"
    figures = ROOT / "docs" / "benchmarks"
    sections = results.read(figures)
    drawn = speed.charts(sections)
    assert {file.stem: file.read_text(encoding="utf-8") for file in figures.glob("*.svg")} == drawn, again
    assert (ROOT / "docs" / "speed.md").read_text(encoding="utf-8") == speed.page(sections, drawn), again


def test_recordings_and_the_plan_page_are_fresh(
    cfstream: Callable[..., Result], edge: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recordings show every line that plan, apply and verify print. The screenshot is of the same page."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    cfstream("init", "lectures", "--new-key")
    page = cfstream("plan", "lectures.yaml", "--format", "html").out
    runs = {
        "start": ("plan", "lectures.yaml"),
        "apply": ("apply", "lectures.yaml", "--yes"),
        "verify": ("verify", "lectures.yaml", "--key", "keys/lectures-1.pem"),
    }
    assert runs.keys() == CASTS.keys()
    for name, arguments in runs.items():
        # Joined, because a terminal wraps other lines.
        shown = "".join(recorded_lines((PICTURES / f"{name}.svg").read_text(encoding="utf-8")))
        result = cfstream(*arguments)
        printed = [compact(line) for line in (result.out + result.err).splitlines() if line.strip()]
        assert [line for line in printed if line not in shown] == [], f"{name}.svg: {AGAIN}"
    for scheme in screenshots.SCHEMES:
        assert stamp_of(PICTURES / f"plan-{scheme}.png") == source_digest([page]), AGAIN


def test_the_screenshots_of_the_player_are_fresh() -> None:
    """They are of the page that the demo serves."""
    for scheme in screenshots.SCHEMES:
        assert stamp_of(PICTURES / f"player-plays-{scheme}.png") == screenshots.player_digest(), AGAIN


def test_pictures_are_small_and_used() -> None:
    """Each picture that is checked in is on a page, and each one on a page is checked in."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    files = {file.name: file.stat().st_size for file in PICTURES.iterdir()}
    assert files.keys() == {f"{name}.svg" for name in CASTS} | {*screenshots.NAMES}
    assert [name for name, size in files.items() if size > BYTES or f"pictures/{name}" not in text] == []
