"""Screenshots of pages, of the real thing: the demo is run as a person would, and its player is looked at."""

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

from playwright.sync_api import Browser, ViewportSize

from handbook.chromium import headless
from handbook.pictures import sandbox_desk
from handbook.terminal import on_terminal, typed

Scheme: TypeAlias = Literal["light", "dark"]

ROOT = Path(__file__).resolve().parents[1]
ADDRESS = re.compile(r"The player: (http\S+?)[\s\x1b]")
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
NAMES = tuple(
    f"{what}-{scheme}.png" for what in ("player-plays", "player-refused", "plan") for scheme in SCHEMES
)
SIZE: ViewportSize = {"width": 1000, "height": 760}
SECONDS = 600.0
"""How long the demo may take, with all that is looked at while it runs."""


def make(folder: Path) -> None:
    """Takes all of them into `folder`. Raises SystemExit for what does not end well, or not in time."""
    with headless() as browser:
        _plan(browser, folder)
        _player(browser, folder)


def _plan(browser: Browser, folder: Path) -> None:
    with sandbox_desk() as desk:
        typed("cfstream init lectures --new-key", desk)
        typed("cfstream plan lectures.yaml --sandbox --format html > plan.html", desk)
        for scheme in SCHEMES:
            page = browser.new_context(color_scheme=scheme, viewport=SIZE).new_page()
            page.goto((desk / "plan.html").as_uri())
            page.screenshot(path=folder / f"plan-{scheme}.png")


def _player(browser: Browser, folder: Path) -> None:
    with _demo() as address:
        for scheme in SCHEMES:
            page = browser.new_context(color_scheme=scheme, viewport=SIZE).new_page()
            page.goto(address)
            page.get_by_role("button", name="viewer").click()
            page.wait_for_function("document.querySelector('video').currentTime >= 2", timeout=60_000)
            page.screenshot(path=folder / f"player-plays-{scheme}.png")
            page.get_by_role("button", name="unsigned").click()
            page.get_by_role("status").filter(has_text="Refused").wait_for(timeout=60_000)
            page.screenshot(path=folder / f"player-refused-{scheme}.png")


@contextmanager
def _demo() -> Iterator[str]:
    """The address of the player, while the demo runs on a terminal of its own."""
    with on_terminal([sys.executable, "examples/demo.py"], ROOT, seconds=SECONDS) as terminal:
        if not terminal.read_until(ADDRESS.search):
            raise SystemExit(f"the demo has no player; it said:\n{terminal.shown}")
        yield ADDRESS.findall(terminal.shown)[0]
        terminal.program.send_signal(signal.SIGINT)
        terminal.read_until(lambda _: False)
