"""Edits of a spec as text: one entry joins or leaves a list, and no other character of the file changes.

Comments, order, quotes, indentation, line ends, a byte order mark and the end of the file stay as they are, for a spec
is read in pull requests. An edit is proved before it is returned: the text is read again, and must say what it said,
but for the edit; else CannotEdit is raised. Does not live here: reading and writing files.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from cfstream.errors import CfstreamError, Problem
from cfstream.spec.compose import documents, resolve
from cfstream.spec.source import Source, Spot, Step, plain

BOM = "\ufeff"

_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./ -]*(?<! )")
"""Text that YAML reads as itself without quotes, unless it looks like another type."""
_DASH = re.compile(r"[ \t]*-[ \t]+\Z")
_GAP = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)")
_NEWLINE = re.compile(r"\r\n|\r|\n")

Entry = Mapping[str, str | Sequence[str]]
"""A mapping to write: keys with text, or with lists of text."""


class CannotEdit(CfstreamError):
    """The file is written in a way in which this edit would touch more than it should."""


@dataclass
class _Node:
    """A value, and where it stands: `end` is behind its last sign, comments and blank lines not counted."""

    start: int
    end: int
    flow: bool = True
    items: "list[_Node] | None" = None
    fields: "dict[str, _Node]" = field(default_factory=dict)


def append(text: str, root: Spot, paths: Sequence[Sequence[Step]], entry: Entry) -> str:
    """The text with `entry` as the last one of the lists at `paths`, written as the entries before it are.

    `root` is where the document begins. Paths that lead to one and the same place by aliases are one edit. Raises
    CannotEdit.
    """
    value = {key: item if isinstance(item, str) else list(item) for key, item in entry.items()}
    return _edited(
        text, root, paths, lambda old, node: _appended(old, node, entry), lambda items: items.append(value)
    )


def remove(text: str, root: Spot, paths: Sequence[Sequence[Step]], number: int) -> str:
    """The text without entry `number` of the lists at `paths`. Raises CannotEdit, also for the only entry of a list."""

    def forget(items: list[Any]) -> None:
        del items[number]

    return _edited(text, root, paths, lambda old, node: _removed(old, node, number), forget)


def _edited(
    text: str,
    root: Spot,
    paths: Sequence[Sequence[Step]],
    write: Callable[[str, _Node], str],
    change: Callable[[list[Any]], None],
) -> str:
    mark = BOM if text.startswith(BOM) else ""
    before = text.removeprefix(BOM)
    after = before
    done: set[int] = set()
    for path in paths:
        place = _find(before, root, path)
        if place.start not in done:
            done.add(place.start)
            after = write(after, _find(after, root, path))
    _prove(before, after, root, paths, change)
    return mark + after


def _prove(
    before: str, after: str, root: Spot, paths: Sequence[Sequence[Step]], change: Callable[[list[Any]], None]
) -> None:
    """Returns when the new text says what the old one said, but for the change."""
    problems: list[Problem] = []
    wanted = [(doc.root.at, plain(doc.root)) for doc in documents(Source("spec", before), problems)]
    found = [plain(doc.root) for doc in documents(Source("spec", after), problems)]
    for at, value in wanted:
        if at == root:
            for path in paths:
                change(_value(value, path))
    if problems or [value for _, value in wanted] != found:
        raise _by_hand("the file is written in a way in which this edit would change more than it should")


def _value(document: Any, path: Sequence[Step]) -> list[Any]:
    """The list at `path`; a plain document has a copy of its own wherever an alias stood."""
    for step in path:
        document = document[step]
    found: list[Any] = document
    return found


def _by_hand(what: str) -> CannotEdit:
    return CannotEdit(what, "edit the file by hand, then run the command again")


def _find(text: str, root: Spot, path: Sequence[Step]) -> _Node:
    """The list at `path` of the document that begins at `root`."""
    node = _Reader(text).document(root)
    for step in path:
        found = (
            node.items[step]
            if node.items is not None and isinstance(step, int)
            else node.fields.get(str(step))
        )
        if found is None:
            raise _by_hand(f"{'.'.join(str(step) for step in path)} could not be found in the file")
        node = found
    if not node.items:
        raise _by_hand("the list is empty")
    return node


class _Reader:
    """Reads where the values of one document stand."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._events = iter(YAML(typ="safe", pure=True).parse(text))
        self._anchors: dict[str, _Node] = {}

    def document(self, root: Spot) -> _Node:
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._anchors = {}
                first = next(self._events)
                node = self._node(first)
                if (first.start_mark.line + 1, first.start_mark.column + 1) == root:
                    return node
        raise _by_hand("the document could not be found in the file again")

    def _node(self, event: Any) -> _Node:
        if isinstance(event, AliasEvent):
            return self._anchors.get(event.anchor) or _Node(event.start_mark.index, event.end_mark.index)
        node = _Node(
            event.start_mark.index, event.end_mark.index, flow=bool(getattr(event, "flow_style", True))
        )
        if event.anchor:
            self._anchors[event.anchor] = node
        last: Any = event
        if isinstance(event, SequenceStartEvent):
            node.items = []
            while not isinstance(last := next(self._events), SequenceEndEvent):
                node.items.append(self._node(last))
        elif isinstance(event, MappingStartEvent):
            while not isinstance(last := next(self._events), MappingEndEvent):
                node.fields[str(getattr(last, "value", ""))] = self._pair(last)
        node.end = last.end_mark.index if node.flow else self._content_end(node)
        return node

    def _pair(self, key: Any) -> _Node:
        self._node(key)
        return self._node(next(self._events))

    def _content_end(self, node: _Node) -> int:
        """Where a block really ends: its end mark stands where the next token begins, behind comments."""
        inner = [*(node.items or ()), *node.fields.values()]
        end = max((each.end for each in inner), default=node.end)
        return len(self._text[:end].rstrip())


