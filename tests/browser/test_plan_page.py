"""The page of a plan in a real browser: anyone can read it, by day and by night, wide and narrow, with keys alone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from cfstream.planning import Road
from cfstream.planning.exposure import Exposure
from cfstream.render.html import plan_html
from tests.unit.render.hostile import NASTY, stack_of
from tests.unit.render.plans import BROKEN, CHANGED, NEW, STILL, plan

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
SIGNERS, ANYONE = "signers: key-group lectures-signers", "anyone: bucket policy statement everybody"
ROAD = Road(("media.example.com",), "oai", "lectures-media")
EXPOSURE = Exposure((SIGNERS,), (SIGNERS, ANYONE), ours=(SIGNERS,), anyone=(ANYONE,))
PLAN = plan(
    replace(NEW, name="new", road=replace(ROAD, identity="oac")),
    replace(CHANGED, road=ROAD, exposure=EXPOSURE),
    replace(stack_of("".join(NASTY), "nasty"), road=replace(ROAD, hosts=tuple(NASTY))),
    BROKEN,
    replace(STILL, name="still"),
)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab in which nothing may fail, and from which no request goes out."""
    context = browser.new_context()
    tab = context.new_page()
    faults: list[str] = []
    tab.on("console", lambda message: faults.append(message.text))
    tab.on("request", lambda request: faults.append(request.url))
    tab.set_content(plan_html(PLAN))
    yield tab
    context.close()
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_everybody_can_read_the_page(browser: Browser, scheme: Literal["light", "dark"], width: int) -> None:
    """Axe finds nothing: contrast, names, headings, landmarks, what scrolls; and the page is never too wide."""
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    tab = context.new_page()
    tab.set_content(plan_html(PLAN))
    tab.add_script_tag(path=AXE)
    found = tab.evaluate("axe.run()")
    wide = tab.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]] == []
    assert len(found["passes"]) > 15
    assert wide <= width


def test_keys_are_enough(page: Page) -> None:
    """Tab comes to links, pictures and lists of steps; Enter folds a list."""
    seen = []
    for _ in range(8):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.tagName.toLowerCase()"))
        if seen[-1] == "summary":
            page.keyboard.press("Enter")
            break
    assert seen == ["a", "a", "a", "a", "figure", "summary"]
    assert page.evaluate("document.querySelectorAll('details[open]').length") == 2


def test_the_page_has_its_style_by_day_by_night_and_on_paper(page: Page) -> None:
    """The policy lets its own style through; the night is dark, and paper is white."""

    def ground() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    page.emulate_media(color_scheme="light")
    assert ground() == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    assert ground() == "rgb(13, 17, 23)"
    page.emulate_media(media="print")
    assert ground() == "rgb(255, 255, 255)"
