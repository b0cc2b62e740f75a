"""One owned field before and after, as words: strings in quotes, lists by what came and what went."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cfstream.render.flow import Style, Word, printable, words
from cfstream.steps.step import Change
from cfstream.values import plain

SIGNS: Mapping[str, Style] = {"+": Style.GREEN, "~": Style.YELLOW, "-": Style.RED}
"""The sign of a field that came, changed, or went, and its colour."""


def value_text(value: Any) -> str:
    """A value as a person writes it: ``"text"``, ``true``, ``["a", "b"]``, ``{path: "/x"}``."""
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


def field_lines(change: Change) -> Iterator[tuple[Word, str, list[Word]]]:
    """Sign, field and words for each line that a change needs: one, or one for each key of a mapping."""
    before, after = plain(change.before), plain(change.after)
    if _is_mapping(before) and _is_mapping(after) and (before or after):
        for key in sorted({*(before or {}), *(after or {})}):
            old, new = (before or {}).get(key), (after or {}).get(key)
            if old != new:
                yield _line(f"{change.field}.{key}", old, new)
    else:
        yield _line(change.field, before, after)


def _is_mapping(value: Any) -> bool:
    return value is None or (isinstance(value, Mapping) and "known_after" not in value)


def _line(field: str, before: Any, after: Any) -> tuple[Word, str, list[Word]]:
    name = printable(field)
    if before is None and after is not None:
        return Word("+", SIGNS["+"]), name, _whole(after)
    if after is None and before is not None:
        return Word("-", SIGNS["-"]), name, _whole(before)
    return Word("~", SIGNS["~"]), name, _both(before, after)


def _whole(value: Any) -> list[Word]:
    """A value that stands alone; the items of a list need no brackets."""
    if isinstance(value, list) and value:
        return [
            word
            for n, item in enumerate(value)
            for word in words(value_text(item) + "," * (n + 1 < len(value)))
        ]
    return words(value_text(value))


def _both(before: Any, after: Any) -> list[Word]:
    if isinstance(before, list) and isinstance(after, list) and before and after:
        moved = _moved(before, after)
        if moved:
            return moved
    return [*words(value_text(before)), Word("->", Style.YELLOW), *words(value_text(after))]


def _moved(before: list[Any], after: list[Any]) -> list[Word]:
    """What came and what went, and how many stayed; nothing when only the order differs."""
    gone, stayed = list(before), 0
    came = []
    for item in after:
        if item in gone:
            gone.remove(item)
            stayed += 1
        else:
            came.append(item)
    signed = [("+", item) for item in came] + [("-", item) for item in gone]
    found = [word for sign, item in signed for word in (*_signed(sign, item),)]
    return [*found, Word(f"({stayed} kept)", Style.DIM)] if found and stayed else found


def _signed(sign: str, item: Any) -> list[Word]:
    first, *rest = words(value_text(item))
    return [Word(f"{sign}{first.text}", SIGNS[sign]), *(Word(word.text, SIGNS[sign]) for word in rest)]
