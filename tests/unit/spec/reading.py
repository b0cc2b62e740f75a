"""Specs from a few lines, read as from standard input."""

import io
import re
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


@dataclass(frozen=True)
class Row:
    """A few lines of a spec, and every problem of them in a complete spec."""

    lines: str
    problems: tuple[tuple[str, str, str], ...]

    def text(self) -> str:
        """Return the row in the form of a table."""
        text = "".join(f"→ {place} {what}\n  fix: {do}\n" for place, what, do in self.problems)
        return self.lines + (text or "→ sound\n")


def table(name: str) -> list[Row]:
    """Return the rows of a table: blocks with an empty line between them."""
    return [
        _row(block) for block in (TABLES / f"{name}.txt").read_text(encoding="utf-8").rstrip().split("\n\n")
    ]


def _row(block: str) -> Row:
    lines, *problems = block.split("\n→ ")
    parts = [one.split("\n  fix: ") for one in problems if one != "sound"]
    found = tuple((*what.split(" ", 1), do.rstrip("\n")) for what, do in parts)
    return Row(lines + "\n", found)  # type: ignore[arg-type]


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
