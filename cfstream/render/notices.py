"""Notices, as lines under a stack and as values for programs: the text, and how to fix it."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cfstream.errors import Notice
from cfstream.render.flow import Page, Style, Word, advice, words

if TYPE_CHECKING:
    from cfstream.render.documents import NoticeDocument


def notice_lines(notices: Iterable[Notice], sheet: Page) -> Iterator[str]:
    """Return each notice with its label and its fix, warnings last."""
    for notice in sorted(notices, key=lambda notice: (notice.warning, notice.text)):
        label = Word("warning:", Style.YELLOW) if notice.warning else Word("note:")
        yield from sheet.flow([label, *words(notice.text)], first="  ", rest="    ")
        yield from remedy_lines(notice.do, sheet, "    ")


def remedy_lines(do: str, sheet: Page, indent: str) -> Iterator[str]:
    """Return the fix after its label, and each further line of it in the same column; nothing if `do` is empty."""
    below = indent + "  " if sheet.narrow else indent + " " * len("fix: ")
    for n, line in enumerate(do.splitlines()):
        label = [] if n else [Word("fix:", Style.CYAN)]
        yield from sheet.flow([*label, *advice(line)], first=below if n else indent, rest=below)


def notice_document(notice: Notice) -> "NoticeDocument":
    """Return a notice for programs; it has ``do`` if there is something to fix."""
    document: NoticeDocument = {"text": notice.text, "warning": notice.warning}
    if notice.do:
        document["do"] = notice.do
    return document
