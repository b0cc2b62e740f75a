"""`cfstream delete`: one disabled distribution, or an identity that nothing uses, by its id."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cfstream.cli import connection
from cfstream.cli.terminal import streams
from cfstream.errors import CfstreamError, WrongUsage

if TYPE_CHECKING:
    from cfstream.inventory.lookup import Found


def delete(
    resource_id: Annotated[
        str, typer.Argument(metavar="ID", help="The id of a distribution of either kind, or of an identity.")
    ],
    if_match: Annotated[
        str | None,
        typer.Option("--if-match", metavar="ETAG", help="Delete this version alone, without asking."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; needed without a terminal.")] = False,
) -> None:
    """Delete a disabled distribution, or an origin access identity that no distribution uses.

    Refuses what is enabled or in use, and exits with 4 when it is not, or not any more, the version of --if-match.
    What it refers to and what it was granted stays, and is named in the end.

    Example: cfstream delete E1UGDLB9XZBD79 --if-match E2QWRUHAPOMQZL
    """
    from cfstream.inventory.lookup import by_id, is_id
    from cfstream.inventory.remains import remains
    from cfstream.inventory.removal import owner_of, removal, remove

    if not is_id(resource_id):
        raise WrongUsage(
            f"{resource_id} is no id of CloudFront", "cfstream list shows the ids that there are"
        )
    world = connection.current().world()
    reads = world.reads()
    found = by_id(reads, resource_id)
    step = removal(reads, found, if_match)
    if if_match is None and not yes:
        _ask(found, owner_of(reads, found))
    remove(world, step)
    streams.say(f"Deleted {found.name}.\n")
    streams.note(f"note: {remains(found)}\n")


def _ask(found: "Found", owner: str | None) -> None:
    """Returns after a ``yes``. Raises WrongUsage where nobody can be asked, CfstreamError for any other answer."""
    if sys.stdin is None or not sys.stdin.isatty():
        what = "delete asks before it deletes, and there is no terminal to ask on"
        raise WrongUsage(what, f"add --if-match {found.etag}, or --yes")
    whose = f"It belongs to spec {owner}. " if owner else ""
    streams.tell(f"{whose}Type yes to delete {found.name}: ")
    if sys.stdin.readline().strip() != "yes":
        raise CfstreamError("not deleted: the answer was not yes", "nothing was written")
