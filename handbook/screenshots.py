"""Screenshots of the plan page and of the player. The player comes from a real run of the demo."""

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

from playwright.sync_api import Browser, Page, ViewportSize

from handbook.chromium import headless
from handbook.freshness import source_digest, stamp, stamp_of
from handbook.pictures import sandbox_folder
from handbook.terminal import on_terminal, typed

Scheme: TypeAlias = Literal["light", "dark"]

ROOT = Path(__file__).resolve().parents[1]
ADDRESS = re.compile(r"The player: (http\S+?)[\s\x1b]")
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
NAMES = tuple(f"{what}-{scheme}.png" for what in ("player-plays", "plan") for scheme in SCHEMES)
SIZE: ViewportSize = {"width": 1000, "height": 760}
SECONDS = 600.0
"""The time limit for the demo and its screenshots."""


def make(folder: Path) -> None:
    """Save all screenshots in `folder`. Raises SystemExit if a command fails or takes too long."""
    with headless() as browser:
        _plan(browser, folder)
        _player(browser, folder)


def _plan(browser: Browser, folder: Path) -> None:
    with sandbox_folder() as workdir:
        typed("cfstream init lectures --new-key", workdir)
        typed("cfstream plan lectures.yaml --sandbox --format html > plan.html", workdir)
        digest = source_digest([(workdir / "plan.html").read_text(encoding="utf-8")])
        for scheme in SCHEMES:
            page = browser.new_context(color_scheme=scheme, viewport=SIZE).new_page()
            page.goto((workdir / "plan.html").as_uri())
            _save(page, folder / f"plan-{scheme}.png", digest)


def _player(browser: Browser, folder: Path) -> None:
    digest = player_digest()
    with _demo() as address:
        for scheme in SCHEMES:
            page = browser.new_context(color_scheme=scheme, viewport=SIZE).new_page()
            page.goto(address)
            page.get_by_role("button", name="viewer").click()
            page.wait_for_function("document.querySelector('video').currentTime >= 2", timeout=60_000)
            _save(page, folder / f"player-plays-{scheme}.png", digest)


def player_digest() -> str:
    """Return the digest of the player's page."""
    return source_digest(
        (ROOT / "examples" / "player" / name).read_text(encoding="utf-8")
        for name in ("player.html", "player.css", "player.js")
    )


def _save(page: Page, file: Path, digest: str) -> None:
    """Save what the page shows, unless the file is of the same source: no two screenshots have the same bytes."""
    if not file.exists() or stamp_of(file) != digest:
        page.screenshot(path=file)
        stamp(file, digest)


@contextmanager
def _demo() -> Iterator[str]:
    """Run the demo on a terminal of its own, and yield the address of the player."""
    with on_terminal([sys.executable, "examples/demo.py"], ROOT, seconds=SECONDS) as terminal:
        if not terminal.read_until(ADDRESS.search):
            raise SystemExit(f"the demo printed no address of the player:\n{terminal.shown}")
        yield ADDRESS.findall(terminal.shown)[0]
        terminal.program.send_signal(signal.SIGINT)
        terminal.read_until(lambda _: False)
