"""Checks the diffs of a page against the repository: what a recipe adds is still there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TARGET = re.compile(r"\+\+\+ b/(\S+)")


@dataclass(frozen=True)
class Hunk:
    """The lines of one hunk as they are after the change: context and added lines, in order."""

    file: str
    lines: tuple[str, ...]


def hunks(diff: str) -> Iterator[Hunk]:
    """Yield the hunks of a unified diff. A line ``@@`` starts a hunk; ``+++ b/FILE`` names the file of the next ones.

    Raises ValueError for a hunk without a file, and for a line that no diff has.
    """
    file = ""
    lines: list[str] = []
    for line in [*diff.splitlines(), "@@"]:
        target = _TARGET.fullmatch(line)
        if target or line.startswith(("@@", "--- ")):
            if lines:
                yield Hunk(_named(file), tuple(lines))
            lines = []
            file = target[1] if target else file
        elif line[:1] in ("+", " ", ""):
            lines.append(line[1:])
        elif line[0] != "-":
            raise ValueError(f"not a line of a diff: {line!r}")


def _named(file: str) -> str:
    if not file:
        raise ValueError("a hunk comes before the name of its file")
    return file


def outdated(diff: str, root: Path) -> list[str]:
    """Return a line for each hunk whose lines are not next to each other in the file that it names."""
    return [
        f"{hunk.file}: {hunk.lines[0].strip()}"
        for hunk in hunks(diff)
        if not _contains(root / hunk.file, hunk.lines)
    ]


def _contains(file: Path, lines: tuple[str, ...]) -> bool:
    if not file.is_file():
        return False
    there = file.read_text(encoding="utf-8").splitlines()
    return any(tuple(there[start : start + len(lines)]) == lines for start in range(len(there)))
