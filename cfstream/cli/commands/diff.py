"""``cfstream diff``: shows what a change of specs means. It needs git, but not AWS."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from cfstream.cli.arguments import specs_argument
from cfstream.cli.invocation import invocation_of
from cfstream.cli.terminal import completion
from cfstream.exit_codes import ExitCode


class DiffFormat(StrEnum):
    """The output formats of a comparison."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def diff(
    ctx: typer.Context,
    before: Annotated[
        str,
        typer.Argument(
            metavar="SPEC@REV",
            autocompletion=completion.specs_at,
            help="The old specs: a file or directory at a git revision.",
        ),
    ],
    after: Annotated[
        str | None,
        specs_argument("SPEC", "The new specs, also at a revision. Default: the same path now."),
    ] = None,
    output: Annotated[DiffFormat, typer.Option("--format", help="The output format.")] = DiffFormat.TEXT,
) -> None:
    """Show what a change of specs means, field by field and including defaults, without AWS.

    Ignores order, comments and spelling; compares the content of key files. Lists only the hazards that
    follow from the specs; plan lists all. Both arguments can also be plain files.

    Example: cfstream diff specs/@main specs/
    """
    from cfstream.render.comparison import comparison_document, comparison_markdown, comparison_text
    from cfstream.render.document import answer
    from cfstream.use_cases.diff import diff as compared

    terminal = invocation_of(ctx).terminal
    found = compared(before, after)
    match output:
        case DiffFormat.JSON:
            terminal.say(answer(comparison_document(found), ExitCode.DONE))
        case DiffFormat.MARKDOWN:
            terminal.say(comparison_markdown(found))
        case DiffFormat.TEXT:
            terminal.say(comparison_text(found, color=terminal.colored(sys.stdout), width=terminal.width()))
