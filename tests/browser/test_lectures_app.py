"""The example site for members in a real browser: videos play only after the login."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.accessible import violations

Scheme: TypeAlias = Literal["light", "dark"]

ROOT = Path(__file__).parents[2]
SCREENS: tuple[tuple[Scheme, int], ...] = (("light", 400), ("dark", 1200))
PLAYLIST = "/hls/master.m3u8"
PLAYS_TO = """second => new Promise((done, failed) => {
    const video = document.querySelector("video");
    video.addEventListener("timeupdate", () => { if (video.currentTime >= second) done(video.currentTime); });
    setTimeout(() => failed(new Error(`stopped at ${video.currentTime}`)), 30000);
    video.play().catch(failed);
})"""
"""Plays the video to that second. The page's policy forbids eval, so Playwright's wait_for_function fails there."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Run the site in a process of its own and yield its address. Ctrl-C ends it."""
    command = [sys.executable, "-m", "examples.lectures_app", "--port", "0"]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        yield running.stdout.readline().split()[0]
    finally:
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=20) == 0


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without cookies. Fails the test if a script of the page raised an error."""
    with closing(browser.new_context()) as context:
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        yield page
        assert faults == []


def log_in(page: Page, password: str = "engine") -> None:
    """Fill in the login form and send it."""
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Log in").click()


def media(page: Page) -> str:
    """Return the origin of the videos, from the picture of a lecture."""
    return str(page.evaluate("new URL(document.querySelector('img').src).origin"))


def test_only_members_can_watch(page: Page, site: str) -> None:
    """Logged out, CloudFront refuses; logged in, the video plays; logged out again, that browser is refused too."""
    page.goto(site)
    assert page.evaluate("document.querySelector('img').decode().then(() => true)")
    playlist = media(page) + PLAYLIST
    refused = page.goto(playlist)
    assert refused is not None
    assert refused.status == 403

    page.goto(site)
    page.get_by_role("link", name="Counting to twelve").click()
    log_in(page)
    page.get_by_role("heading", name="Counting to twelve").wait_for()
    answers: list[int] = []
    page.on("response", lambda answer: answers.append(answer.status) if "/hls/" in answer.url else None)
    assert page.evaluate(PLAYS_TO, 3) >= 3
    assert {*answers} == {200}
    assert page.evaluate("document.querySelector('video').videoHeight") in (144, 234)

    page.get_by_role("button", name="Log out").click()
    page.get_by_role("link", name="Log in").wait_for()
    assert [cookie["name"] for cookie in page.context.cookies()] == []
    refused = page.goto(playlist)
    assert refused is not None
    assert refused.status == 403


@pytest.mark.parametrize(("scheme", "width"), SCREENS)
def test_the_pages_are_accessible(browser: Browser, site: str, scheme: Scheme, width: int) -> None:
    """Axe finds no violation in the list, the login and a lecture, and the pages fit their width."""
    screen: ViewportSize = {"width": width, "height": 800}
    with closing(browser.new_context(color_scheme=scheme, viewport=screen, bypass_csp=True)) as context:
        page = context.new_page()
        page.goto(f"{site}/login?then=counting")
        pages = [violations(page)]
        log_in(page)
        page.get_by_role("heading", name="Counting to twelve").wait_for()
        pages.append(violations(page))
        page.goto(site)
        assert [*pages, violations(page)] == [[], [], []]
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_wrong_password_brings_no_cookie(page: Page, site: str) -> None:
    """With a wrong password the page shows an error and sets no cookies."""
    page.goto(f"{site}/lectures/counting")
    log_in(page, "steam")
    page.get_by_role("alert").filter(has_text="The name or the password is wrong").wait_for()
    assert page.context.cookies() == []


def test_cookies_are_out_of_reach_of_scripts(page: Page, site: str) -> None:
    """Scripts cannot read the cookies. The cookies are for the site's domain and expire as promised."""
    page.goto(f"{site}/login?then=counting")
    log_in(page)
    page.get_by_role("heading", name="Counting to twelve").wait_for()
    cookies = {
        each["name"]: each for each in page.context.cookies() if each["name"].startswith("CloudFront-")
    }
    assert {*cookies} == {"CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id"}
    assert {(each["domain"], each["httpOnly"], each["sameSite"]) for each in cookies.values()} == {
        (".lectures.localhost", True, "Lax")
    }
    assert page.evaluate("document.cookie") == ""
    left = cookies["CloudFront-Policy"]["expires"] - page.evaluate("Date.now() / 1000")
    assert 0 < left <= 2 * 3600
