"""`cfstream show`: shows one distribution or identity with all its settings."""

import sys
from typing import Annotated

import typer

from cfstream.cli.arguments import specs_argument
from cfstream.cli.invocation import invocation_of
from cfstream.cli.options import Format
from cfstream.exit_codes import ExitCode


def show(
    ctx: typer.Context,
    target: Annotated[
        str,
        specs_argument("SPEC|ID", "A spec of one stack, or an id such as E1UGDLB9XZBD79."),
    ],
    output: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
) -> None:
    """Show all settings of a distribution, http or rtmp, or of an origin access identity.

    Includes the names of resources that it refers to, the signers and their active keys, and the grants with which
    CloudFront reads the bucket.

    Example: cfstream show E1UGDLB9XZBD79 --format json
    """
    from cfstream.inventory.showing import details_of
    from cfstream.render.document import answer
    from cfstream.render.inventory import show_document, show_text
    from cfstream.use_cases.targets import find

    run = invocation_of(ctx)
    targets = find([target], run.connection, one=True)
    found = targets.found[0]
    details = details_of((found.world or targets.world).reads(), found.found, found.spec)
    if output is Format.JSON:
        run.terminal.say(answer(show_document(details), ExitCode.DONE))
    else:
        color, width = run.terminal.colored(sys.stdout), run.terminal.width()
        run.terminal.say(show_text(details, color=color, width=width))
