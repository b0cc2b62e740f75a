"""Scan the common part of YAML quickly: the same events as ruamel.yaml, or None.

ruamel.yaml in pure Python takes nine tenths of the time of a run over a thousand specs. Most specs only have block
mappings, lists, and values and brackets on a single line. This module scans those. For anything else, an error
included, it returns None, and `compose` asks ruamel.yaml. So every problem has one source.
"""

import re

from ruamel.yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

_UNUSUAL_ASCII = re.compile(r"[^\n\x20-\x7e]")
_UNUSUAL = "[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\U00010000-\U0010ffff]"
"""Characters that no fast text has: tabs, other line breaks, control characters and byte order marks."""

_KEY = re.compile(r"([A-Za-z_][A-Za-z0-9_-]{0,99}):(?: +|$)")
_FLOW_KEY = re.compile(r"([A-Za-z_][A-Za-z0-9_-]{0,99}): +")
_PLAIN = re.compile(r"[A-Za-z0-9_/.](?:[^\s:#]|:(?=\S))*(?: +(?:[^\s:#]|:(?=\S))+)*")
_FLOW_PLAIN = re.compile(
    r"[A-Za-z0-9_/.][A-Za-z0-9_/.*+=@~()$%^-]*(?: [A-Za-z0-9_/.][A-Za-z0-9_/.*+=@~()$%^-]*)*"
)
_QUOTED = re.compile(r"\"[^\"\\]*\"|'[^']*'")
_SPACES = re.compile(" *")
_REST = re.compile(r" *(?: #.*)?$")
"""What may follow a value on its line: a comment."""

_DASH = re.compile(r"- +(?=[^ #])")


class _UnusualText(Exception):
    """The text has something that only ruamel.yaml reads."""


class _Place:
    """A place in the text, as the marks of ruamel.yaml: line and column from 0, and the index of the character."""

    __slots__ = ("column", "index", "line")

    def __init__(self, line: int, column: int, index: int) -> None:
        self.line = line
        self.column = column
        self.index = index


class _Line:
    """A line that is neither blank nor a comment. The one behind the last has the indent -1."""

    __slots__ = ("begin", "indent", "number", "text")

    def __init__(self, number: int, indent: int, begin: int, text: str) -> None:
        self.number = number
        self.indent = indent
        self.begin = begin
        self.text = text

    def at(self, column: int) -> _Place:
        return _Place(self.number, column, self.begin + column)

    @property
    def first(self) -> _Place:
        return self.at(max(self.indent, 0))


def events(text: str) -> list[Event] | None:
    """Return the events from the start of the document to its end, or None if only ruamel.yaml can tell.

    Law: they are the same that ruamel.yaml makes of the text.
    """
    if not text.endswith("\n") or _is_unusual(text):
        return None
    try:
        return _Scan(text).document()
    except _UnusualText:
        return None


def _is_unusual(text: str) -> bool:
    # To compile the pattern for all characters takes longer than to scan a spec, and most are ASCII.
    return (_UNUSUAL_ASCII.search(text) if text.isascii() else re.search(_UNUSUAL, text)) is not None


