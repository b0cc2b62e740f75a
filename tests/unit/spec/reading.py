"""Specs from a few lines, read as from standard input."""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cfstream.errors import Problem, SpecProblems
from cfstream.spec.compose import documents
from cfstream.spec.load import load
from cfstream.spec.source import Source, plain
from cfstream.spec.stack import Stack

REST = {"version": "1", "name": "lectures", "bucket": "lectures-media", "trusted_signers": "[self]"}
"""The required fields, for specs whose lines in a test omit them."""


def whole(lines: str) -> str:
    """Return the lines, followed by the required fields that they omit."""
    given_fields = set(re.findall(r"^(\w+):", lines, re.MULTILINE))
    rest = {key: value for key, value in REST.items() if key not in given_fields}
    if given_fields & {"key_groups", "public"}:
        rest.pop("trusted_signers", None)
    return lines.rstrip("\n") + "\n" + "".join(f"{key}: {value}\n" for key, value in rest.items())


def parsed(text: str) -> Any:
    """Return the documents of a text as plain values."""
    problems: list[Problem] = []
    found = [
        plain(document.root) for document in documents(Source("spec", text.removeprefix("\ufeff")), problems)
    ]
    assert not problems
    return found


TABLES = Path(__file__).parent / "tables"

HEAD = """\
# A row is a few lines of a spec, then an empty line. Fields that every spec needs are added to them.
# Write only these lines: pytest tests/unit/spec --update-golden adds the problems of each row, after arrows.
# Read the diff: it is the text that users get.
"""
"""The first block of each table."""


@dataclass(frozen=True)
class Row:
    """A few lines of a spec, and every problem of them in a complete spec. A new row has none yet."""

    lines: str
    problems: tuple[tuple[str, str, str], ...]

    def text(self) -> str:
        """Return the row in the form of a table."""
        text = "".join(f"→ {place} {what}\n  fix: {do}\n" for place, what, do in self.problems)
        return self.lines + (text or "→ sound\n")


def table(name: str) -> list[Row]:
    """Return the rows of a table: blocks with an empty line between them, after its head."""
    head, *blocks = (TABLES / f"{name}.txt").read_text(encoding="utf-8").rstrip().split("\n\n")
    assert all(line.startswith("# ") for line in head.splitlines()), f"{name}.txt does not begin with HEAD"
    return [_row(block) for block in blocks]


def table_text(rows: Iterable[Row]) -> str:
    """Return the text of a table with these rows."""
    return "\n".join((HEAD, *(row.text() for row in rows)))


def reported(row: Row) -> Row:
    """Return the row with the problems that its lines have now."""
    return Row(row.lines, tuple(problems(whole(row.lines))))


def _row(block: str) -> Row:
    lines, *problems = re.split(r"\n→ ?", block)
    parts = [one.split("\n  fix: ") for one in problems if one not in ("sound", "")]
    found = tuple((*what.split(" ", 1), do.rstrip("\n")) for what, do in parts)
    return Row(lines + "\n", found)


def stack(lines: str) -> Stack:
    """Return the stack that the lines, in a complete spec, describe."""
    (only,) = load(["-"], stdin=io.StringIO(whole(lines)))
    return only


def problems(text: str) -> list[tuple[str, str, str]]:
    """Return every problem of the text: ``line:column``, what is wrong, what to do."""
    try:
        load(["-"], stdin=io.StringIO(text))
    except SpecProblems as found:
        return [(f"{each.where.line}:{each.where.col}", each.what, each.do) for each in found.problems]
    return []
