"""A headless Chromium for screenshots and tests. ``make`` unpacks one that plays H.264 and needs no root."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

UNPACKED = Path(__file__).resolve().parents[1] / ".venv" / "chromium"
FLAGS = (
    "--no-sandbox",  # needed for root in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def headless() -> Iterator[Browser]:
    """Start the unpacked browser, or the one in CFSTREAM_CHROMIUM. Raises FileNotFoundError if it is missing."""
    program = Path(os.environ.get("CFSTREAM_CHROMIUM", UNPACKED / "chromium"))
    if not program.exists():
        raise FileNotFoundError(
            f"{program} does not exist. fix: run `make tests`, or set CFSTREAM_CHROMIUM to a Chromium"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, env=_environ(program))
        yield browser
        browser.close()


def _environ(program: Path) -> dict[str, str | float | bool]:
    """Return an environment in which the program finds its libraries: the machine's, or else the unpacked ones."""
    tried = subprocess.run([program, "--version"], capture_output=True, check=False)
    libraries = {"LD_LIBRARY_PATH": str(UNPACKED / "al2023" / "lib")} if tried.returncode else {}
    return {**os.environ, **libraries}
