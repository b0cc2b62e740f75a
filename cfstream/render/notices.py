"""Notices, as lines under a stack and as values for programs: what is worth knowing, and what to do about it."""

from collections.abc import Iterable, Iterator
from typing import Any

from cfstream.errors import Notice
from cfstream.render.flow import Page, Style, Word, advice, words


def notice_lines(notices: Iterable[Notice], sheet: Page) -> Iterator[str]:
    """Each notice with its label and what to do; warnings last, where eyes are."""
    for notice in sorted(notices, key=lambda notice: (notice.warning, notice.text)):
        label = Word("warning:", Style.YELLOW) if notice.warning else Word("note:")
        yield from sheet.flow([label, *words(notice.text)], first="  ", rest="    ")
        yield from remedy_lines(notice.do, sheet, "    ")


def remedy_lines(do: str, sheet: Page, indent: str) -> Iterator[str]:
    """What to do about it behind its label, and a command on the line below; nothing where nothing need be done."""
    for n, line in enumerate(do.splitlines()):
        label = [] if n else [Word("do:", Style.CYAN)]
        yield from sheet.flow([*label, *advice(line)], first=indent, rest=indent + "  ")


def notice_document(notice: Notice) -> dict[str, Any]:
    """A notice for programs; ``do`` is there where something is to be done."""
    told = {"text": notice.text, "warning": notice.warning}
    return {**told, "do": notice.do} if notice.do else told
