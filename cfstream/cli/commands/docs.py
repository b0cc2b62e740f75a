"""``cfstream docs``: what the fields of a spec mean, in the words of the schema."""

import sys
from typing import Annotated

import typer

from cfstream.cli.options import Format
from cfstream.cli.terminal import streams


def docs(
    field: Annotated[
        str | None,
        typer.Argument(metavar="FIELD", help="A field, like http.behaviors. Absent: all of them, as a tree."),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
) -> None:
    """Tell what a field of a spec means: what it takes, its default, and an example.

    Example: cfstream docs http.behaviors
    """
    from cfstream.render.json import as_text
    from cfstream.render.reference import field_document, field_text, tree_text
    from cfstream.spec.reference import named, reference

    root = reference()
    found = root if field is None else named(root, field)
    color, width = streams.colored(sys.stdout), streams.width()
    if output is Format.JSON:
        streams.say(as_text(field_document(root, found)))
    elif found is root:
        streams.say(tree_text(root, color=color, width=width))
    else:
        streams.say(field_text(root, found, color=color, width=width))
