"""A description as the text of a spec: fields in the language's own order, a comment of one line where it helps."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cfstream.spec.edit.writing import inline
from cfstream.spec.model import Spec

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
    line = f"{margin}{name}:" if entries else f"{margin}{name}: {_inline(value)}"
    if remark and len(line) + len(remark) + 4 > WIDEST:
        yield f"{margin}# {comment(remark)}"
    elif remark:
        line += f"  # {comment(remark)}"
    yield line
    if entries:
        yield from (f"{margin}  - {_inline(each)}" for each in value)


def _inline(value: Any) -> str:
    return str(value) if type(value) is int else inline(value)
