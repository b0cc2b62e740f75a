"""Write a spec in its canonical form: keys in the order of the language, and two spaces for each level.

A comment above a key moves with the key; a comment after or deeper moves with what is before it. Quotes, flow style,
blank lines, line ends and the order of lists stay, and a line that is in place is not changed. The result is checked
before it is returned: it means the same as the text, and no character is lost.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import field
from itertools import pairwise
from typing import Any

from cfstream.errors import Problem, SpecProblems
from cfstream.spec.compose import documents
from cfstream.spec.layout import LINE_BREAK, Member, Written
from cfstream.spec.reference import SpecField, reference
from cfstream.spec.source import EXTENSION, Document, Listing, Mapping, Scalar, Source
from cfstream.spec.source import Node as Value
from cfstream.startup.frozen import dataclass

STEP = 2
"""Spaces of one level."""

MERGE = "<<"


class Unusual(Exception):
    """The text is written in a way that `fmt` does not handle."""


@dataclass(frozen=True)
class Formatted:
    """The text in canonical form; if it is not in that form, `left` says what was left, and why."""

    text: str
    left: str = ""


def formatted(source: Source) -> Formatted:
    """Return the file in canonical form. Raises SpecProblems for a text that cannot be read as YAML."""
    read = _read(source)
    roots = [document.written for document in read]
    order = reference()
    for sort, left in (
        (True, ""),
        (False, "keys are left in their order: an alias would come before its anchor"),
    ):
        try:
            text = _Layout(source.text, roots, sort=sort).text(order)
            if text == source.text or (
                _same_signs(text, source.text)
                and _meaning(_read(Source(source.file, text))) == _meaning(read)
            ):
                return Formatted(text, left)
        except (Unusual, SpecProblems):
            continue
    return Formatted(source.text, "it is not changed: it is written in a way that cannot be formatted safely")


def _read(source: Source) -> list[Document]:
    problems: list[Problem] = []
    found = list(documents(source, problems))
    if problems:
        raise SpecProblems(tuple(problems))
    return found


def _meaning(read: Sequence[Document]) -> list[Any]:
    return [_said(document.root) for document in read]


def _said(node: Value) -> Any:
    """Return a tree that equals another if both have the same fields and the same text of each value."""
    match node:
        case Scalar():
            return type(node.value), node.text
        case Listing():
            return [_said(item) for item in node.items]
        case Mapping():
            return {key: _said(value) for key, value in node.fields.items()}


def _same_signs(one: str, other: str) -> bool:
    """Return whether both texts have the same characters: a comparison of meanings would not notice lost comments."""
    return Counter("".join(one.split())) == Counter("".join(other.split()))


@dataclass
class _Chunk:
    """The lines of an entry: the comments above it, and its own lines with the comments that belong to them."""

    rank: float
    lead: list[str]
    body: list[str] = field(default_factory=list)


class _Layout:
    """Writes a text in another order and indentation."""

    def __init__(self, text: str, roots: Sequence[Written], *, sort: bool) -> None:
        self._text = text
        self._roots = roots
        self._sort = sort
        self._lines = LINE_BREAK.split(text)

    def text(self, order: SpecField) -> str:
        """Return all documents, with everything between them unchanged."""
        written: list[str] = []
        at = 0
        for node in self._roots:
            _refuse_long_keys(node)
            if node.block:
                begin, stop = self._head(node, at, order), self._stop(node)
                written += self._lines[at:begin]
                written += _flat(self._block(node, begin, stop, 0, order))
                at = stop
        written += self._lines[at:]
        breaks = [*LINE_BREAK.findall(self._text), ""]
        if len(written) != len(breaks):
            raise Unusual
        return "".join(line + end for line, end in zip(written, breaks, strict=True))

    def _head(self, node: Written, at: int, order: SpecField) -> int:
        """Return the line where the comments of the first key begin: those above a blank line belong to the file."""
        first = node.members[0].line
        ranks = [_rank(entry, order) for entry in node.members]
        blank = [number for number in range(at, first) if not self._lines[number].strip()]
        return blank[-1] + 1 if blank and ranks != sorted(ranks) else first

    def _stop(self, node: Written) -> int:
        """Return the line after the document and the comments after it."""
        stop = node.last + 1
        while stop < len(self._lines) and _is_empty(self._lines[stop]):
            stop += 1
        return stop

    def _block(self, node: Written, begin: int, stop: int, col: int, order: SpecField | None) -> list[_Chunk]:
        """Return the lines of a block, from `begin` to before `stop`, with its entries at column `col`."""
        old = node.members[0].col
        chunks: list[_Chunk] = []
        for number, entry in enumerate(node.members):
            following = node.members[number + 1].line if number + 1 < len(node.members) else stop
            end = self._end_of_tail(entry.last + 1, following, old)
            lead = [_moved(line, old, col) for line in self._gap(begin, entry.line)]
            write = self._pair if node.kind == "map" else self._item
            chunk = write(entry, end, col, order)
            rank = _rank(entry, order) if self._sort and node.kind == "map" else 0
            chunks.append(_Chunk(rank, lead + chunk.lead, chunk.body))
            begin = end
        chunks.append(_Chunk(float("inf"), [_moved(line, old, col) for line in self._gap(begin, stop)]))
        return _in_order(chunks)

    def _pair(self, entry: Member, stop: int, col: int, order: SpecField | None) -> _Chunk:
        inner = _inside(order, entry.key)
        first = " " * col + self._line(entry, inner)[entry.col :]
        if entry.value.block:
            block = self._block(entry.value, entry.line + 1, stop, col + STEP, inner)
            return _Chunk(0, [], [first, *_flat(block)])
        return _Chunk(0, [], [first, *self._rest(entry, stop, col - entry.col)])

    def _item(self, entry: Member, stop: int, col: int, order: SpecField | None) -> _Chunk:
        value, dash = entry.value, " " * col + "-"
        beside = value.start < value.end and value.line == entry.line
        if value.block and value.members[0].line == entry.line:
            first, *others = self._block(value, entry.line, stop, col + STEP, order)
            lines = [f"{dash} {first.body[0][col + STEP :]}", *first.body[1:], *_flat(others)]
            return _Chunk(0, [_moved(line, col + STEP, col) for line in first.lead], lines)
        line = self._line(entry, order)
        head = f"{dash} {line[value.col :]}" if beside else dash + line[entry.col + 1 :]
        if value.block:
            return _Chunk(0, [], [head, *_flat(self._block(value, entry.line + 1, stop, col + STEP, order))])
        shift = col + STEP - value.col if beside else col - entry.col
        return _Chunk(0, [], [head, *self._rest(entry, stop, shift)])

    def _rest(self, entry: Member, stop: int, shift: int) -> list[str]:
        """Return the further lines of an entry that is not a block."""
        return [_shifted(line, shift) for line in self._lines[entry.line + 1 : stop]]

    def _line(self, entry: Member, order: SpecField | None) -> str:
        """Return the line on which an entry begins, with the keys of a flow mapping on it in order."""
        line, value = self._lines[entry.line], entry.value
        if value.kind == "leaf" or not value.flow or value.line != entry.line or value.last != value.line:
            return line
        start = value.start - value.col
        return line[: value.col] + self._flow(value, order) + line[value.end - start :]

    def _flow(self, node: Written, order: SpecField | None) -> str:
        """Return a flow collection that is on one line, with its keys in order; commas and spaces stay."""
        if not node.members or node.kind == "leaf":
            return self._text[node.start : node.end]
        sort = self._sort and node.kind == "map"
        there = node.members
        wanted = sorted(there, key=lambda entry: _rank(entry, order)) if sort else there
        signs = [self._text[one.value.end : two.start] for one, two in pairwise(there)]
        written = self._text[node.start : there[0].start]
        for entry, sign in zip(wanted, [*signs, self._text[there[-1].value.end : node.end]], strict=True):
            inner = _inside(order, entry.key) if node.kind == "map" else order
            written += self._text[entry.start : entry.value.start] + self._flow(entry.value, inner) + sign
        return written

    def _gap(self, begin: int, end: int) -> list[str]:
        """Return the lines between entries: blank ones and comments. Raises Unusual for others."""
        lines = self._lines[begin:end]
        if not all(map(_is_empty, lines)):
            raise Unusual
        return lines

    def _end_of_tail(self, begin: int, end: int, col: int) -> int:
        """Return the line after the comments between two entries that are deeper: they belong to the first entry."""
        deeper = [n for n in range(begin, end) if self._lines[n].strip() and _indent(self._lines[n]) > col]
        return deeper[-1] + 1 if deeper else begin


def _refuse_long_keys(node: Written) -> None:
    """Raise Unusual if a key is on several lines."""
    for entry in node.members:
        if node.kind == "map" and entry.name.last != entry.name.line:
            raise Unusual
        _refuse_long_keys(entry.value)


def _in_order(chunks: list[_Chunk]) -> list[_Chunk]:
    """Return the chunks sorted by rank. The blank lines above the first chunk stay at the top."""
    wanted = sorted(chunks, key=lambda chunk: chunk.rank)
    if wanted[0] is not chunks[0]:
        lead = wanted[0].lead
        blank = next((n for n, line in enumerate(lead) if line.strip()), len(lead))
        chunks[0].lead[:0], wanted[0].lead = lead[:blank], lead[blank:]
    return wanted


def _flat(chunks: Iterable[_Chunk]) -> list[str]:
    return [line for chunk in chunks for line in (*chunk.lead, *chunk.body)]


def _rank(entry: Member, order: SpecField | None) -> int:
    """Return the place of a key in its mapping: in the order of the language, unknown keys last.

    Extensions come first, before a merge: an anchor must come before its aliases.
    """
    names = [field.path[-1] for field in order.fields] if order else []
    if order and not order.path and entry.key.startswith(EXTENSION):
        return -2
    if entry.key == MERGE:
        return -1
    return names.index(entry.key) if entry.key in names else len(names)


def _inside(order: SpecField | None, key: str) -> SpecField | None:
    return next((field for field in order.fields if field.path[-1] == key), None) if order else None


def _is_empty(line: str) -> bool:
    return not line.strip() or line.lstrip(" \t").startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _moved(line: str, old: int, new: int) -> str:
    """Return a comment moved from column `old` to `new` with its entries; at the margin it stays."""
    return _shifted(line, new - old) if _indent(line) else line


def _shifted(line: str, by: int) -> str:
    if not line.strip():
        return line
    return " " * by + line if by > 0 else line[min(-by, _indent(line)) :]
