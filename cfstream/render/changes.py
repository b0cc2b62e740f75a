"""Render the changed fields of a step, or of a spec, as text: names in one column, values in another."""

import re
from collections.abc import Iterable, Iterator

from cfstream.render.flow import Page, Word, columns, padded
from cfstream.render.values import field_lines
from cfstream.steps.step import Change

INDENT = 6
"""Columns before the sign of a changed field."""


def change_lines(changes: Iterable[Change], sheet: Page) -> Iterator[str]:
    """Yield one or more lines for each changed field, its name beside its value.

    A name that would leave little room for the values of all fields has its value below it.
    """
    fields = [line for change in changes for line in field_lines(change)]
    names = [columns(name) for _, name, _ in fields]
    widest = sheet.width * 11 // 20
    column = (
        min(12, max(names, default=0))
        if sheet.narrow
        else max((each for each in names if each <= widest), default=0)
    )
    left = 0
    for sign, name, value in fields:
        if not name:  # a further line of the field before it
            yield from sheet.flow(value, first=" " * left, rest=" " * left)
            continue
        *above, last = _name_lines(name, sheet.width - INDENT - 2)
        signs = [sheet.paint(sign.text, sign.style), *" " * len(above)]
        yield from (f"{' ' * INDENT}{before} {part}" for before, part in zip(signs, above, strict=False))
        first = f"{' ' * INDENT}{signs[-1]} {padded(last, column)} "
        left = INDENT + (4 if sheet.narrow else columns(f"+ {padded(last, column)}  "))
        is_long = columns(last) > column and not sheet.narrow
        taken = sheet.width if is_long else INDENT + columns(f"+ {padded(last, column)} ")
        yield from _hung(sheet, first, taken, value)


def _name_lines(name: str, room: int) -> list[str]:
    """Return the name of a field in lines that fit: it is only broken before a dot or a bracket."""
    lines = [""]
    for part in re.split(r"(?=[.\[])", name):
        if lines[-1] and columns(lines[-1] + part) > room:
            lines.append("")
        lines[-1] += part
    return lines


def _hung(sheet: Page, first: str, taken: int, value: list[Word]) -> Iterator[str]:
    """Yield a field's value after its name, or below it if the page is too narrow; `first` may have colours."""
    longest = max((columns(word.text) for word in value), default=0)
    if taken + 1 + longest > sheet.width:
        yield first.rstrip()
        room = sheet.width - longest
        under = " " * (10 if room < 4 else min(10, room))
        yield from sheet.flow(value, first=under, rest=under)
        return
    hang = " " * (taken + 1)
    first_line, *more = sheet.flow(value, first=hang, rest=hang)
    yield first + " " + first_line[len(hang) :]
    yield from more
