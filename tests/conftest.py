"""Fixtures for all tests: the sandbox, and golden files."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

pytest_plugins = ["tests.world.sandbox"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--update-golden``, which rewrites the golden files. Read the diff before you commit it."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files")


@pytest.fixture(autouse=True, scope="session")
def _user_folders(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep tests away from the user's own cfstream folders."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> None:
    """Let Ctrl-C reach the tests of it, also if a shell runs them in the background, where it is ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Return whether to write golden files instead of comparing them."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def golden(*, update_golden: bool) -> Callable[[Path, str], None]:
    """Return a function that compares a text with a file, or writes the file with ``--update-golden``."""

    def compare(file: Path, text: str) -> None:
        if update_golden:
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")

    return compare
