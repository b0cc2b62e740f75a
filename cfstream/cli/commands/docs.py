"""``cfstream docs``: shows what the fields of a spec mean."""

import sys
from typing import Annotated

import typer

from cfstream.cli.invocation import invocation_of
from cfstream.cli.options import Format
from cfstream.cli.terminal import completion
from cfstream.exit_codes import ExitCode


def docs(
    ctx: typer.Context,
    field: Annotated[
        str | None,
        typer.Argument(
            metavar="FIELD",
            autocompletion=completion.fields,
            help="A field, like http.behaviors. Default: all fields, as a tree.",
        ),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
) -> None:
    """Show what a field of a spec means: its values, its default, and an example.

    Example: cfstream docs http.behaviors
    """
    from cfstream.render.document import answer
    from cfstream.render.reference import field_document, field_text, tree_text
    from cfstream.spec.reference import named, reference

    terminal = invocation_of(ctx).terminal
    root = reference()
    found = root if field is None else named(root, field)
    if field is not None and field.rpartition(".")[2] not in found.path:
        terminal.note(f"note: {field} is {found.name} in a spec\n")
    color, width = terminal.colored(sys.stdout), terminal.width()
    if output is Format.JSON:
        terminal.say(answer({"format_version": 1, **field_document(root, found)}, ExitCode.DONE))
    elif found is root:
        terminal.say(tree_text(root, color=color, width=width))
    else:
        terminal.say(field_text(root, found, color=color, width=width))
