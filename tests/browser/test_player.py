"""The demo's player in a real browser: signed requests play the private video, all others are refused."""

import itertools
from typing import Any, Literal

import pytest

from examples.player.app import Setup
from tests.browser.accessible import violations
from tests.browser.conftest import Visitor

SCREENS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 400), ("dark", 1200))

REFUSED = [
    ("unsigned", "MissingKey", "it is not signed"),
    ("wrong key", "InvalidKey", "does not trust the key"),
    ("altered policy", "AccessDenied", "altered after signing"),
]


def test_cookies_play_it(visitor: Visitor) -> None:
    """With signed cookies, ten seconds of the private HLS play, and every response is a 200."""
    visitor.presses("viewer")
    visitor.sees("Playing: CloudFront accepts the requests.")
    visitor.plays_to(10)
    assert set(visitor.statuses("/hls/")) == {200}
    assert visitor.video("videoHeight") in (144, 234)
    assert visitor.video("error") is None
    assert visitor.page.locator("#refusal").is_hidden()


@pytest.mark.parametrize(("button", "code", "reason"), REFUSED)
def test_others_get_nothing(visitor: Visitor, button: str, code: str, reason: str) -> None:
    """Without cookies, with a wrong key or an altered policy nothing is served; the page shows the reason."""
    visitor.presses(button)
    visitor.sees(f"Refused: CloudFront returned 403 {code} for /hls/master.m3u8.")
    visitor.page.locator("#why", has_text=reason).wait_for()
    assert visitor.statuses("/hls/") == [403]
    assert (visitor.video("buffered.length"), visitor.video("currentTime")) == (0, 0)
    assert visitor.page.locator("#code").inner_text() == f"403 {code}"


def test_cookies_expire(visitor: Visitor) -> None:
    """Cookies that expire during playback stop it; files that were served before are refused too."""
    visitor.presses("expired")
    visitor.sees("Playing: CloudFront accepts the requests.")
    visitor.sees("Refused: CloudFront returned 403 AccessDenied for /hls/")
    visitor.page.locator("#why", has_text="expired").wait_for()
    assert visitor.video("paused")
    assert visitor.video("buffered.end(0)") < visitor.video("duration")
    again = "fetch('/hls/master.m3u8', {cache: 'no-store'}).then(answer => answer.status)"
    assert visitor.page.evaluate(again) == 403


def test_deleted_cookies(visitor: Visitor) -> None:
    """After the cookies are deleted, the requests are unsigned and refused."""
    visitor.presses("viewer")
    visitor.plays_to(1)
    visitor.presses("unsigned")
    visitor.sees("Refused: CloudFront returned 403 MissingKey")
    assert visitor.page.context.cookies() == []


def test_signed_url_seeks(visitor: Visitor) -> None:
    """The MP4 plays with its signed URL, in byte ranges (206), and can be seeked."""
    visitor.presses("signed URL")
    visitor.plays_to(0.5)
    seek = """second => new Promise(done => {
        const video = document.querySelector('video');
        video.addEventListener('seeked', () => done(video.currentTime), {once: true});
        video.currentTime = second;
    })"""
    assert visitor.page.evaluate(seek, 8) == pytest.approx(8, abs=0.1)
    visitor.plays_to(8.5)
    assert visitor.page.evaluate(seek, 2) == pytest.approx(2, abs=0.1)
    visitor.plays_to(2.5)
    assert set(visitor.statuses("/lecture.mp4")) == {206}


def test_plain_url(visitor: Visitor) -> None:
    """The MP4's plain URL is refused, also with the cookies of the HLS folder."""
    visitor.presses("viewer")
    visitor.plays_to(0.5)
    visitor.presses("plain URL")
    visitor.sees("Refused: CloudFront returned 403 MissingKey for /lecture.mp4.")
    status = "fetch('/lecture.mp4', {credentials: 'include'}).then(answer => answer.status)"
    assert visitor.page.evaluate(status) == 403


def test_keyboard(visitor: Visitor, setup: Setup) -> None:
    """The page works with the keyboard, and screen readers get a status, pressed buttons and names."""
    keyboard: Any = visitor.page.keyboard
    viewer = visitor.page.get_by_role("button", name="viewer")
    for _ in range(20):
        keyboard.press("Tab")
        if viewer.evaluate("button => button === document.activeElement"):
            break
    keyboard.press("Enter")
    visitor.sees("Playing: CloudFront accepts the requests.")
    assert visitor.page.get_by_role("button", pressed=True).all_inner_texts() == [viewer.inner_text()]
    assert visitor.page.get_by_role("table").count() == 1
    unnamed = "[...document.querySelectorAll('button, video')].filter(e => !e.innerText.trim() && !e.ariaLabel).length"
    assert visitor.page.evaluate(unnamed) == 0


def test_the_page_is_accessible(visitor: Visitor) -> None:
    """In light and dark mode, narrow and wide, while it plays and when it is refused, axe finds no violation."""
    for button, (scheme, width) in itertools.product(("viewer", "unsigned"), SCREENS):
        visitor.presses(button)
        visitor.sees("Playing" if button == "viewer" else "Refused")
        visitor.page.set_viewport_size({"width": width, "height": 760})
        visitor.page.emulate_media(color_scheme=scheme)
        assert violations(visitor.page) == [], (button, scheme, width)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