class _Scan:
    """A scan of one text: its lines, the one it is at, and the events so far."""

    def __init__(self, text: str) -> None:
        self._lines = _lines(text)
        self._now = 0
        self._events: list[Event] = []

    @property
    def _line(self) -> _Line:
        return self._lines[self._now]

    def document(self) -> list[Event]:
        start = self._line.first
        if self._line.indent != 0:
            raise _UnusualText
        self._events.append(DocumentStartEvent(start, start, explicit=False))
        self._mapping(0)
        end = self._line.first
        if self._line.indent >= 0:
            raise _UnusualText
        self._events.append(DocumentEndEvent(end, end, explicit=False))
        return self._events

    def _mapping(self, column: int) -> None:
        """Scan a mapping in a block, whose first key is on this line."""
        start = self._line.at(column)
        self._events.append(
            MappingStartEvent(None, None, implicit=True, start_mark=start, end_mark=start, flow_style=False)
        )
        while True:
            line = self._line
            key = _KEY.match(line.text, column)
            if key is None:
                raise _UnusualText
            self._scalar(line, column, key.end(1))
            self._value(line, key.end(), column)
            if self._line.indent != column:
                break
        self._close(column, MappingEndEvent)

    def _sequence(self, column: int, *, indented: bool) -> None:
        """Scan a list in a block. One that is not indented has the column of its key."""
        line = self._line
        start = line.at(column)
        end = start if indented else line.at(column + 1)
        self._events.append(
            SequenceStartEvent(None, None, implicit=True, start_mark=start, end_mark=end, flow_style=False)
        )
        while line.indent == column and (dash := _DASH.match(line.text, column)):
            if _KEY.match(line.text, dash.end()):
                self._mapping(dash.end())
            else:
                self._on_one_line(line, dash.end())
            line = self._line
        if indented and line.indent == column:
            raise _UnusualText
        self._close(column, SequenceEndEvent)

    def _close(self, column: int, kind: type[Event]) -> None:
        """End a collection where the next thing begins."""
        if self._line.indent > column:
            raise _UnusualText
        self._events.append(kind(self._line.first, self._line.first))

    def _value(self, line: _Line, column: int, above: int) -> None:
        """Scan the value of a key: on its line, or in the lines below."""
        if line.text[column : column + 1] not in {"", "#"}:
            self._on_one_line(line, column)
            return
        self._now += 1
        below = self._line
        is_list = bool(_DASH.match(below.text, max(below.indent, 0)))
        if is_list and below.indent >= above:
            self._sequence(below.indent, indented=below.indent > above)
        elif below.indent > above:
            self._mapping(below.indent)
        else:
            empty = below.first
            self._events.append(ScalarEvent(None, None, (True, False), "", empty, empty))

    def _on_one_line(self, line: _Line, column: int) -> None:
        """Scan a value after which nothing but a comment is on the line."""
        sign = line.text[column]
        if sign in "{[\"'":
            end = self._flow(line, column)
        else:
            found = _PLAIN.match(line.text, column)
            if found is None:
                raise _UnusualText
            end = found.end()
            self._scalar(line, column, end)
        if not _REST.match(line.text, end):
            raise _UnusualText
        self._now += 1

    def _flow(self, line: _Line, column: int) -> int:
        """Scan a value in brackets or quotes, or one within brackets. Return its end."""
        sign = line.text[column : column + 1]
        if sign in {"{", "["}:
            return self._brackets(line, column)
        quoted = sign in {'"', "'"}
        found = (_QUOTED if quoted else _FLOW_PLAIN).match(line.text, column)
        if found is None:
            raise _UnusualText
        self._scalar(line, column, found.end(), sign if quoted else "")
        return found.end()

    def _brackets(self, line: _Line, column: int) -> int:
        text = line.text
        mapping = text[column] == "{"
        begin, finish = (
            (MappingStartEvent, MappingEndEvent) if mapping else (SequenceStartEvent, SequenceEndEvent)
        )
        start, end = line.at(column), line.at(column + 1)
        self._events.append(begin(None, None, implicit=True, start_mark=start, end_mark=end, flow_style=True))
        closing = "}" if mapping else "]"
        at = _past_spaces(text, column + 1)
        while text[at : at + 1] != closing:
            if mapping:
                key = _FLOW_KEY.match(text, at)
                if key is None:
                    raise _UnusualText
                self._scalar(line, at, key.end(1))
                at = key.end()
            at = _past_spaces(text, self._flow(line, at))
            if text[at : at + 1] == ",":
                at = _past_spaces(text, at + 1)
                if text[at : at + 1] == closing:
                    raise _UnusualText
            elif text[at : at + 1] != closing:
                raise _UnusualText
        self._events.append(finish(line.at(at), line.at(at + 1)))
        return at + 1

    def _scalar(self, line: _Line, column: int, end: int, quote: str = "") -> None:
        value = line.text[column + len(quote) : end - len(quote)]
        implicit = (False, True) if quote else (True, False)
        self._events.append(
            ScalarEvent(None, None, implicit, value, line.at(column), line.at(end), style=quote or None)
        )


def _past_spaces(text: str, column: int) -> int:
    found = _SPACES.match(text, column)
    return found.end() if found else column


def _lines(text: str) -> list[_Line]:
    """Return the lines with content, and one behind the last."""
    lines, begin, number = [], 0, -1
    for number, line in enumerate(text.split("\n")[:-1]):
        content = line.lstrip(" ")
        if content and content[0] != "#":
            lines.append(_Line(number, len(line) - len(content), begin, line))
        begin += len(line) + 1
    return [*lines, _Line(number + 1, -1, begin, "")]
