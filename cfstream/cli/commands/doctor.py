"""``cfstream doctor``: whether this machine and this account have what commands need."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cfstream.cli.exit_codes import ExitCode
from cfstream.cli.options import Format
from cfstream.cli.terminal import streams

if TYPE_CHECKING:
    from cfstream.spec.load import Stack


def doctor(
    specs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SPEC...", help="Also try each read that a plan of these needs.", show_default=False
        ),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
) -> None:
    """Look whether this machine and this account have what commands need, and say how to mend what is amiss.

    Versions, extras, git, the terminal, the sandbox; then profile, region, credentials, identity, clock and
    permissions. It changes nothing, prints no secret, and exits with 1 when a command would fail.

    Example: cfstream doctor lectures.yaml
    """
    from cfstream.cli.account import account_checks
    from cfstream.cli.machine import machine_checks
    from cfstream.render.checkup import all_well, checkup_document, checkup_text
    from cfstream.render.json import as_text

    stacks: tuple[Stack, ...] = ()
    if specs:
        from cfstream.spec.load import load

        stacks = load(specs, stdin=sys.stdin)
    checks = [*machine_checks(), *account_checks(stacks)]
    if output is Format.JSON:
        streams.say(as_text(checkup_document(checks)))
    else:
        streams.say(checkup_text(checks, color=streams.colored(sys.stdout), width=streams.width()))
    raise typer.Exit(ExitCode.DONE if all_well(checks) else ExitCode.FAILED)
