"""Write values as YAML: on one line if they are flat, else as a block; with quotes only if needed."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from cfstream.spec.compose import resolve

_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./ -]*(?<! )")
"""Text that YAML reads as itself without quotes, unless it looks like another type."""

Value: TypeAlias = str | int | Sequence["Value"] | Mapping[str, "Value"]
"""A value that a field can get."""

Entry: TypeAlias = Mapping[str, str | Sequence[str]]
"""A flat mapping: keys with text, or with lists of text."""


def inline(value: Value, *, spaced: bool = False) -> str:
    """Return a value on one line; `spaced` puts a space inside the braces of a mapping."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return scalar(value)
        case Mapping():
            inside = ", ".join(f"{scalar(key)}: {inline(item)}" for key, item in value.items())
            return f"{{ {inside} }}" if spaced and inside else f"{{{inside}}}"
        case _:
            return f"[{', '.join(inline(item) for item in value)}]"


def scalar(text: str, quote: str = "") -> str:
    """Return text as a scalar with `quote` around it, or without quotes if YAML reads it as text."""
    bare = _PLAIN.fullmatch(text) is not None
    if quote == "'" and bare:
        return f"'{text}'"
    if not quote and bare and isinstance(resolve(text), str):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else _escape(sign) for sign in quoted)


def _escape(sign: str) -> str:
    """Return an invisible character as its code: YAML refuses some, and reads others as the end of a line."""
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"


def block(value: Value, indent: str) -> list[str]:
    """Return the lines of a mapping or list with `indent`; flat values in it are on one line."""
    match value:
        case str() | int():
            return [f"{indent}{inline(value)}"]
        case Mapping():
            return [line for key, item in value.items() for line in _field(key, item, indent)]
        case _:
            return [line for item in value for line in _entry(item, indent)]


def is_flat(value: Value) -> bool:
    """Return whether a value is readable on one line: no mapping in it, except one field in a list."""
    match value:
        case str() | int():
            return True
        case Mapping():
            return all(isinstance(item, str | int) or _is_plain_list(item) for item in value.values())
        case [Mapping() as only]:
            return len(only) == 1 and all(isinstance(item, str) for item in only.values())
        case _:
            return _is_plain_list(value)


def _is_plain_list(value: Value) -> bool:
    return not isinstance(value, str | int | Mapping) and all(isinstance(item, str) for item in value)


def _field(key: str, value: Value, indent: str) -> list[str]:
    if is_flat(value):
        return [f"{indent}{scalar(key)}: {inline(value)}"]
    return [f"{indent}{scalar(key)}:", *block(value, f"{indent}  ")]


def _entry(value: Value, indent: str) -> list[str]:
    if is_flat(value):
        return [f"{indent}- {inline(value)}"]
    first, *rest = block(value, f"{indent}  ")
    return [f"{indent}- {first.removeprefix(f'{indent}  ')}", *rest]
