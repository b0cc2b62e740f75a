"""`cfstream list`: what distributions and identities there are, and which spec owns each."""

import sys
from typing import Annotated

import typer

from cfstream.cli import connection
from cfstream.cli.options import Format
from cfstream.cli.terminal import streams


def list_(
    output: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
) -> None:
    """List the account's distributions of both kinds and its origin access identities.

    Beside each stands the name of the spec that owns it, or - where none does, its status, its names and its origin.

    Example: cfstream list --format json
    """
    from cfstream.inventory.entries import list_all
    from cfstream.render.inventory import list_document, list_text
    from cfstream.render.json import as_text

    world = connection.current().world()
    entries = list_all(world.reads())
    if output is Format.JSON:
        streams.say(as_text(list_document(world.account, entries)))
    else:
        color, width = streams.colored(sys.stdout), streams.width()
        streams.say(list_text(world.account, entries, color=color, width=width))
