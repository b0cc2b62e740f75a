"""``cfstream diff``: what a change of specs changes in meaning. It needs git, and no AWS."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from cfstream.cli.invocation import invocation_of


class DiffFormat(StrEnum):
    """How a comparison is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def diff(
    ctx: typer.Context,
    before: Annotated[
        str,
        typer.Argument(
            metavar="SPEC@REV", help="The specs as they were: a file or folder at a git revision."
        ),
    ],
    after: Annotated[
        str | None,
        typer.Argument(
            metavar="SPEC", help="As they are, or at another revision. Default: the same path now."
        ),
    ] = None,
    output: Annotated[DiffFormat, typer.Option("--format", help="How to print it.")] = DiffFormat.TEXT,
) -> None:
    """Show what a change of specs changes in meaning, field by field with the defaults filled in, without AWS.

    Order, comments and spelling do not count; the content of key files does. Only hazards that specs alone show are
    listed: plan lists all. Either side may be a plain file, too.

    Example: cfstream diff specs/@main specs/
    """
    from cfstream.render.comparison import comparison_document, comparison_markdown, comparison_text
    from cfstream.render.document import as_text
    from cfstream.use_cases.diff import diff as compared

    terminal = invocation_of(ctx).terminal
    found = compared(before, after)
    match output:
        case DiffFormat.JSON:
            terminal.say(as_text(comparison_document(found)))
        case DiffFormat.MARKDOWN:
            terminal.say(comparison_markdown(found))
        case DiffFormat.TEXT:
            terminal.say(comparison_text(found, color=terminal.colored(sys.stdout), width=terminal.width()))
