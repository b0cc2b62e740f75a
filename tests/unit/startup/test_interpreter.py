"""What Python imports from."""

import os
import sys
from pathlib import Path

import pytest

from cfstream.interpreter import environment, leave_out_working_directory

HERE, LINK = "HERE", "LINK"
SPELLINGS = ("", ".", "./", "lib", "./lib", "..", HERE, LINK)
"""Entries of PYTHONPATH that lead to the working directory, or depend on it."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a symbolic link beside it."""
    here = tmp_path / "project"
    (here / "lib").mkdir(parents=True)
    (tmp_path / "link").symlink_to(here)
    monkeypatch.chdir(here)
    return here


def spelled(entry: str, project: Path) -> str:
    """Return the entry. The absolute ones are known only here."""
    return {HERE: str(project), LINK: str(project.parent / "link")}.get(entry, entry)


@pytest.mark.parametrize("entry", SPELLINGS)
def test_a_new_process_does_not_import_from_the_working_directory(project: Path, entry: str) -> None:
    """Its PYTHONPATH keeps only entries that do not depend on it."""
    value = os.pathsep.join(("/own", spelled(entry, project), "/other"))
    kept = environment({"PYTHONPATH": value, "HOME": "/home/ada"})
    assert kept == {"PYTHONPATH": os.pathsep.join(("/own", "/other")), "HOME": "/home/ada"}
    assert environment({"PYTHONPATH": os.pathsep + spelled(entry, project)}) == {}


@pytest.mark.parametrize("entry", SPELLINGS)
def test_this_process_does_not_import_from_the_working_directory(
    project: Path, entry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python has put absolute paths in place of most entries of PYTHONPATH."""
    given = spelled(entry, project)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(("/own", given)))
    monkeypatch.setattr(sys, "path", ["", "/own", given, os.path.abspath(given), "/usr/lib"])
    leave_out_working_directory()
    assert sys.path == ["/own", "/usr/lib"]
