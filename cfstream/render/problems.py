"""Render problems as text: what is wrong, where, the line with a caret under the place, and the fix."""

from collections.abc import Iterable, Iterator

from cfstream.errors import Problem
from cfstream.render.flow import Page, Style, Word, advice, columns, printable, words

_MARGIN = 8
"""Columns of the line number and the bar, before the source line."""

_CUT = "…"


def problems_text(problems: Iterable[Problem], *, color: bool, width: int = 80) -> str:
    """Return every problem in the order given, with empty lines between them; empty if there are none.

    Sentences are wrapped between words; a source line that does not fit into `width` columns is cut to the part
    around the caret.
    """
    page = Page(max(width, 40), color=color)
    return "\n".join("".join(f"{line}\n" for line in _lines(problem, page)) for problem in problems)


def _lines(problem: Problem, page: Page) -> Iterator[str]:
    yield from page.flow([Word("error:", Style.BOLD_RED), *words(problem.what, Style.BOLD)], rest="  ")
    yield f"  {printable(str(problem.where))}"
    if problem.source_line.strip() and problem.where.line:
        yield from _excerpt(problem, page)
    if problem.do:
        yield from page.flow([Word("fix:", Style.CYAN), *advice(problem.do)], first="  ", rest="       ")


def _excerpt(problem: Problem, page: Page) -> Iterator[str]:
    """Yield the source line and, if the column is known, the caret with its note."""
    number = str(problem.where.line).rjust(5)
    bar = page.paint("|", Style.DIM)
    before, rest = _window(problem.source_line, max(problem.where.col, 1) - 1, page.width - _MARGIN)
    yield f"{page.paint(number, Style.DIM)} {bar} {before}{rest}".rstrip()
    if problem.where.col:
        caret = page.paint(f"^ {printable(problem.note)}".rstrip(), Style.RED)
        yield f"{' ' * len(number)} {bar} {' ' * columns(before)}{caret}"


def _window(line: str, at: int, room: int) -> tuple[str, str]:
    """Return the parts of `line` before and after the character at `at`, cut to the page."""
    before = [_cell(char) for char in line[:at]]
    rest = [_cell(char) for char in line[at : at + room]]
    if columns("".join([*before, *rest])) <= room and len(line) <= at + room:
        return "".join(before), "".join(rest)
    after = min(sum(map(columns, rest)), room // 2)
    kept = _taken(reversed(before), room - after - 2)
    start = _CUT if len(kept) < len(before) else ""
    tail = _taken(rest, room - len(start) - sum(map(columns, kept)) - 1)
    end = _CUT if len(tail) < len(line) - at else ""
    return start + "".join(reversed(kept)), "".join(tail) + end


def _taken(cells: Iterable[str], room: int) -> list[str]:
    """Return as many of the first cells as fit."""
    taken: list[str] = []
    for cell in cells:
        room -= columns(cell)
        if room < 0:
            break
        taken.append(cell)
    return taken


def _cell(char: str) -> str:
    # Only the terminal knows how many columns a tab has.
    return " " if char == "\t" else printable(char)
