"""A description as the text of a spec: fields in the language's own order, a comment of one line where it helps."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cfstream.spec.compose import resolve
from cfstream.spec.model import Spec

_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
"""Text that YAML reads as itself without quotes, unless it looks like another type."""

WIDEST = 100
"""Columns up to which a comment stands behind its field; else it stands above."""


def spec_text(values: Mapping[str, Any], remarks: Mapping[str, str]) -> str:
    """The fields as YAML; `remarks` go by the field's path, like ``cnames`` or ``http.certificate``."""
    lines: list[str] = []
    for name in Spec.model_fields:
        if name not in values:
            continue
        if name == "http":
            lines.append("http:")
            for part, value in values[name].items():
                lines += _field(part, value, remarks.get(f"http.{part}", ""), "  ")
        else:
            lines += _field(name, values[name], remarks.get(name, ""), "")
    return "".join(f"{line}\n" for line in lines)


def comment(text: str) -> str:
    """`text` as a comment may have it: on one line, and without what YAML refuses to read."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _field(name: str, value: Any, remark: str, margin: str) -> Iterator[str]:
    entries = isinstance(value, Sequence) and bool(value) and isinstance(value[0], Mapping)
    line = f"{margin}{name}:" if entries else f"{margin}{name}: {flow(value)}"
    if remark and len(line) + len(remark) + 4 > WIDEST:
        yield f"{margin}# {comment(remark)}"
    elif remark:
        line += f"  # {comment(remark)}"
    yield line
    if entries:
        yield from (f"{margin}  - {flow(each)}" for each in value)


def flow(value: Any) -> str:
    """A value on one line, in quotes only where YAML would read something else."""
    match value:
        case bool() | int():
            return json.dumps(value)
        case str():
            plain = _PLAIN.fullmatch(value) and isinstance(resolve(value), str)
            return value if plain else _quoted(value)
        case Mapping():
            return "{" + ", ".join(f"{name}: {flow(item)}" for name, item in value.items()) + "}"
    return "[" + ", ".join(map(flow, value)) + "]"


def _quoted(text: str) -> str:
    """`text` in double quotes; what cannot be seen is escaped, for YAML would refuse it or fold it."""
    inside = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else _escape(sign) for sign in inside)


def _escape(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
