"""Add or delete an item of a list or mapping in brackets, with its comma."""

import re
from collections.abc import Sequence

from cfstream.spec.edit.lines import line_end, line_start, newline, put, without_lines
from cfstream.spec.layout import Member

_GAP = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)")


def joined(text: str, item: Member, written: str) -> str:
    """Return the text with `written` after this item, on a line of its own if the item has one."""
    comma, bracket = _after(text, item.end)
    indent = text[line_start(text, item.start) : item.start]
    if indent.strip():
        return put(text, item.end, f", {written}")
    end = newline(text, item.end)
    behind = item.end if comma is None else comma + 1
    if line_end(text, behind) > bracket:
        return put(text, item.end, f",{end}{indent}{written}")
    after = put(text, line_end(text, behind), f"{end}{indent}{written}{',' if comma is not None else ''}")
    return after if comma is not None else put(after, item.end, ",")


def parted(text: str, items: Sequence[Member], number: int) -> str:
    """Return the text without one of several items."""
    item = items[number]
    start, end = line_start(text, item.start), item.end
    comma, _ = _after(text, end)
    behind = end if comma is None else comma + 1
    if not text[start : item.start].strip() and _GAP.match(text, behind):
        return without_lines(text, start, line_end(text, behind))
    if number + 1 < len(items):
        return text[: item.start] + text[behind:].lstrip(" ")
    return text[: items[number - 1].end] + text[end:]


def _after(text: str, index: int) -> tuple[int | None, int]:
    """Return the place of the comma after an item, if it has one, and of the next other character."""
    comma = None
    while index < len(text):
        sign = text[index]
        if sign == "#" and text[index - 1].isspace():
            index = line_end(text, index)
        elif sign == "," and comma is None:
            comma, index = index, index + 1
        elif sign.isspace():
            index += 1
        else:
            break
    return comma, index
