"""What all tests share: the sandbox, and texts that are kept whole in files."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

pytest_plugins = ["tests.world.sandbox"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` writes the golden files anew; read the diff before committing it."""
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")


@pytest.fixture(autouse=True, scope="session")
def _user_folders(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests neither read nor change what cfstream keeps for the user who runs them."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether goldens are to be written and not compared."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def golden(*, update_golden: bool) -> Callable[[Path, str], None]:
    """Compares a text with the whole of a file, or writes the file under ``--update-golden``."""

    def compare(file: Path, text: str) -> None:
        if update_golden:
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")

    return compare
