"""Render the fields of the spec language as text: all as a tree, or one in full."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

from cfstream.render.flow import Page, Style, Word, page, words
from cfstream.spec.reference import SpecField, in_context
from cfstream.values import Json

WIDEST_FLOW = 60
"""Characters of a list or mapping that an example writes on one line."""


def tree_text(root: SpecField, *, color: bool, width: int) -> str:
    """Return all fields below `root` as a tree, each with the first sentence of its description."""
    sheet = page(width, color=color)
    column = max(len(_indent(field)) + len(field.path[-1]) for field in root.walk()) + 2
    lines = [line for field in root.walk() for line in _row(field, column, sheet)]
    more = "* required. For one field with an example: cfstream docs http.behaviors"
    return "\n".join([*lines, "", *sheet.flow(words(more, Style.DIM))]) + "\n"


def field_text(root: SpecField, field: SpecField, *, color: bool, width: int) -> str:
    """Return one field: its type, description, default, an example, and the fields in it."""
    sheet = page(width, color=color)
    needed = ", required" if field.required else ""
    lines = [sheet.paint(field.name, Style.BOLD) + f"  {field.takes}{needed}", ""]
    lines += sheet.flow(words(field.description), first="  ", rest="  ")
    facts = {
        "values": [word for value in field.values for word in words(_spelled(value))],
        "default": [] if field.default is None else words(_spelled(field.default)),
    }
    for label, values in facts.items():
        if values:
            lines += ["", *sheet.flow([Word(f"{label}:", Style.CYAN), *values], first="  ", rest="    ")]
    lines += ["", f"  {sheet.paint('example:', Style.CYAN)}"]
    lines += [f"    {line}" for line in example_text(root, field).splitlines()]
    if field.fields:
        column = max(len(each.path[-1]) for each in field.fields) + 4
        lines += ["", f"  {sheet.paint('fields:', Style.CYAN)}"]
        inner = page(sheet.width - 2, color=color)
        lines += [f"  {line}" for each in field.fields for line in _row(each, column, inner, indent="  ")]
    return "\n".join(lines) + "\n"


def field_document(root: SpecField, field: SpecField) -> Json:
    """Return one field, and those in it, for programs."""
    return {
        "field": field.name,
        "takes": field.takes,
        "description": field.description,
        "required": field.required,
        "default": field.default,
        "values": list(field.values),
        "example": in_context(root, field) if field.path else None,
        "fields": [field_document(root, each) for each in field.fields],
    }


def example_text(root: SpecField, field: SpecField) -> str:
    """Return an example of the field, as YAML that can be pasted into a spec."""
    from ruamel.yaml import YAML

    yaml, text = YAML(), StringIO()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 1000
    yaml.dump(_laid_out(in_context(root, field), above=len(field.path)), text)
    return text.getvalue()


def _laid_out(value: Any, *, above: int = 0) -> Any:
    """Return the value for ruamel: on one line if it is short and contains only single values.

    The `above` outer mappings have a line for each key.
    """
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    match value:
        case dict():
            written: Any = CommentedMap(
                (key, _laid_out(item, above=above - 1)) for key, item in value.items()
            )
            inside = list(value.values())
        case list():
            written = CommentedSeq(_laid_out(item) for item in value)
            inside = value
        case str() if "*" in value:
            return DoubleQuotedScalarString(value)  # as in all examples; most patterns need the quotes
        case _:
            return value
    short = len(json.dumps(value)) <= WIDEST_FLOW and not any(
        isinstance(item, dict | list) for item in inside
    )
    if short and above <= 0:
        written.fa.set_flow_style()
    return written


def _row(field: SpecField, column: int, sheet: Page, *, indent: str | None = None) -> Iterator[str]:
    """Yield a field's name, and its first sentence beside it, or below it if there is no room."""
    before = _indent(field) if indent is None else indent
    name = before + field.path[-1] + ("*" if field.required else "")
    sentence = field.description.partition(". ")[0].rstrip(".") + "."
    bold = before + sheet.paint(name[len(before) :], Style.BOLD)
    if sheet.narrow:
        yield bold
        yield from sheet.flow(words(sentence), first=before + "  ", rest=before + "  ")
        return
    head = " " * column
    first, *rest = sheet.flow(words(sentence), first=head, rest=head)
    yield bold + " " * (column - len(name)) + first[column:]
    yield from rest


def _indent(field: SpecField) -> str:
    return "  " * (len(field.path) - 1)


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) and value else json.dumps(value)
