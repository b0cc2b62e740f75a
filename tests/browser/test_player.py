"""A real player in a real browser: who has cookies sees the private video, and nobody else sees a frame of it."""

from typing import Any

import pytest

from examples.player.app import Stage
from tests.browser.conftest import Visitor

REFUSED = [
    ("nobody", "MissingKey", "it is not signed"),
    ("a stranger", "InvalidKey", "does not trust the key"),
    ("a forger", "AccessDenied", "altered after it was signed"),
]


def test_cookies_play_it(visitor: Visitor) -> None:
    """With the cookies of a viewer ten seconds of the private HLS play, and no answer is a refusal."""
    visitor.comes_as("a viewer")
    visitor.sees("Playing: CloudFront lets you in.")
    visitor.plays_to(10)
    assert set(visitor.statuses("/hls/")) == {200}
    assert visitor.video("videoHeight") in (144, 234)
    assert visitor.video("error") is None
    assert visitor.page.locator("#refusal").is_hidden()


@pytest.mark.parametrize(("who", "code", "reason"), REFUSED)
def test_others_get_nothing(visitor: Visitor, who: str, code: str, reason: str) -> None:
    """Without cookies, by a foreign key or with an altered policy no byte comes; the page shows CloudFront's reason."""
    visitor.comes_as(who)
    visitor.sees(f"Refused: CloudFront answers 403 {code} for /hls/master.m3u8.")
    visitor.page.locator("#why", has_text=reason).wait_for()
    assert visitor.statuses("/hls/") == [403]
    assert (visitor.video("buffered.length"), visitor.video("currentTime")) == (0, 0)
    assert visitor.page.locator("#code").inner_text() == f"403 {code}"


def test_cookies_run_out(visitor: Visitor) -> None:
    """Cookies that run out while it plays stop it, and open nothing more, not even what has been seen before."""
    visitor.comes_as("a latecomer")
    visitor.sees("Playing: CloudFront lets you in.")
    visitor.sees("Refused: CloudFront answers 403 AccessDenied for /hls/")
    visitor.page.locator("#why", has_text="expired").wait_for()
    assert visitor.video("paused")
    assert visitor.video("buffered.end(0)") < visitor.video("duration")
    again = "fetch('/hls/master.m3u8', {cache: 'no-store'}).then(answer => answer.status)"
    assert visitor.page.evaluate(again) == 403


def test_dropped_cookies(visitor: Visitor) -> None:
    """Who has played it and drops the cookies is nobody again."""
    visitor.comes_as("a viewer")
    visitor.plays_to(1)
    visitor.comes_as("nobody")
    visitor.sees("Refused: CloudFront answers 403 MissingKey")
    assert visitor.page.context.cookies() == []


def test_signed_url_seeks(visitor: Visitor) -> None:
    """The MP4 plays by its signed URL, in parts (206), from wherever one seeks to."""
    visitor.comes_as("by a signed URL")
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


def test_bare_url(visitor: Visitor) -> None:
    """The MP4's bare URL is refused, also to the cookies of the HLS folder beside it."""
    visitor.comes_as("a viewer")
    visitor.plays_to(0.5)
    visitor.comes_as("by its bare URL")
    visitor.sees("Refused: CloudFront answers 403 MissingKey for /lecture.mp4.")
    status = "fetch('/lecture.mp4', {credentials: 'include'}).then(answer => answer.status)"
    assert visitor.page.evaluate(status) == 403


def test_keyboard(visitor: Visitor, stage: Stage) -> None:
    """All of it works by keyboard, and what is said is said to screen readers: a status, pressed buttons, names."""
    keyboard: Any = visitor.page.keyboard
    viewer = visitor.page.get_by_role("button", name="a viewer")
    for _ in range(20):
        keyboard.press("Tab")
        if viewer.evaluate("button => button === document.activeElement"):
            break
    keyboard.press("Enter")
    visitor.sees("Playing: CloudFront lets you in.")
    assert visitor.page.get_by_role("button", pressed=True).all_inner_texts() == [viewer.inner_text()]
    assert visitor.page.get_by_role("table").count() == 1
    unnamed = "[...document.querySelectorAll('button, video')].filter(e => !e.innerText.trim() && !e.ariaLabel).length"
    assert visitor.page.evaluate(unnamed) == 0
