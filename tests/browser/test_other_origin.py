"""A page of another origin: hls.js with cookies plays when ``http.cors`` allows the origin."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from cfstream.sign import Signer
from examples.player.app import PLAYLIST, Setup
from tests.browser.conftest import DemoPage
from tests.browser.elsewhere import OtherOrigin


@pytest.fixture
def guest(browser: Browser, setup: Setup, elsewhere: OtherOrigin) -> Iterator[DemoPage]:
    """A browser on the page of another origin, without cookies."""
    context = browser.new_context()
    come = DemoPage(context.new_page())
    come.page.goto(elsewhere.origin)
    yield come
    context.close()
    assert come.faults == []


def watch(guest: DemoPage, setup: Setup) -> None:
    """Load the edge's playlist in the player."""
    guest.page.evaluate("watch", f"{setup.edge}/{PLAYLIST}")


def test_cookies_play_it_from_another_page(guest: DemoPage, setup: Setup) -> None:
    """Every request is a simple one, without a preflight, and the response headers policy allows the page to read."""
    cookies = Signer(setup.key, setup.key_id).for_hls(f"{setup.signed_for}/hls/", timedelta(hours=1)).cookies
    guest.page.context.add_cookies(
        [{"name": name, "value": value, "domain": setup.host, "path": "/"} for name, value in cookies.items()]
    )
    watch(guest, setup)
    guest.plays_to(2)
    assert set(guest.statuses("/hls/")) == {200}
    assert {answer.request.method for answer in guest.answers} == {"GET"}
    assert guest.page.evaluate("window.refusal") is None


def test_unsigned_requests_from_another_page(guest: DemoPage, setup: Setup) -> None:
    """Without cookies CloudFront refuses, and the page cannot read the refusal."""
    watch(guest, setup)
    guest.page.wait_for_function("window.refusal === 'manifestLoadError'", timeout=20_000)
    assert 200 not in guest.statuses("/hls/")
    assert guest.video("currentTime") == 0
