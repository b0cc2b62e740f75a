"""A headless Chromium, for screenshots and tests: ``make`` unpacks one that plays H.264 and needs no root."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

UNPACKED = Path(__file__).resolve().parents[1] / ".venv" / "chromium"
FLAGS = (
    "--no-sandbox",  # root, in containers
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
    """The browser, or another one that CFSTREAM_CHROMIUM names. Raises FileNotFoundError where there is none."""
    program = Path(os.environ.get("CFSTREAM_CHROMIUM", UNPACKED / "chromium"))
    if not program.exists():
        raise FileNotFoundError(
            f"{program} is not there: run `make tests`, or name a Chromium in CFSTREAM_CHROMIUM"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, env=_environ(program))
        yield browser
        browser.close()


def _environ(program: Path) -> dict[str, str | float | bool]:
    """An environment in which the program finds its libraries: the machine's own, or those that came with it."""
    tried = subprocess.run([program, "--version"], capture_output=True, check=False)
    libraries = {"LD_LIBRARY_PATH": str(UNPACKED / "al2023" / "lib")} if tried.returncode else {}
    return {**os.environ, **libraries}
