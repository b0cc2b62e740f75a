"""Lay out tables for a terminal. A cell is only wrapped at spaces, after commas and after the slashes of a path."""

import re
from collections.abc import Iterable, Iterator, Sequence

from cfstream.render.flow import Page, Style, columns, padded, printable
from cfstream.startup.frozen import dataclass

GAP = 2
"""Columns between two cells."""

_WHOLE = re.compile(r"[a-z]+:")
"""The beginning of an ARN or a URL, which is never cut."""

_NETWORK = re.compile(r"/[0-9]+,?$")
"""The end of a CIDR, which is never cut."""

_PATH = re.compile(r"/*[^/]+/?|/+")
"""The parts of a path: each with the slash after it, the first with the slash before it."""


@dataclass(frozen=True)
class TableRow:
    """The cells of a row, and the style of all of them."""

    cells: tuple[str, ...]
    style: Style = Style.PLAIN


def table(titles: Sequence[str], rows: Sequence[TableRow], sheet: Page, *, margin: int = 2) -> Iterator[str]:
    """Yield the lines of a table, or of a block for each row if its cells do not fit side by side."""
    room = sheet.width - margin - GAP * (len(titles) - 1)
    widths = _widths(titles, rows, room)
    if widths is None:
        yield from _blocks(titles, rows, sheet, margin)
        return
    head = [padded(title, width) for title, width in zip(titles, widths, strict=True)]
    yield " " * margin + sheet.paint((" " * GAP).join(head).rstrip(), Style.DIM)
    for row in rows:
        cells = [cell_lines(cell, width) for cell, width in zip(row.cells, widths, strict=True)]
        for number in range(max(map(len, cells))):
            parts = [cell[number] if number < len(cell) else "" for cell in cells]
            line = (" " * GAP).join(padded(part, width) for part, width in zip(parts, widths, strict=True))
            yield " " * margin + sheet.paint(line.rstrip(), row.style)


def cell_lines(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` columns; a part that cannot be cut may be wider."""
    lines = [""]
    for word in printable(text).split(" "):
        # A path that fits on one line is not wrapped; a longer one starts on a new line.
        parts = [word] if columns(word) <= width else _parts(word)
        if len(parts) > 1 and lines[-1]:
            lines.append("")
        for number, part in enumerate(parts):
            joint = " " if number == 0 and lines[-1] else ""
            if lines[-1] and columns(lines[-1]) + columns(joint + part) > width:
                lines.append("")
                joint = ""
            lines[-1] += joint + part
    return lines


def _parts(word: str) -> list[str]:
    """Return the parts of a word that no line break may cut: only a path has several."""
    whole = "/" not in word or _WHOLE.match(word) or _NETWORK.search(word)
    return [word] if whole else _PATH.findall(word)


def _widths(titles: Sequence[str], rows: Sequence[TableRow], room: int) -> list[int] | None:
    """Return the width of each column, or None if even the parts that cannot be cut need more than `room`."""
    each = [[title, *cells] for title, *cells in zip(titles, *(row.cells for row in rows), strict=True)]
    least = [
        max(columns(part) for cell in column for word in printable(cell).split(" ") for part in _parts(word))
        for column in each
    ]
    wanted = [max(columns(printable(cell)) for cell in column) for column in each]
    if sum(least) > room:
        return None
    widths = list(least)
    while sum(widths) < room and widths != wanted:
        # The columns grow together: one long cell does not squeeze the others.
        behind = [number for number, width in enumerate(widths) if width < wanted[number]]
        widths[min(behind, key=lambda number: widths[number])] += 1
    return widths


def _blocks(titles: Sequence[str], rows: Iterable[TableRow], sheet: Page, margin: int) -> Iterator[str]:
    """Yield a block for each row: the first cell, and the others below it with their titles."""
    column = max(map(columns, titles[1:]))
    for nth, row in enumerate(rows):
        first, *others = row.cells
        if nth:
            yield ""
        for line in cell_lines(first, sheet.width - margin):
            yield " " * margin + sheet.paint(line, row.style or Style.BOLD)
        for title, cell in zip(titles[1:], others, strict=True):
            head = " " * (margin + 2) + padded(title, column) + " " * GAP
            for number, line in enumerate(cell_lines(cell, sheet.width - columns(head))):
                yield (head if number == 0 else " " * len(head)) + sheet.paint(line, row.style)
