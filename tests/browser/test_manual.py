"""The manual in a real browser: what its buttons copy can be pasted, and no page asks another host for anything."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and tells nobody."""

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    """Where the manual is served, on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    serving.join()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A tab that may use the clipboard, and from which every request goes to the manual itself."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    tab = context.new_page()
    asked: set[str] = set()
    tab.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    yield tab
    context.close()
    assert asked == {urlsplit(address).netloc}


def copied(page: Page, heading: str) -> list[str]:
    """What the button of the first block under a heading copies, without empty lines."""
    block = page.locator(f"h2#{heading} ~ .highlight").first
    block.hover()
    block.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied to clipboard").wait_for()
    return [line for line in page.evaluate("navigator.clipboard.readText()").splitlines() if line]


def test_what_a_session_copies_is_what_is_typed(page: Page, address: str) -> None:
    """Prompts, remarks and output stay on the page, where they can be read; of other blocks all is copied."""
    page.goto(f"{address}/how-to/sign/")
    typed = copied(page, "why-is-it-refused")
    assert len(typed) == 3
    assert all(line.startswith("cfstream ") for line in typed)
    assert "CloudFront lets it in." in page.locator("h2#why-is-it-refused ~ .highlight").first.inner_text()
    page.goto(f"{address}/start/")
    assert copied(page, "put-a-video-in-and-let-somebody-see-it")[0] == 'eval "$(cfstream sandbox up)"'
    page.goto(f"{address}/how-to/ci/")
    assert copied(page, "before-a-commit")[0] == "repos:"
