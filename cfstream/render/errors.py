"""Render an error as text (what is wrong, details, the fix, the address of the manual) and as a document."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cfstream.errors import CfstreamError, Problem, SpecProblems
from cfstream.render.flow import Page, Style, Word, advice, page, words

if TYPE_CHECKING:
    from cfstream.render.documents import ErrorDocument, ProblemDocument

MANUAL = "https://cfstream.github.io/cfstream/"
HOW_TO_READ = f"{MANUAL}how-to/pull-requests/#read-a-plan"
"""The section for people who see a plan and do not know cfstream."""
HOW_TO_ALLOW = f"{MANUAL}how-to/ci/#allow-a-hazard"
"""The section about hazards in CI, where nobody types a flag."""


def error_text(error: CfstreamError, *, color: bool, width: int, more: bool = False) -> str:
    """Return ``error: <what>``, its further lines indented, then ``fix: <do>``; ends in a newline.

    In colour, the first word is a link to the manual; with `more` the address is also printed.
    """
    sheet = page(width, color=color)
    head, *rest = what_lines(error.what, sheet)
    if color:
        head = head.replace("error:", _linked("error:", page_of(type(error))), 1)
    see = [f"  see: {page_of(type(error))}"] if more else []
    return "\n".join([head, *rest, *do_lines(error.do, sheet), *see]) + "\n"


def error_document(error: CfstreamError, exit_code: int) -> "ErrorDocument":
    """Return an error as in the contract: what a command prints in place of its own document."""
    problems = error.problems if isinstance(error, SpecProblems) else ()
    return {
        "format_version": 1,
        "exit_code": int(exit_code),
        "error": {"what": error.what, "do": error.do},
        "problems": [problem_document(each) for each in problems],
    }


def problem_document(problem: Problem) -> "ProblemDocument":
    """Return a problem as in the contract."""
    where = problem.where
    return {"file": where.file, "line": where.line, "col": where.col, "what": problem.what, "do": problem.do}


def page_of(kind: type[CfstreamError]) -> str:
    """Return the manual's address for errors of this kind."""
    return f"{MANUAL}reference/errors/#{anchor(kind)}"


def anchor(kind: type[CfstreamError]) -> str:
    """Return the kind's name as in headings: ``reply-lost``; for one of a module's own, that of its public base."""
    public = next(each for each in kind.__mro__ if not each.__name__.startswith("_"))
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", public.__name__).lower()


def _linked(text: str, address: str) -> str:
    """Return text as a link, for terminals that support it (OSC 8); others show only the text."""
    return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\"


def what_lines(what: str, sheet: Page) -> Iterator[str]:
    """Yield the first line of `what` after ``error:``, and the others under it."""
    head, *details = what.splitlines() or ["no reason given"]
    yield from sheet.flow([Word("error:", Style.BOLD_RED), *words(head)], rest="  ")
    for detail in details:
        yield from sheet.flow(words(detail.strip()), first="  ", rest="    ")


def do_lines(do: str, sheet: Page) -> Iterator[str]:
    """Return the lines of the fix; none if `do` is empty."""
    for line in do.splitlines():
        yield from sheet.flow(advice(f"fix: {line}"), first="  ", rest="       ")
