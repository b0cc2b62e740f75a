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

ROOT = Path(__file__).parents[1]

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
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Return a function that compares a text with a file, or writes the file with ``--update-golden``."""

    def compare(file: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8"), different(file)

    return compare


def different(golden_file: Path) -> str:
    """Return the message for a text that is not that of its golden file."""
    return (
        f"{golden_file.relative_to(ROOT)} has another text. If the new text is right, run the test with "
        "--update-golden, and read the diff"
    )
