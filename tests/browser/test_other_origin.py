"""A page of another origin, as most players are on: hls.js with cookies plays by ``http.cors`` alone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from cfstream.sign import Signer
from examples.player.app import PLAYLIST, Stage
from tests.browser.conftest import Visitor
from tests.browser.elsewhere import Elsewhere


@pytest.fixture
def guest(browser: Browser, stage: Stage, elsewhere: Elsewhere) -> Iterator[Visitor]:
    """Somebody on the page of another origin, without any cookie."""
    context = browser.new_context()
    come = Visitor(context.new_page())
    come.page.goto(elsewhere.origin)
    yield come
    context.close()
    assert come.faults == []


def watch(guest: Visitor, stage: Stage) -> None:
    """Has the player load the playlist at the edge."""
    guest.page.evaluate("watch", f"{stage.edge}/{PLAYLIST}")


def test_cookies_play_it_from_another_page(guest: Visitor, stage: Stage) -> None:
    """Every request is a simple one: no browser asks before it, and the response headers policy lets the page read."""
    cookies = Signer(stage.key, stage.key_id).for_hls(f"{stage.signed_for}/hls/", timedelta(hours=1)).cookies
    guest.page.context.add_cookies(
        [{"name": name, "value": value, "domain": stage.host, "path": "/"} for name, value in cookies.items()]
    )
    watch(guest, stage)
    guest.plays_to(2)
    assert set(guest.statuses("/hls/")) == {200}
    assert {answer.request.method for answer in guest.answers} == {"GET"}
    assert guest.page.evaluate("window.refusal") is None


def test_nobody_plays_it_from_another_page(guest: Visitor, stage: Stage) -> None:
    """Without cookies the page gets nothing: CloudFront refuses, and no page may read even that."""
    watch(guest, stage)
    guest.page.wait_for_function("window.refusal === 'manifestLoadError'", timeout=20_000)
    assert 200 not in guest.statuses("/hls/")
    assert guest.video("currentTime") == 0
