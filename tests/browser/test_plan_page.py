"""The page of a plan in a real browser: accessible, in light and dark mode, wide and narrow, with the keyboard."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from cfstream.errors import Problem, Where
from cfstream.planning import Topology
from cfstream.planning.exposure import Exposure
from cfstream.render.html import plan_html, problems_html
from tests.browser.accessible import violations
from tests.unit.render.hostile import HOSTILE, stack_of
from tests.unit.render.plans import BROKEN, CHANGED, NEW, STILL, plan

SIGNERS, ANYONE = "signers: key-group lectures-signers", "anyone: bucket policy statement everybody"
TOPOLOGY = Topology(("media.example.com",), "oai", "lectures-media")
EXPOSURE = Exposure((SIGNERS,), (SIGNERS, ANYONE), ours=(SIGNERS,), anyone=(ANYONE,))
PLAN = plan(
    replace(NEW, name="new", topology=replace(TOPOLOGY, identity="oac")),
    replace(CHANGED, topology=TOPOLOGY, exposure=EXPOSURE),
    replace(stack_of("".join(HOSTILE), "nasty"), topology=replace(TOPOLOGY, hosts=tuple(HOSTILE))),
    BROKEN,
    replace(STILL, name="still"),
)


PROBLEMS = (
    Problem(Where("a.yaml", 5, 1), "unknown field colour", "delete it", "colour: red"),
    Problem(Where("".join(HOSTILE), 1, 1), "".join(HOSTILE), "".join(HOSTILE)),
)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page with a plan. Fails the test if the page logs an error or sends a request."""
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
@pytest.mark.parametrize("width", [1200, 400])
def test_the_page_is_accessible(browser: Browser, scheme: Literal["light", "dark"], width: int) -> None:
    """Axe finds no violation, and the page fits its width: of a plan, and of specs that cannot be read."""
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    tab = context.new_page()
    for page in (plan_html(PLAN), problems_html(PROBLEMS)):
        tab.set_content(page)
        assert violations(tab) == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_the_keyboard_reaches_everything(page: Page) -> None:
    """Tab reaches links, pictures and lists of steps; Enter collapses a list."""
    seen = []
    for _ in range(9):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.tagName.toLowerCase()"))
        if seen[-1] == "summary":
            page.keyboard.press("Enter")
            break
    assert seen == ["a", "a", "a", "a", "a", "figure", "summary"]
    assert page.evaluate("document.querySelectorAll('details[open]').length") == 2


def test_the_page_has_styles_for_light_dark_and_print(page: Page) -> None:
    """The content security policy allows the style; dark mode is dark, and print is white."""

    def ground() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    page.emulate_media(color_scheme="light")
    assert ground() == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    assert ground() == "rgb(13, 17, 23)"
    page.emulate_media(media="print")
    assert ground() == "rgb(255, 255, 255)"
