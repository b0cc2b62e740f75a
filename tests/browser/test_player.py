"""The demo's player in a real browser: signed requests play the private video, all others are refused."""

import itertools
from typing import Any, Literal

import pytest

from examples.player.app import Setup
from tests.browser.accessible import violations
from tests.browser.conftest import DemoPage

SCREENS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 400), ("dark", 1200))

REFUSED = [
    ("unsigned", "MissingKey", "it is not signed"),
    ("wrong key", "InvalidKey", "does not trust the key"),
    ("altered policy", "AccessDenied", "altered after signing"),
]


def test_cookies_play_it(demo: DemoPage) -> None:
    """With signed cookies, ten seconds of the private HLS play, and every response is a 200."""
    demo.presses("viewer")
    demo.sees("Playing: CloudFront accepts the requests.")
    demo.plays_to(10)
    assert set(demo.statuses("/hls/")) == {200}
    assert demo.video("videoHeight") in (144, 234)
    assert demo.video("error") is None
    assert demo.page.locator("#refusal").is_hidden()


@pytest.mark.parametrize(("button", "code", "reason"), REFUSED)
def test_others_get_nothing(demo: DemoPage, button: str, code: str, reason: str) -> None:
    """Without cookies, with a wrong key or an altered policy nothing is served; the page shows the reason."""
    demo.presses(button)
    demo.sees(f"Refused: CloudFront returned 403 {code} for /hls/master.m3u8.")
    demo.explains(reason)
    assert demo.statuses("/hls/") == [403]
    assert (demo.video("buffered.length"), demo.video("currentTime")) == (0, 0)
    assert demo.page.locator("#code").inner_text() == f"403 {code}"


def test_cookies_expire(demo: DemoPage) -> None:
    """Cookies that expire during playback stop it; files that were served before are refused too."""
    demo.presses("expired")
    demo.sees("Playing: CloudFront accepts the requests.")
    demo.sees("Refused: CloudFront returned 403 AccessDenied for /hls/")
    demo.explains("expired")
    assert demo.video("paused")
    assert demo.video("buffered.end(0)") < demo.video("duration")
    again = "fetch('/hls/master.m3u8', {cache: 'no-store'}).then(answer => answer.status)"
    assert demo.page.evaluate(again) == 403


def test_deleted_cookies(demo: DemoPage) -> None:
    """After the cookies are deleted, the requests are unsigned and refused."""
    demo.presses("viewer")
    demo.plays_to(1)
    demo.presses("unsigned")
    demo.sees("Refused: CloudFront returned 403 MissingKey")
    assert demo.page.context.cookies() == []


def test_signed_url_seeks(demo: DemoPage) -> None:
    """The MP4 plays with its signed URL, in byte ranges (206), and can be seeked."""
    demo.presses("signed URL")
    demo.plays_to(0.5)
    seek = """second => new Promise(done => {
        const video = document.querySelector('video');
        video.addEventListener('seeked', () => done(video.currentTime), {once: true});
        video.currentTime = second;
    })"""
    assert demo.page.evaluate(seek, 8) == pytest.approx(8, abs=0.1)
    demo.plays_to(8.5)
    assert demo.page.evaluate(seek, 2) == pytest.approx(2, abs=0.1)
    demo.plays_to(2.5)
    assert set(demo.statuses("/lecture.mp4")) == {206}


def test_plain_url(demo: DemoPage) -> None:
    """The MP4's plain URL is refused, also with the cookies of the HLS folder."""
    demo.presses("viewer")
    demo.plays_to(0.5)
    demo.presses("plain URL")
    demo.sees("Refused: CloudFront returned 403 MissingKey for /lecture.mp4.")
    status = "fetch('/lecture.mp4', {credentials: 'include'}).then(answer => answer.status)"
    assert demo.page.evaluate(status) == 403


def test_keyboard(demo: DemoPage, setup: Setup) -> None:
    """The page works with the keyboard, and screen readers get a status, pressed buttons and names."""
    keyboard: Any = demo.page.keyboard
    viewer = demo.page.get_by_role("button", name="viewer")
    for _ in range(20):
        keyboard.press("Tab")
        if viewer.evaluate("button => button === document.activeElement"):
            break
    keyboard.press("Enter")
    demo.sees("Playing: CloudFront accepts the requests.")
    assert demo.page.get_by_role("button", pressed=True).all_inner_texts() == [viewer.inner_text()]
    assert demo.page.get_by_role("table").count() == 1
    unnamed = "[...document.querySelectorAll('button, video')].filter(e => !e.innerText.trim() && !e.ariaLabel).length"
    assert demo.page.evaluate(unnamed) == 0


def test_the_page_is_accessible(demo: DemoPage) -> None:
    """In light and dark mode, narrow and wide, while it plays and when it is refused, axe finds no violation."""
    for button, (scheme, width) in itertools.product(("viewer", "unsigned"), SCREENS):
        demo.presses(button)
        demo.sees("Playing" if button == "viewer" else "Refused")
        demo.page.set_viewport_size({"width": width, "height": 760})
        demo.page.emulate_media(color_scheme=scheme)
        assert violations(demo.page) == [], (button, scheme, width)
        assert demo.page.evaluate("document.documentElement.scrollWidth") <= width
