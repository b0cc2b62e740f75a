"""`cfstream delete`: deletes one disabled distribution, or an unused identity, by its id."""

from typing import TYPE_CHECKING, Annotated

import typer

from cfstream.cli.invocation import invocation_of
from cfstream.cli.options import Yes
from cfstream.cli.terminal.confirming import is_confirmed
from cfstream.cli.terminal.streams import Terminal
from cfstream.errors import CfstreamError

if TYPE_CHECKING:
    from cfstream.inventory.lookup import Found


def delete(
    ctx: typer.Context,
    resource_id: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="The id of a distribution, a streaming distribution or an identity."
        ),
    ],
    if_match: Annotated[
        str | None,
        typer.Option("--if-match", metavar="ETAG", help="Delete only this version, without asking."),
    ] = None,
    yes: Yes = False,
) -> None:
    """Delete a disabled distribution, or an origin access identity that no distribution uses.

    Refuses a resource that is enabled or in use. Exits with 4 if its current ETag is not that of --if-match.
    Resources that it refers to, and its grants, are not deleted: the output lists them.

    Example: cfstream delete E1UGDLB9XZBD79 --if-match E2QWRUHAPOMQZL
    """
    from cfstream.use_cases.deletion import deletion

    run = invocation_of(ctx)
    found = deletion(resource_id, if_match, run.connection.world)
    if if_match is None and not yes:
        _ask(found.found, found.owner, run.terminal)
    found.perform()
    run.terminal.say(f"Deleted {found.found.name}.\n")
    run.terminal.note(f"note: {found.remains}\n")


def _ask(found: "Found", owner: str | None, terminal: Terminal) -> None:
    """Return if the answer is ``yes``. Raises WrongUsage without a terminal, or CfstreamError."""
    do = f"add --if-match {found.etag}, or --yes"
    whose = f"It belongs to spec {owner}. " if owner else ""
    if not is_confirmed(f"delete {found.name}", terminal, command="delete", do=do, before=whose):
        raise CfstreamError("nothing was deleted: the answer was not yes")
