"""`cfstream list`: lists the account's distributions and identities, and the spec that owns each."""

import sys
from typing import Annotated

import typer

from cfstream.cli.arguments import beside_specs
from cfstream.cli.invocation import Invocation, invocation_of
from cfstream.cli.options import Format
from cfstream.exit_codes import ExitCode, of_error


def list_(
    ctx: typer.Context,
    *,
    specs: Annotated[
        list[str] | None,
        beside_specs(
            "Show only what no spec in this directory or file declares, and the specs without a distribution, in "
            "every account of the specs. May be repeated."
        ),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
) -> None:
    """List the account's distributions, http and rtmp, and its origin access identities.

    Each row shows the spec that owns it (- for none), its status, its names and its origin. With --spec, exits with 1
    if an account cannot be read; the others are shown.

    Examples: cfstream list --format json

              cfstream list --spec specs
    """
    from cfstream.inventory.entries import list_all
    from cfstream.render.document import answer
    from cfstream.render.inventory import list_document, list_text

    run = invocation_of(ctx)
    if specs:
        _beside_specs(specs, output, run)
        return
    world = run.connection.world()
    entries = list_all(world.reads())
    if output is Format.JSON:
        run.terminal.say(answer(list_document(world.account, entries), ExitCode.DONE))
    else:
        color, width = run.terminal.colored(sys.stdout), run.terminal.width()
        run.terminal.say(list_text(world.account, entries, color=color, width=width))


def _beside_specs(specs: list[str], output: Format, run: Invocation) -> None:
    """Print each account of the specs beside them."""
    from cfstream.render.declared import declared_document, declared_text
    from cfstream.render.document import answer
    from cfstream.spec.load import load
    from cfstream.use_cases.listing import list_accounts
    from cfstream.use_cases.spec_file import free_file

    found = list_accounts(load(specs), run.connection)
    errors = [each.error for each in found if each.error is not None]
    code = ExitCode.of_run(map(of_error, errors))
    if output is Format.JSON:
        run.terminal.say(answer(declared_document(found), code))
    else:
        color, width = run.terminal.colored(sys.stdout), run.terminal.width()
        flags = run.connection.flags()
        run.terminal.say(declared_text(found, flags=flags, free_file=free_file, color=color, width=width))
    for error in errors:
        run.terminal.error(error)
    raise typer.Exit(code)
