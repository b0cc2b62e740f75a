"""An error as text: what went wrong, what belongs to it, what to do, and where the manual says more."""

import re
from collections.abc import Iterator

from cfstream.errors import CfstreamError
from cfstream.render.flow import Page, Style, Word, advice, page, words

MANUAL = "https://cfstream.github.io/cfstream/"


def error_text(error: CfstreamError, *, color: bool, width: int, more: bool = False) -> str:
    """``error: <what>``, its further lines indented, then ``fix: <do>``; ends in a newline.

    In colour its first word is a link to the manual, as terminals make them; with `more` the address is written out.
    """
    sheet = page(width, color=color)
    head, *rest = what_lines(error.what, sheet)
    if color:
        head = head.replace("error:", _linked("error:", page_of(type(error))), 1)
    see = [f"  see: {page_of(type(error))}"] if more else []
    return "\n".join([head, *rest, *do_lines(error.do, sheet), *see]) + "\n"


def page_of(kind: type[CfstreamError]) -> str:
    """The address at which the manual speaks of errors of this kind."""
    return f"{MANUAL}reference/errors/#{anchor(kind)}"


def anchor(kind: type[CfstreamError]) -> str:
    """The kind's name as headings have it: ``reply-lost``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower()


def _linked(text: str, address: str) -> str:
    """Text that leads to an address, in terminals that can (OSC 8); others show the text alone."""
    return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\"


def what_lines(what: str, sheet: Page) -> Iterator[str]:
    """The first line of `what` behind ``error:``, and the others under it."""
    head, *details = what.splitlines() or ["no reason was given"]
    yield from sheet.flow([Word("error:", Style.BOLD_RED), *words(head)], rest="  ")
    for detail in details:
        yield from sheet.flow(words(detail.strip()), first="  ", rest="    ")


def do_lines(do: str, sheet: Page) -> Iterator[str]:
    """Return the lines of the fix; none if `do` is empty."""
    for line in do.splitlines():
        yield from sheet.flow(advice(f"fix: {line}"), first="  ", rest="       ")
