"""Render one owned field before and after: strings in quotes, lists by their new and removed items."""

from collections.abc import Iterator, Mapping
from typing import Any

from cfstream.render.flow import Style, Word, printable, words
from cfstream.spec.wording import as_written
from cfstream.startup.frozen import dataclass
from cfstream.steps.members import Members, members
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
    return printable(as_written(value))


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

    @property
    def members(self) -> Members | None:
        """What differs, if both are lists with members; None also if only their order differs."""
        return members(self.before, self.after)

    def cell(self, value: Any) -> str:
        """Return one of the two values as text; empty if it is absent."""
        return "" if value is None else value_text(value)


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
    """Yield sign, field and words for each line of a change.

    That is one line, or one for each key of a mapping, or one for each mapping that a list gets or loses.
    """
    for field in fields(change):
        first, *others = _values(field)
        yield Word(field.sign, SIGNS[field.sign]), field.name, first
        yield from ((Word(" "), "", value) for value in others)


def _is_mapping(value: Any) -> bool:
    return value is None or (isinstance(value, Mapping) and "known_after" not in value)


def _values(field: FieldChange) -> list[list[Word]]:
    """Return the words of each line of a field."""
    moved = field.members
    if field.sign != "~" or moved is None or not any(map(_is_mapping, [*moved.added, *moved.removed])):
        return [_value(field)]
    lines = [_signed("+", item) for item in moved.added] + [_signed("-", item) for item in moved.removed]
    return [*lines, [Word(f"({kept_text(moved)})", Style.DIM)]] if moved.kept else lines


def _value(field: FieldChange) -> list[Word]:
    match field.sign:
        case "+":
            return _whole(field.after)
        case "-":
            return _whole(field.before)
    moved = field.members
    if moved is None:
        return [*words(value_text(field.before)), Word("->", Style.YELLOW), *words(value_text(field.after))]
    signed = [("+", item) for item in moved.added] + [("-", item) for item in moved.removed]
    found = [word for sign, item in signed for word in _signed(sign, item)]
    return [*found, Word(f"({kept_text(moved)})", Style.DIM)] if moved.kept else found


def signed_texts(moved: Members) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the removed and the new members, ``- "media.example.com"``, each with a word that explains its sign."""
    removed = [(f"- {value_text(item)}", "removed") for item in moved.removed]
    return removed, [(f"+ {value_text(item)}", "added") for item in moved.added]


def kept_text(moved: Members) -> str:
    """Return how many members stay: ``1 kept``; empty if there are none."""
    return f"{moved.kept} kept" if moved.kept else ""


def _whole(value: Any) -> list[Word]:
    """Return a single value; the items of a list need no brackets."""
    if isinstance(value, list) and value:
        return [
            word
            for n, item in enumerate(value)
            for word in words(value_text(item) + "," * (n + 1 < len(value)))
        ]
    return words(value_text(value))


def _signed(sign: str, item: Any) -> list[Word]:
    first, *rest = words(value_text(item))
    # The sign and the beginning of its member stay on one line.
    return [Word(f"{sign} {first.text}", SIGNS[sign]), *(Word(word.text, SIGNS[sign]) for word in rest)]
