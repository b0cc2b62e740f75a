"""Read YAML text as documents: YAML 1.2 without tags, with bounded aliases, and with a problem for each error.

Only this module reads YAML with places. What the spec language allows is in `model`. The tree is built here from
ruamel.yaml's events, because a tree of plain values has neither places nor the leading zero of an account number.
`plain_yaml` makes the same events faster, for texts that have only what most specs have.
"""

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from cfstream.errors import Problem
from cfstream.spec import plain_yaml
from cfstream.spec.layout import Member, Written, item, pair
from cfstream.spec.source import BROKEN, Document, Listing, Mapping, Node, Scalar, Source, Spot
from cfstream.spec.syntax import bare_line, syntax_problem
from cfstream.spec.wording import shown
from cfstream.startup.frozen import dataclass

MAX_DEPTH = 40
"""How deep collections may nest; the language itself needs seven."""

ELSEWHERE = "name only the specs, or move it out of their directory"
"""What to do with a file of another tool."""

MAX_UNFOLDED = 10_000
"""The largest number of values to which the aliases of one document may expand."""

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NULLS = {"", "~", "null", "Null", "NULL"}
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|0[ox][0-9a-fA-F]+"
)


class Unreadable(Exception):
    """The rest of the file cannot be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.what)
        self.problem = problem


def documents(source: Source, problems: list[Problem]) -> Iterator[Document]:
    """Yield every document of the file that is a mapping, in order, and add what is wrong to `problems`.

    Empty documents are skipped, as between two ``---`` in a row. A file with no other documents is a problem.
    """
    try:
        if bad := _UNREADABLE.search(source.text):
            raise Unreadable(_unreadable_character(source, bad))
        yield from _Composer(source, problems).documents()
    except Unreadable as stop:
        problems.append(stop.problem)
    except MarkedYAMLError as error:
        problems.append(syntax_problem(source, error))
    except ValueError:
        # ruamel does not check that the number of an escape is one of Unicode's.
        what = r"this cannot be read as YAML: an escape like \U00110000 is not a character"
        problems.append(source.problem((1, 1), what, "write the character itself"))


@dataclass(frozen=True)
class _Read:
    """A node: what it means, how it is written, and, for an alias, how the value that it refers to is written."""

    node: Node
    written: Written
    meant: Written


@dataclass
class _Composer:
    source: Source
    problems: list[Problem]
    anchors: dict[str, _Read | None] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    """The line of each anchor."""
    unfolded: int = 0
    other: bool = False
    """Whether a document that is not a mapping was reported: a file has one such problem."""

    def documents(self) -> Iterator[Document]:
        self.events = _events(self.source.text)
        start, root, empty = 0, None, True
        known = len(self.problems)
        for event in self.events:
            match event:
                case DocumentStartEvent():
                    start = 0 if empty and root is None else event.start_mark.index
                    self.anchors, self.lines, self.unfolded = {}, {}, 0
                    read = self._node(next(self.events), 0)
                    root = read.node
                case DocumentEndEvent():
                    text = self.source.text[start : event.end_mark.index]
                    if isinstance(root, Mapping):
                        empty = False
                        yield Document(self.source, root, text, read.meant)
                    elif root is not None and not (isinstance(root, Scalar) and root.value is None):
                        empty = False
                        self._not_a_mapping(root)
        if empty and len(self.problems) == known:
            self._problem(
                (1, 1), "this file contains no spec", 'write one; "cfstream init" shows how it begins'
            )

    def _node(self, event: Any, depth: int) -> _Read:
        at = (event.start_mark.line + 1, event.start_mark.column + 1)
        written = _written(self.source.text, event)
        if isinstance(event, AliasEvent):
            named = self.anchors.get(event.anchor)
            return _Read(self._alias(event.anchor, at), written, named.written if named else written)
        if depth > MAX_DEPTH:
            what = f"this is nested more than {MAX_DEPTH} levels deep"
            raise Unreadable(
                self.source.problem(at, what, "remove some levels: no field needs more than seven")
            )
        if event.anchor:
            self._anchor(event.anchor, at)
        read = _Read(self._collect(event, at, depth, written), written, written)
        if event.anchor:
            self.anchors[event.anchor] = read
        if event.ctag is not None:
            self._problem(
                at,
                f"YAML tags like {shown(str(event.ctag))} are not accepted",
                "write the value without a tag",
            )
            return _Read(Scalar(at, BROKEN), written, written)
        return read

    def _anchor(self, name: str, at: Spot) -> None:
        """Add an anchor. YAML allows its name again: aliases before and after then mean different values."""
        if name in self.anchors:
            what = f"&{name} is set twice; the first is on line {self.lines[name]}"
            self._problem(at, what, "give one of the two anchors another name")
        self.anchors[name] = None
        self.lines.setdefault(name, at[0])

    def _collect(self, event: Any, at: Spot, depth: int, written: Written) -> Node:
        match event:
            case ScalarEvent():
                return self._scalar(event, at)
            case SequenceStartEvent():
                return self._listing(at, depth, written)
        return self._mapping(event, at, depth, written)

    def _listing(self, at: Spot, depth: int, written: Written) -> Listing:
        listing, before = Listing(at), written.start
        while not isinstance(event := next(self.events), SequenceEndEvent):
            read = self._node(event, depth + 1)
            inside = None if written.flow else self._entry_in_text(event, at)
            listing.items.append(inside or read.node)
            entry = item(self.source.text, before, read.written, read.meant, flow=written.flow)
            written.members.append(entry)
            before = entry.end
        written.close(self.source.text, event.end_mark.index, event.end_mark.line)
        listing.size = 1 + sum(node.size for node in listing.items)
        return listing

    def _entry_in_text(self, event: Any, at: Spot) -> Scalar | None:
        """Report a line of a text in a list that looks like the next entry, and has too many spaces; else None."""
        if not isinstance(event, ScalarEvent) or event.start_mark.line == event.end_mark.line or event.style:
            return None
        for number in range(event.start_mark.line + 1, event.end_mark.line + 1):
            line = self.source.lines[number]
            spaces = len(line) - len(line.lstrip())
            if line.lstrip().startswith("- ") and spaces >= at[1]:
                what = "this line has more spaces than the entry above, so YAML reads it as more text of that entry"
                self._problem(
                    (number + 1, spaces + 1), what, f'begin its "-" in column {at[1]}, like the entry above'
                )
                return Scalar(at, BROKEN)
        return None

    def _mapping(self, event: Any, at: Spot, depth: int, written: Written) -> Mapping:
        mapping = Mapping(at, flow=bool(event.flow_style))
        merged: list[Mapping] = []
        while not isinstance(word := next(self.events), MappingEndEvent):
            key, value = self._node(word, depth + 1), self._node(next(self.events), depth + 1)
            written.members.append(self._pair(word, key, value))
            self._add(mapping, merged, word, key.node, value.node)
        written.close(self.source.text, word.end_mark.index, word.end_mark.line)
        for other in merged:
            for name, node in other.fields.items():
                if name not in mapping.fields:
                    mapping.fields[name], mapping.keys[name] = node, other.keys[name]
        mapping.size = 1 + sum(node.size for node in mapping.fields.values())
        return mapping

    def _pair(self, word: Any, key: _Read, value: _Read) -> Member:
        text = word.value if isinstance(word, ScalarEvent) else ""
        return pair(self.source.text, text, key.written, value.written, value.meant)

    def _add(self, mapping: Mapping, merged: list[Mapping], word: Any, key: Node, value: Node) -> None:
        """Add a field to a mapping, or what it merges to `merged`."""
        if not isinstance(key, Scalar):
            self._problem(key.at, "a key is a word, not a list or a mapping", "write the name of a field")
        elif key.text == "<<" and isinstance(word, ScalarEvent) and word.implicit[0]:
            merged += self._merged(value)
        elif key.value is BROKEN:
            return
        elif key.text in mapping.fields:
            first = mapping.keys[key.text][0]
            what = f"{shown(key.text)} is set twice; the first is on line {first}"
            self._problem(key.at, what, "keep one of the two")
        else:
            mapping.fields[key.text], mapping.keys[key.text] = value, key.at

    def _merged(self, value: Node) -> list[Mapping]:
        parts = value.items if isinstance(value, Listing) else [value]
        for part in parts:
            if not isinstance(part, Mapping) and not (isinstance(part, Scalar) and part.value is BROKEN):
                what = "this is not a mapping, and << merges only mappings"
                self._problem(part.at, what, "write << with the alias of a mapping")
        return [part for part in parts if isinstance(part, Mapping)]

    def _scalar(self, event: Any, at: Spot) -> Scalar:
        text = event.value
        if _SURROGATE.search(text):
            self._problem(at, "half of a surrogate pair is not a character", "write the character itself")
            return Scalar(at, BROKEN)
        return Scalar(at, resolve(text) if event.implicit[0] else text, text)

    def _alias(self, name: str, at: Spot) -> Scalar | Listing | Mapping:
        if name not in self.anchors:
            what = f"*{name} refers to an anchor, and there is no &{name} before it"
            self._problem(
                at, what, f'if it is text, put it in quotes: "*{name}"', "YAML reads a reference here"
            )
            return Scalar(at, BROKEN)
        read = self.anchors[name]
        if read is None:
            self._problem(at, f"*{name} refers to the value that it is in", "write the value out")
            return Scalar(at, BROKEN)
        node = read.node
        if self.unfolded < MAX_UNFOLDED < self.unfolded + node.size:
            what = f"the aliases of this document expand to more than {MAX_UNFOLDED:,} values"
            self._problem(at, what, "write the values out, or use fewer aliases")
        self.unfolded += node.size
        return Scalar(at, BROKEN) if self.unfolded > MAX_UNFOLDED else node

    def _not_a_mapping(self, root: Node) -> None:
        if self.other or (isinstance(root, Scalar) and root.value is BROKEN):
            return
        self.other = True
        several = "\n" in self.source.text.strip() and not self.source.holds_a_secret
        bare = bare_line(self.source.lines[root.at[0] - 1]) if several and isinstance(root, Scalar) else None
        if bare:
            self._problem(root.at, *bare)
            return
        self._problem(root.at, *_other_document(root))

    def _problem(self, at: Spot, what: str, do: str, note: str = "") -> None:
        self.problems.append(self.source.problem(at, what, do, note))


def _other_document(root: Node) -> tuple[str, str]:
    """Return what is wrong with a document that is not a mapping, and how to fix it."""
    if not isinstance(root, Listing):
        return "this is a single value, and a spec is a mapping of fields", 'begin with "version: 1"'
    plays = any(isinstance(item, Mapping) and "hosts" in item.fields for item in root.items)
    if plays:
        return "this looks like a playbook of Ansible, not a spec", ELSEWHERE
    return "this is a list, and a spec is a mapping of fields", f'begin with "version: 1"; or {ELSEWHERE}'


def _events(text: str) -> Iterator[Event]:
    """Return the events of the text. Raises MarkedYAMLError or ValueError while they are taken."""
    quick = plain_yaml.events(text)
    return iter(YAML(typ="safe", pure=True).parse(text) if quick is None else quick)


def _written(text: str, event: Any) -> Written:
    """Return how a value is written, without its entries."""
    begin, end = event.start_mark, event.end_mark
    kind: Literal["map", "list", "leaf"] = "leaf"
    flow, last, close, quote = True, end.line, end.index, ""
    if isinstance(event, SequenceStartEvent | MappingStartEvent):
        kind, flow = "list" if isinstance(event, SequenceStartEvent) else "map", bool(event.flow_style)
    elif isinstance(event, ScalarEvent):
        quote = event.style if event.style in {"'", '"'} else ""
        flow = event.style not in {"|", ">"}
        if not flow:  # ruamel ends the text of a block where the next thing begins, or at the end of the file
            last, close = end.line - (end.column == 0), len(text[: end.index].rstrip())
    return Written(kind, flow, begin.line, begin.column, begin.index, close, last, quote)


def resolve(text: str) -> Any:
    """Return the value of an unquoted scalar in YAML 1.2's core schema: null, a truth value, a number, or the text."""
    if text in _NULLS:
        return None
    if text in _BOOLS:
        return _BOOLS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    # The value of other numbers is never used: no field takes one.
    return float("nan") if _NUMBER.fullmatch(text) else text


def _unreadable_character(source: Source, bad: re.Match[str]) -> Problem:
    what = f"the character U+{ord(bad.group()):04X} is not allowed in YAML"
    return source.problem(source.spot(bad.start()), what, 'delete it, or write it as "\\u…" in double quotes')
