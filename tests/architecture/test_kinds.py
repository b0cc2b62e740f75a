"""The package `kinds` shows what it contains, and the packages above iterate over it."""

import re
from pathlib import Path

import cfstream.kinds
from cfstream.kinds import KINDS

FOLDER = Path(cfstream.kinds.__file__).parent
ITERATE = ("permissions", "recording/survey.py", "inventory/entries.py", "inventory/lookup.py")
"""Where no kind is known by its name."""


def test_each_package_is_a_kind() -> None:
    """The folder has one package or module for each entry of KINDS, with the name of the kind, and nothing else."""
    found = {path.stem for path in FOLDER.iterdir() if path.stem not in ("__init__", "__pycache__")}
    assert found == {kind.name.replace("-", "_") for kind in KINDS}
    assert len(found) == len(KINDS)


def test_no_kind_observes_for_another_one() -> None:
    """A kind reads the surroundings, or what another kind observed in the landscape; it never calls `observe`."""
    calls = {
        file.name: re.findall(r"\w+\(\)\.observe\(|\bkind\.observe\(", file.read_text(encoding="utf-8"))
        for file in FOLDER.rglob("*.py")
    }
    assert {name for name, found in calls.items() if found} == set()


def test_what_iterates_over_the_kinds_imports_none_of_them() -> None:
    """A new kind needs no change there."""
    root = FOLDER.parent
    files = [file for place in ITERATE for file in ([*(root / place).glob("*.py")] or [root / place])]
    named = {
        f"{file.relative_to(root)}: {line}"
        for file in files
        for line in re.findall(r"^\s*from cfstream\.kinds\.\w.*$", file.read_text(encoding="utf-8"), re.M)
    }
    assert named == set()
