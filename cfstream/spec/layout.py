"""YAML text as lines and places: which lines each key, item and value stands on, and from which column.

Lives here: places alone. Does not live here: what the values mean (`compose`), and moving anything (`format`).
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.tokens import BlockEntryToken

LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What ruamel.yaml counts as the end of a line."""


@dataclass
class Entry:
    """A key with its value, or an item of a list with its dash.

    `line` and `col`, from 0, are where the key or the dash stands; `start` and `end` are the characters of a key.
    """

    key: str
    line: int
    col: int
    start: int
    value: "Node"

    @property
    def last(self) -> int:
        """The last line of it that is neither blank nor a comment."""
        return max(self.line, self.value.last)


@dataclass
class Node:
    """A value. Blocks and flow collections have entries; `last` is the last line that it stands on."""

    kind: Literal["map", "list", "leaf"]
    flow: bool
    line: int
    col: int
    start: int
    end: int
    last: int
    entries: list[Entry] = field(default_factory=list)

    @property
    def block(self) -> bool:
        """Whether its entries have lines of their own."""
        return not self.flow and bool(self.entries)


def roots(text: str) -> list[Node]:
    """The value of each document of a text that can be read as YAML. Raises Unusual for a key of several lines."""
    return list(_Reader(text).roots())


class Unusual(Exception):
    """The text is written in a way that has no place here."""


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._events = iter(YAML(typ="safe", pure=True).parse(text))
        tokens = YAML(typ="safe", pure=True).scan(text)
        self._dashes = [token.start_mark for token in tokens if isinstance(token, BlockEntryToken)]
        self._dash_at = [mark.index for mark in self._dashes]

    def roots(self) -> Iterator[Node]:
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                yield self._node(next(self._events))

    def _node(self, event: Any) -> Node:
        start, end = event.start_mark, event.end_mark
        flow = bool(getattr(event, "flow_style", True))
        node = Node("leaf", flow, start.line, start.column, start.index, end.index, self._last_line(event))
        last = event
        if isinstance(event, SequenceStartEvent):
            node.kind = "list"
            while not isinstance(last := next(self._events), SequenceEndEvent):
                node.entries.append(self._item(last, flow=flow))
        elif isinstance(event, MappingStartEvent):
            node.kind = "map"
            while not isinstance(last := next(self._events), MappingEndEvent):
                node.entries.append(self._pair(last))
        if node.kind != "leaf" and flow:
            node.end, node.last = last.end_mark.index, last.end_mark.line
        elif node.kind != "leaf":
            node.last = max(entry.last for entry in node.entries)
        return node

    def _item(self, event: Any, *, flow: bool) -> Entry:
        # A dash makes no event: it is the last one before its item.
        at = event.start_mark
        if not flow:
            at = self._dashes[bisect_left(self._dash_at, at.index) - 1]
        return Entry("", at.line, at.column, at.index, self._node(event))

    def _pair(self, key: Any) -> Entry:
        word = self._node(key)
        text = key.value if isinstance(key, ScalarEvent) else ""
        value = self._node(next(self._events))
        if (
            value.kind == "leaf" and value.start == value.end
        ):  # nothing is written: its place is told as that of what comes next
            value.line, value.last, value.start, value.end = word.last, word.last, word.end, word.end
        if word.last != word.line:
            raise Unusual
        return Entry(text, word.line, key.start_mark.column, word.start, value)

    def _last_line(self, event: Any) -> int:
        end = event.end_mark
        if isinstance(event, AliasEvent) or getattr(event, "style", None) not in ("|", ">"):
            return int(end.line)
        # The text of a block scalar ends where the next thing begins, or at the end of the file.
        return int(end.line - (end.column == 0))
