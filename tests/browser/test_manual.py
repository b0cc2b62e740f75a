"""The manual in a real browser: its buttons copy what can be pasted, and pages load nothing from other hosts."""

import threading
from collections.abc import Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.accessible import violations

OnScreen: TypeAlias = tuple[Literal["light", "dark"], int]
SCREENS: tuple[OnScreen, ...] = (("light", 400), ("light", 1200), ("dark", 400), ("dark", 1200))

ELEMENTS = 40
"""Elements of an article."""

SCHEME_OF = {
    "light": "document.body.dataset.mdColorScheme === 'default'",
    "dark": "document.body.dataset.mdColorScheme === 'slate'",
}


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a log."""

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    """Serve the manual on loopback and yield its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(site)))
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    serving.join()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page that may use the clipboard. Fails the test if it sends a request to another host."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    tab = context.new_page()
    asked: set[str] = set()
    tab.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    yield tab
    context.close()
    assert asked == {urlsplit(address).netloc}


def copied(page: Page, heading: str) -> list[str]:
    """Return what the copy button of the first block under a heading copies, without empty lines."""
    block = page.locator(f"h2#{heading} ~ .highlight").first
    block.hover()
    block.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied to clipboard").wait_for()
    return [line for line in page.evaluate("navigator.clipboard.readText()").splitlines() if line]


def test_copy_buttons_copy_only_commands(page: Page, address: str) -> None:
    """In a session the button leaves out prompts, comments and output; in other blocks it copies everything."""
    page.goto(f"{address}/how-to/sign/")
    heading = "find-out-why-a-url-is-refused"
    typed = copied(page, heading)
    assert len(typed) == 3
    assert all(line.startswith("cfstream ") for line in typed)
    assert "CloudFront accepts it." in page.locator(f"h2#{heading} ~ .highlight").first.inner_text()
    page.goto(f"{address}/start/")
    assert copied(page, "upload-a-video-and-watch-it")[0] == 'eval "$(cfstream sandbox up)"'
    page.goto(f"{address}/how-to/ci/")
    assert copied(page, "pre-commit")[0] == "repos:"


@pytest.mark.parametrize(
    ("path", "within", "screens"),
    [
        ("", "html", SCREENS),
        ("how-to/sign/", "html", SCREENS[:1]),
        ("reference/commands/", "article", SCREENS[::3]),
        ("python/", "article", SCREENS[::3]),
        ("404.html", "html", SCREENS[1:2]),
    ],
)
def test_pages_are_accessible(
    browser: Browser, address: str, path: str, within: str, screens: Sequence[OnScreen]
) -> None:
    """In light and dark mode, narrow and wide, axe finds no violation, and the page fits its width.

    What all pages share is judged once, because axe takes a second for it.
    """
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(f"{address}/{path}")
    # The rest of a long page repeats the same elements, and axe would take seconds for it.
    tab.evaluate(f"[...document.querySelectorAll('article > *')].slice({ELEMENTS}).forEach(e => e.remove())")
    for scheme, width in screens:
        tab.set_viewport_size({"width": width, "height": 900})
        tab.emulate_media(color_scheme=scheme)
        tab.wait_for_function(SCHEME_OF[scheme])
        assert violations(tab, within) == [], (scheme, width)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        opened = tab.locator(".md-sidebar--primary").evaluate("e => e.getBoundingClientRect().left >= 0")
        assert opened is (width == 1200), "the navigation is open on a wide screen"
    context.close()
