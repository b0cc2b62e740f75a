"""Render one owned field before and after: strings in quotes, lists by their new and removed items."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cfstream.render.flow import Style, Word, printable, words
from cfstream.startup.frozen import dataclass
from cfstream.steps.step import Change
from cfstream.values import plain

SIGNS: Mapping[str, Style] = {"+": Style.GREEN, "~": Style.YELLOW, "-": Style.RED}
"""The sign of a new, changed or removed field, and its colour."""

_STATEMENT = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
"""The order in which people write the members of a policy statement."""


def value_text(value: Any) -> str:
    """Return a value as a person writes it: ``"text"``, ``true``, ``["a", "b"]``, ``{path: "/x"}``."""
    match value:
        case {"known_after": str(step)}:
            return f"(known after {step})"
        case Mapping():
            return "{" + ", ".join(f"{printable(str(k))}: {value_text(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(value_text(item) for item in value) + "]"
        case str() | bool():
            return printable(json.dumps(value, ensure_ascii=False))
    return "none" if value is None else printable(str(value))


@dataclass(frozen=True)
class FieldChange:
    """One field that differs, as plain values; None if it is absent."""

    name: str
    before: Any
    after: Any

    @property
    def sign(self) -> str:
        """Whether it is new, changed or removed."""
        if self.before is None and self.after is not None:
            return "+"
        return "-" if self.after is None and self.before is not None else "~"


def fields(change: Change) -> Iterator[FieldChange]:
    """Yield what differs in a change: the field itself, or each key of a mapping."""
    before, after = plain(change.before), plain(change.after)
    if _is_mapping(before) and _is_mapping(after) and (before or after):
        for key in sorted({*(before or {}), *(after or {})}, key=_place):
            old, new = (before or {}).get(key), (after or {}).get(key)
            if old != new:
                yield FieldChange(printable(f"{change.field}.{key}"), old, new)
    else:
        yield FieldChange(printable(change.field), before, after)


def _place(key: str) -> tuple[int, str]:
    return (_STATEMENT.index(key), key) if key in _STATEMENT else (len(_STATEMENT), key)


def field_lines(change: Change) -> Iterator[tuple[Word, str, list[Word]]]:
    """Yield sign, field and words for each line of a change: one, or one for each key of a mapping."""
    for field in fields(change):
        yield Word(field.sign, SIGNS[field.sign]), field.name, _value(field)


def cells(field: FieldChange) -> tuple[str, str]:
    """Return the field before and after; for two lists the removed and new items, and how many stayed."""
    came, gone, stayed = _moved(field.before, field.after)
    if came or gone:
        kept = [f"({stayed} kept)"] if stayed else []
        before, after = [value_text(item) for item in gone], [*(value_text(item) for item in came)]
        return ", ".join(before), " ".join(filter(None, [", ".join(after), *kept]))
    return _cell(field.before), _cell(field.after)


def _cell(value: Any) -> str:
    return "" if value is None else value_text(value)


def _is_mapping(value: Any) -> bool:
    return value is None or (isinstance(value, Mapping) and "known_after" not in value)


def _value(field: FieldChange) -> list[Word]:
    match field.sign:
        case "+":
            return _whole(field.after)
        case "-":
            return _whole(field.before)
    came, gone, stayed = _moved(field.before, field.after)
    if not (came or gone):
        return [*words(value_text(field.before)), Word("->", Style.YELLOW), *words(value_text(field.after))]
    signed = [("+", item) for item in came] + [("-", item) for item in gone]
    found = [word for sign, item in signed for word in _signed(sign, item)]
    return [*found, Word(f"({stayed} kept)", Style.DIM)] if stayed else found


def _whole(value: Any) -> list[Word]:
    """Return a single value; the items of a list need no brackets."""
    if isinstance(value, list) and value:
        return [
            word
            for n, item in enumerate(value)
            for word in words(value_text(item) + "," * (n + 1 < len(value)))
        ]
    return words(value_text(value))


def _moved(before: Any, after: Any) -> tuple[list[Any], list[Any], int]:
    """Return the new and removed items of two lists, and how many stayed; nothing if only the order differs."""
    if not (isinstance(before, list) and isinstance(after, list) and before and after):
        return [], [], 0
    gone, stayed = list(before), 0
    came = []
    for item in after:
        if item in gone:
            gone.remove(item)
            stayed += 1
        else:
            came.append(item)
    return came, gone, stayed


def _signed(sign: str, item: Any) -> list[Word]:
    first, *rest = words(value_text(item))
    return [Word(f"{sign}{first.text}", SIGNS[sign]), *(Word(word.text, SIGNS[sign]) for word in rest)]
