"""`cfstream list`: lists the account's distributions and identities, and the spec that owns each."""

import sys
from typing import Annotated

import typer

from cfstream.cli.invocation import invocation_of
from cfstream.cli.options import Format


def list_(
    ctx: typer.Context,
    output: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
) -> None:
    """List the account's distributions, http and rtmp, and its origin access identities.

    Each row shows the spec that owns it (- for none), its status, its names and its origin.

    Example: cfstream list --format json
    """
    from cfstream.inventory.entries import list_all
    from cfstream.render.document import as_text
    from cfstream.render.inventory import list_document, list_text

    run = invocation_of(ctx)
    world = run.connection.world()
    entries = list_all(world.reads())
    if output is Format.JSON:
        run.terminal.say(as_text(list_document(world.account, entries)))
    else:
        color, width = run.terminal.colored(sys.stdout), run.terminal.width()
        run.terminal.say(list_text(world.account, entries, color=color, width=width))
