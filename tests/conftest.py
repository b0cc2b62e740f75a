"""Fixtures for all tests: the sandbox, and golden files."""

import functools
import gc
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import botocore.session
import pytest

from cfstream.startup.process import collect_rarely

pytest_plugins = ["tests.world.sandbox"]

# Thousands of tests and AWS's models live to the end. Garbage collection would look at them again and again.
collect_rarely()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--update-golden``, which rewrites the golden files. Read the diff before you commit it."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files")


def pytest_collection_finish() -> None:
    """Exclude what was imported and collected from all later collections of garbage."""
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def _user_folders(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep tests away from the user's own cfstream folders."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> None:
    """Let Ctrl-C reach the tests of it, also if a shell runs them in the background, where it is ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def _models_read_once() -> Iterator[None]:
    """Let all sessions of boto3 share what botocore reads from its files: that takes longer than most tests."""
    make = botocore.session.create_loader
    shared = functools.cache(lambda: make(None))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(botocore.session, "create_loader", lambda path=None: make(path) if path else shared())
        yield


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
