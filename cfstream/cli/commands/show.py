"""`cfstream show`: one distribution or identity with all its settings."""

import sys
from typing import Annotated

import typer

from cfstream.cli.options import Format
from cfstream.cli.terminal import streams


def show(
    target: Annotated[
        str, typer.Argument(metavar="SPEC|ID", help="A spec of one stack, or an id such as E1UGDLB9XZBD79.")
    ],
    output: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
) -> None:
    """Show all settings of a distribution of either kind, or of an origin access identity.

    With the names of what it refers to, the signers and the keys that are active for them, and the grants by which
    CloudFront reads the bucket.

    Example: cfstream show E1UGDLB9XZBD79 --format json
    """
    from cfstream.cli.targets import find
    from cfstream.inventory.showing import details_of
    from cfstream.render.inventory import show_document, show_text
    from cfstream.render.json import as_text

    targets = find([target], one=True)
    details = details_of(targets.world.reads(), targets.found[0].found)
    if output is Format.JSON:
        streams.say(as_text(show_document(details)))
    else:
        streams.say(show_text(details, color=streams.colored(sys.stdout), width=streams.width()))
