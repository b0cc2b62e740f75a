"""README and manual on a code host, which shows the files of the repository: no link is broken there."""

import re
from pathlib import Path

import pytest

from handbook import reference
from tests.docs.page import ROOT, pages

LINK = re.compile(r"\]\(([^)\s#]*)(?:#([^)\s]*))?\)|href=\"(?!https?:)([^\"#]+)")
ONLY_ON_THE_SITE = {"commands", "errors", "changelog", "contributing"}


def headings(page: Path) -> set[str]:
    """Return the anchors that a code host gives to the headings of a page."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", re.sub(r"\{#.*\}", "", title).strip().lower()).replace(" ", "-")
        for title in titles
    }


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_files_of_the_repository(page: Path) -> None:
    """Each file that a page links to is checked in, and has the heading."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for place, fragment, _ in LINK.findall(text):
        if place.startswith(("https://", "http://")):
            continue
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), place
        assert target.is_relative_to(ROOT), place
        if target.parent.name == "reference":
            assert target.stem in reference.CHECKED_IN, place
        if fragment and target.suffix == ".md" and target.parent.name != "reference":
            assert fragment in headings(target), f"{place}#{fragment}"


def test_other_pages_of_the_reference_are_only_on_the_site() -> None:
    """The program's pages are generated, and those that are not checked in are known."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {f"!docs/reference/{name}.md" for name in reference.CHECKED_IN} < {*ignored}
    assert ONLY_ON_THE_SITE.isdisjoint(reference.CHECKED_IN)
