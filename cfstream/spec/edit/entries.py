"""Add an entry to a list, written like those before it, or delete one."""

import re
from collections.abc import Sequence
from typing import Any

from cfstream.spec.edit.editable import EditableDocument, Path, by_hand, edited
from cfstream.spec.edit.flow import joined, parted
from cfstream.spec.edit.lines import line_end, line_start, put_lines, without_lines
from cfstream.spec.edit.writing import Entry, inline
from cfstream.spec.layout import Member, Written

_DASH = re.compile(r"[ \t]*-[ \t]+\Z")


def append(editable: EditableDocument, paths: Sequence[Path], entry: Entry) -> EditableDocument:
    """Return the document with `entry` at the end of the lists at `paths`. Raises CannotEdit for an empty list."""
    value = {key: item if isinstance(item, str) else list(item) for key, item in entry.items()}
    return edited(
        editable,
        paths,
        lambda text, place: _appended(text, place, entry),
        lambda items: items.append(value),
    )


def remove(editable: EditableDocument, paths: Sequence[Path], number: int) -> EditableDocument:
    """Return the document without entry `number` of the lists at `paths`. Raises CannotEdit for the only entry."""

    def forget(items: list[Any]) -> None:
        del items[number]

    return edited(editable, paths, lambda text, place: _removed(text, place, number), forget)


def _appended(text: str, place: Written, entry: Entry) -> str:
    if place.kind != "list" or not place.members:
        raise by_hand("the list is empty")
    last = place.members[-1]
    if not place.flow:
        return _append_to_block(text, last, entry)
    return joined(text, last, inline(entry, spaced=_is_spaced(text, last)))


def _append_to_block(text: str, last: Member, entry: Entry) -> str:
    lead = text[line_start(text, last.start) : last.start]
    if not _DASH.fullmatch(lead):
        raise by_hand("the last entry does not start after its dash")
    if last.value.flow and last.value.fields:
        lines = [lead + inline(entry, spaced=_is_spaced(text, last))]
    else:
        under = re.sub(r"[^\t]", " ", lead)
        pairs = [f"{key}: {inline(value)}" for key, value in entry.items()]
        lines = [lead + pairs[0], *(under + pair for pair in pairs[1:])]
    return put_lines(text, last.end, lines)


def _is_spaced(text: str, item: Member) -> bool:
    return text[item.start : item.start + 2] == "{ "


def _removed(text: str, place: Written, number: int) -> str:
    items = place.members if place.kind == "list" else []
    if len(items) < 2:
        raise by_hand("it is the only entry of its list")
    if place.flow:
        return parted(text, items, number)
    item = items[number]
    start = line_start(text, item.start)
    if not _DASH.fullmatch(text[start : item.start]):
        raise by_hand("the entry does not start after its dash")
    return without_lines(text, start, line_end(text, item.end))