def _appended(text: str, node: _Node, entry: Entry) -> str:
    last = (node.items or [])[-1]
    if not node.flow:
        return _append_to_block(text, last, entry)
    spaced = text[last.start : last.start + 2] == "{ "
    written = _flow(entry, spaced=spaced)
    comma, bracket = _after(text, last.end)
    own_line = not text[_line_start(text, last.start) : last.start].strip()
    if not own_line:
        return _put(text, last.end, f", {written}")
    newline = _newline(text, last.end)
    indent = text[_line_start(text, last.start) : last.start]
    behind = last.end if comma is None else comma + 1
    if _line_end(text, behind) > bracket:
        return _put(text, last.end, f",{newline}{indent}{written}")
    after = _put(
        text, _line_end(text, behind), f"{newline}{indent}{written}{',' if comma is not None else ''}"
    )
    return after if comma is not None else _put(after, last.end, ",")


def _append_to_block(text: str, last: _Node, entry: Entry) -> str:
    start = _line_start(text, last.start)
    lead = text[start : last.start]
    if not _DASH.fullmatch(lead):
        raise _by_hand("the last entry does not begin behind its dash")
    if last.flow and last.fields:
        lines = [lead + _flow(entry, spaced=text[last.start : last.start + 2] == "{ ")]
    else:
        under = re.sub(r"[^\t]", " ", lead)
        pairs = [f"{key}: {_written(value)}" for key, value in entry.items()]
        lines = [lead + pairs[0], *(under + pair for pair in pairs[1:])]
    newline = _newline(text, last.end)
    return _put(text, _line_end(text, last.end), "".join(newline + line for line in lines))


def _removed(text: str, node: _Node, number: int) -> str:
    items = node.items or []
    if len(items) < 2:
        raise _by_hand("it is the only entry of its list")
    item = items[number]
    start, end = _line_start(text, item.start), _line_end(text, item.end)
    lead = text[start : item.start]
    if not node.flow:
        if not _DASH.fullmatch(lead):
            raise _by_hand("the entry does not begin behind its dash")
        return _without_lines(text, start, end)
    comma, _ = _after(text, item.end)
    behind = item.end if comma is None else comma + 1
    if not lead.strip() and _GAP.match(text, behind):
        return _without_lines(text, start, _line_end(text, behind))
    if number + 1 < len(items):
        return text[: item.start] + text[behind:].lstrip(" ")
    return text[: items[number - 1].end] + text[item.end :]


def _without_lines(text: str, start: int, end: int) -> str:
    """Without whole lines; a file that ended without a line end does so still."""
    newline = _NEWLINE.match(text, end)
    if newline:
        return text[:start] + text[newline.end() :]
    return text[: start - (2 if text[:start].endswith("\r\n") else 1)]


def _after(text: str, index: int) -> tuple[int | None, int]:
    """Behind an item of a flow list: where its comma stands, if it has one, and where the next other sign does."""
    comma = None
    while index < len(text):
        sign = text[index]
        if sign == "#" and text[index - 1].isspace():
            index = _line_end(text, index)
        elif sign == "," and comma is None:
            comma, index = index, index + 1
        elif sign.isspace():
            index += 1
        else:
            break
    return comma, index


def _put(text: str, index: int, more: str) -> str:
    return text[:index] + more + text[index:]


def _line_start(text: str, index: int) -> int:
    return max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1


def _line_end(text: str, index: int) -> int:
    found = _NEWLINE.search(text, index)
    return found.start() if found else len(text)


def _newline(text: str, index: int) -> str:
    """The line end that the file uses at this place, or else anywhere."""
    found = _NEWLINE.search(text, index) or _NEWLINE.search(text)
    return found[0] if found else "\n"


def _flow(entry: Entry, *, spaced: bool) -> str:
    inside = ", ".join(f"{key}: {_written(value)}" for key, value in entry.items())
    return f"{{ {inside} }}" if spaced else f"{{{inside}}}"


def _written(value: str | Sequence[str]) -> str:
    """A value on one line, in quotes only where YAML would read something else."""
    if not isinstance(value, str):
        return f"[{', '.join(_written(item) for item in value)}]"
    if _PLAIN.fullmatch(value) and isinstance(resolve(value), str):
        return value
    return json.dumps(value, ensure_ascii=False)
