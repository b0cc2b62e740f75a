"""Builds the manual as `make docs` does, with the pictures that are checked in, because recording them is slow."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from handbook import reference
from handbook.finish import finish
from tests.docs.page import ROOT


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site in strict mode, in which a broken link fails the build."""
    place = tmp_path_factory.mktemp("manual")
    shutil.copytree(ROOT / "docs", place / "docs", ignore=shutil.ignore_patterns("reference"))
    shutil.copy(ROOT / "zensical.toml", place)
    reference.write(place / "docs" / "reference")
    zensical = Path(sys.executable).with_name("zensical")
    built = subprocess.run(
        [zensical, "build", "--strict"], cwd=place, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    finish(place / "site")
    return place / "site"
