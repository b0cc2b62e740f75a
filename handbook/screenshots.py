"""Screenshots of pages, of the real thing: the demo is run as a person would, and its player is looked at."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = ROOT / ".venv" / "chromium" / "chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--no-proxy-server")
NAMES = tuple(f"player-{what}-{scheme}.png" for what in ("plays", "refused") for scheme in ("light", "dark"))
SIZE = {"width": 1000, "height": 760}


def make(folder: Path) -> None:
    """Takes all of them into `folder`. Raises SystemExit when the demo does not come up."""
    with _demo() as address, _browser() as browser:
        for scheme in ("light", "dark"):
            page = browser.new_context(color_scheme=scheme, viewport=SIZE).new_page()  # type: ignore[arg-type]
            page.goto(address)
            page.get_by_role("button", name="a viewer").click()
            page.wait_for_function("document.querySelector('video').currentTime >= 2", timeout=60_000)
            page.screenshot(path=folder / f"player-plays-{scheme}.png")
            page.get_by_role("button", name="nobody").click()
            page.get_by_role("status").filter(has_text="Refused").wait_for(timeout=60_000)
            page.screenshot(path=folder / f"player-refused-{scheme}.png")


@contextmanager
def _demo() -> Iterator[str]:
    """The address of the player, while the demo runs on a terminal of its own."""
    ours, theirs = pty.openpty()
    demo = subprocess.Popen(
        [sys.executable, "examples/demo.py"], cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    try:
        yield _told(ours)
    finally:
        demo.send_signal(signal.SIGINT)
        _drained(ours)
        demo.wait()


def _told(terminal: int) -> str:
    said = ""
    while not (found := re.search(r"The player: (http\S+?)[\s\x1b]", said)):
        said += os.read(terminal, 65536).decode(errors="replace")
    return found[1]


def _drained(terminal: int) -> None:
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        os.close(terminal)


@contextmanager
def _browser() -> Iterator[Browser]:
    tried = subprocess.run([CHROMIUM, "--version"], capture_output=True, check=False)
    libraries = {"LD_LIBRARY_PATH": str(CHROMIUM.parent / "al2023" / "lib")} if tried.returncode else {}
    environment: dict[str, str | float | bool] = {**os.environ, **libraries}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, env=environment)
        yield browser
        browser.close()
