"""Values of a YAML text as they are written: the characters and lines of each key, item and value.

`compose` makes them while it reads a document; `format` and `edit` change the text with them.
"""

import re
from dataclasses import field
from typing import Literal

from cfstream.startup.frozen import dataclass

LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What ruamel.yaml counts as the end of a line."""

_BEFORE_DASH = re.compile(r"(?:[&!]\S*|\s|#[^\r\n\x85\u2028\u2029]*)*")
"""What may be between an item of a list and the dash of the next one."""

_COLON = re.compile(r"[ \t]*:")


@dataclass(slots=True)
class Written:
    """A value as it is written. Lines and columns count from 0."""

    kind: Literal["map", "list", "leaf"]
    flow: bool
    """Whether it is in brackets, or a single value on its line; False for a block of lines."""
    line: int
    col: int
    start: int
    end: int
    """Behind its last character, without the comments and blank lines after it."""
    last: int
    """The last line that it is on."""
    quote: str = ""
    """The quotation mark of a single value that has one."""
    members: "list[Member]" = field(default_factory=list)

    @property
    def block(self) -> bool:
        """Whether its members have lines of their own."""
        return not self.flow and bool(self.members)

    @property
    def fields(self) -> "dict[str, Member]":
        """The fields of a mapping by their keys."""
        return {entry.key: entry for entry in self.members} if self.kind == "map" else {}

    def close(self, text: str, end: int, last: int) -> None:
        """Set where a collection ends. `end` and `last` are those of its closing bracket, if it has one."""
        if self.flow:
            self.end, self.last = end, last
        else:
            self.end = len(text[: max((entry.end for entry in self.members), default=self.end)].rstrip())
            self.last = max((entry.last for entry in self.members), default=self.last)


@dataclass(slots=True)
class Member:
    """A key with its value, or an item of a list.

    `line` and `col` are the place of the key, or of the dash of an item in a block.
    """

    key: str
    line: int
    col: int
    value: Written
    meant: Written
    """The value that counts: differs from `value` for an alias."""
    name: Written
    """The key as it is written; the value itself for an item."""

    @property
    def start(self) -> int:
        """The first character of the key, or of the item after its dash."""
        return self.name.start

    @property
    def end(self) -> int:
        """Behind the last character."""
        return max(self.name.end, self.value.end)

    @property
    def last(self) -> int:
        """The last line of it that is neither blank nor a comment."""
        return max(self.line, self.value.last)


def item(text: str, before: int, value: Written, meant: Written, *, flow: bool) -> Member:
    """Return an item of a list; `before` is the end of the item before it, or the start of the list."""
    if flow:
        return Member("", value.line, value.col, value, meant, value)
    found = _BEFORE_DASH.match(text, before)
    dash = found.end() if found else before
    breaks = list(LINE_BREAK.finditer(text, dash, value.start))
    col = _column(text, dash) if breaks else value.col - (value.start - dash)
    return Member("", value.line - len(breaks), col, value, meant, value)


def pair(text: str, key: str, name: Written, value: Written, meant: Written) -> Member:
    """Return a key with its value. A value that is not written is placed after the colon."""
    if value.kind == "leaf" and value.start == value.end:
        colon = _COLON.match(text, name.end)
        value.start = value.end = colon.end() if colon else name.end
        value.line = value.last = name.last
    return Member(key, name.line, name.col, value, meant, name)


def _column(text: str, index: int) -> int:
    column = 0
    while index > column and not LINE_BREAK.match(text[index - column - 1]):
        column += 1
    return column
