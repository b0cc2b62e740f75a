"""Replace, rename, insert or delete a field of a mapping.

A comment after a value on its line stays. A comment inside a value is deleted with it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from cfstream.spec.edit.editable import EditableDocument, Path, by_hand, edited, named
from cfstream.spec.edit.flow import joined, parted
from cfstream.spec.edit.lines import NEWLINE, line_end, line_start, put, put_lines, spliced, without_lines
from cfstream.spec.edit.writing import Value, block, inline, is_flat, scalar
from cfstream.spec.layout import Member, Written

_COLON = re.compile(r"[ \t]*:")


def replace(editable: EditableDocument, path: Path, value: Value) -> EditableDocument:
    """Return the document with this value at `path`: on one line if it is flat, else as lines below the key.

    Raises CannotEdit.
    """

    def write(text: str, pair: Member, parent: Written) -> str:
        if parent.flow or is_flat(value):
            return _with_inline(text, pair, value)
        return _with_block(text, pair, value)

    def change(fields: dict[str, Any], key: str) -> None:
        fields[key] = _plain(value)

    return _edited_field(editable, path, write, change)


def rename(editable: EditableDocument, path: Path, key: str) -> EditableDocument:
    """Return the document in which the field at `path` is named `key`. Raises CannotEdit."""

    def write(text: str, pair: Member, _parent: Written) -> str:
        renamed = scalar(key, pair.name.quote)
        if not NEWLINE.search(text, pair.name.end, pair.value.end) and pair.value.end > pair.name.end:
            renamed += text[pair.name.end : pair.value.end]
            return spliced(text, pair.name.start, pair.value.end, renamed)
        return spliced(text, pair.name.start, _colon(text, pair), f"{renamed}:")

    def change(fields: dict[str, Any], old: str) -> None:
        if key in fields:
            raise by_hand(f"{key} already exists")
        fields[key] = fields.pop(old)

    return _edited_field(editable, path, write, change)


def insert(
    editable: EditableDocument, path: Path, key: str, value: Value, *, after: str = ""
) -> EditableDocument:
    """Return the document with one more field in the mapping at `path`: after the field `after`, or as the last one.

    Raises CannotEdit.
    """

    def write(text: str, place: Written) -> str:
        fields = place.fields
        if not fields:
            raise by_hand(f"{named(path)} has no fields yet")
        pair = fields.get(after) or list(fields.values())[-1]
        if place.flow:
            return joined(text, pair, f"{scalar(key, pair.name.quote)}: {inline(value)}")
        indent = " " * (pair.start - line_start(text, pair.start))
        lines = block({key: value}, indent)
        return put_lines(text, pair.end, lines)

    def change(fields: dict[str, Any]) -> None:
        if key in fields:
            raise by_hand(f"{key} already exists")
        fields[key] = _plain(value)

    return edited(editable, [path], write, change)


def drop(editable: EditableDocument, path: Path) -> EditableDocument:
    """Return the document without the field at `path`, and without what is after it on its line.

    Raises CannotEdit, also for the only field of a mapping.
    """

    def write(text: str, pair: Member, parent: Written) -> str:
        pairs = list(parent.fields.values())
        if len(pairs) < 2:
            raise by_hand(f"{named(path)} is the only field there")
        if parent.flow:
            return parted(text, pairs, pairs.index(pair))
        start = line_start(text, pair.start)
        if text[start : pair.start].strip():
            raise by_hand(f"{named(path)} does not begin a line")
        return without_lines(text, start, line_end(text, pair.end))

    def change(fields: dict[str, Any], key: str) -> None:
        del fields[key]

    return _edited_field(editable, path, write, change)


def uncomment(editable: EditableDocument, comment: str) -> EditableDocument:
    """Return the document without comments with exactly this text, after a value or on a line of their own.

    Raises CannotEdit.
    """
    pattern = rf"# {re.escape(comment)}[ \t]*"
    there = re.compile(rf"^[ \t]*{pattern}(?:\r\n|\r|\n)|[ \t]+{pattern}(?=[\r\n]|\Z)", re.MULTILINE)

    def write(text: str, place: Written) -> str:
        end = line_end(text, place.end)
        return text[: place.start] + there.sub("", text[place.start : end]) + text[end:]

    return edited(editable, [()], write, lambda _: None)


def _edited_field(
    editable: EditableDocument,
    path: Path,
    write: Callable[[str, Member, Written], str],
    change: Callable[[dict[str, Any], str], None],
) -> EditableDocument:
    """Return what `edited` returns, for one field. A field that is not written in the mapping itself is not edited."""
    parent, key = path[:-1], str(path[-1])

    def write_field(text: str, place: Written) -> str:
        pair = place.fields.get(key)
        if pair is None:
            raise by_hand(f"{named(path)} is not written in its place")
        return write(text, pair, place)

    return edited(editable, [parent], write_field, lambda fields: change(fields, key))


def _plain(value: Value) -> Any:
    """Return the value as a reader of the document will see it."""
    if isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value]


def _with_inline(text: str, pair: Member, value: Value) -> str:
    old = pair.value
    written = scalar(value, old.quote) if isinstance(value, str) else inline(value)
    if old.flow or not _is_below(text, pair):
        gap = "" if old.end > old.start else " "  # the value was empty
        return spliced(text, old.start, old.end, gap + written)
    return put(_without_below(text, pair), _colon(text, pair), f" {written}")


def _with_block(text: str, pair: Member, value: Value) -> str:
    old, colon = pair.value, _colon(text, pair)
    if _is_below(text, pair):
        text = _without_below(text, pair)
    else:
        text = spliced(text, colon, old.end, "")
    indent = " " * (pair.start - line_start(text, pair.start))
    return put_lines(text, colon, block(value, f"{indent}  "))


def _without_below(text: str, pair: Member) -> str:
    """Return the text without a value that is below its key."""
    old = pair.value
    end = line_end(text, old.end)
    if old.flow and text[old.end : end].strip():
        raise by_hand("there is a comment after the value, which starts below its key")
    return without_lines(text, line_start(text, old.start), end)


def _is_below(text: str, pair: Member) -> bool:
    """Return whether the value begins on a later line than its key."""
    return NEWLINE.search(text, pair.name.end, pair.value.start) is not None


def _colon(text: str, pair: Member) -> int:
    """Return the place after the colon of the key."""
    found = _COLON.match(text, pair.name.end)
    if found is None:
        raise by_hand("a key and its colon are on two lines")
    return found.end()
