"""Render problems as text: what is wrong, where, the line with a caret under the place, and the fix."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from cfstream.errors import Problem
from cfstream.render.flow import Page, Style, Word, advice, columns, printable, words

_MARGIN = 8
"""Columns of the line number and the bar, before the source line."""

_CUT = "…"

SEVERAL = 3
"""In so many files, the same problem is shown once."""


def problems_text(problems: Iterable[Problem], *, color: bool, width: int = 80) -> str:
    """Return every problem in the order given, with empty lines between them; empty if there are none.

    The same problem in several files is shown once, with every place, and then the last line counts all problems.
    Sentences are wrapped between words; a source line that does not fit into `width` columns is cut to the part
    around the caret.
    """
    page = Page(max(width, 40), color=color)
    every = tuple(problems)
    groups = _grouped(every)
    blocks = ["".join(f"{line}\n" for line in _lines(first, others, page)) for first, *others in groups]
    if len(groups) < len(every):
        blocks.append(f"{len(every)} problems in {len({each.where.file for each in every})} files.\n")
    return "\n".join(blocks)


def go_on_text(do: str, *, color: bool, width: int = 80) -> str:
    """Return how to go on without the specs that have problems, after an empty line; empty if `do` is."""
    if not do:
        return ""
    page = Page(max(width, 40), color=color)
    return (
        "".join(f"\n{line}" for line in page.flow([Word("fix:", Style.CYAN), *advice(do)], rest="     "))
        + "\n"
    )


def _grouped(problems: Sequence[Problem]) -> list[list[Problem]]:
    """Return the problems, each alone or with the same ones of other files, in the order of the first ones."""
    alike: defaultdict[tuple[str, str], list[Problem]] = defaultdict(list)
    for problem in problems:
        alike[problem.what, problem.do].append(problem)
    groups = []
    for problem in problems:
        same = alike[problem.what, problem.do]
        if len({each.where.file for each in same}) < SEVERAL:
            groups.append([problem])
        elif same[0] is problem:
            groups.append(same)
    return groups


def _lines(problem: Problem, others: Sequence[Problem], page: Page) -> Iterator[str]:
    yield from page.flow([Word("error:", Style.BOLD_RED), *words(problem.what, Style.BOLD)], rest="  ")
    yield f"  {printable(str(problem.where))}"
    if problem.source_line.strip() and problem.where.line:
        yield from _excerpt(problem, page)
    if others:
        yield f"  The same in {len(others)} other places:"
        yield from (f"    {printable(str(each.where))}" for each in others)
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
