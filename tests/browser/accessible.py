"""Accessibility of a page, as axe-core judges it."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"


def violations(page: Page, within: str = "html") -> list[tuple[str, list[str]]]:
    """Return each violated rule with its elements in a part of the page. It is an error if axe judged nothing."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    found: Any = page.evaluate("within => axe.run(within, {preload: false})", within)
    assert len(found["passes"]) > 5
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]
