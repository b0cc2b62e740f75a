"""Write a description as the text of a spec, with the fields in the language's order and one-line comments."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cfstream.spec.edit.writing import inline
from cfstream.spec.model import Spec

WIDEST = 100
"""The longest line with a comment after its field. Longer ones have the comment above."""


def spec_text(values: Mapping[str, Any], remarks: Mapping[str, str]) -> str:
    """Return the fields as YAML. `remarks` are by field path, like ``cnames`` or ``http.certificate``."""
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
    """Return `text` as a valid comment: on one line, without characters that YAML rejects."""
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
