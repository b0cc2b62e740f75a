"""`cfstream snapshot`: records what plan reads in a file."""

from typing import Annotated

import typer

from cfstream.cli.invocation import invocation_of
from cfstream.cli.options import Specs
from cfstream.cli.pasting import command
from cfstream.errors import CannotAssume
from cfstream.exit_codes import ExitCode


def snapshot(
    ctx: typer.Context,
    specs: Specs,
    out: Annotated[
        str,
        typer.Option(
            "--out", metavar="FILE", help="The file to write; - for standard output.", show_default=False
        ),
    ],
    *,
    hash_accounts: Annotated[
        bool, typer.Option("--hash-accounts", help="Replace account numbers with other digits.")
    ] = False,
) -> None:
    """Record what plan reads, for plans without credentials.

    Reads everything that a plan of these specs reads, and what a plan of changed specs for the same buckets may read.
    Writes it to a file without secrets. To plan from the file, for example for a pull request from a fork, which has
    no credentials, run: cfstream plan SPEC --live FILE. The file names the resources of the account. --hash-accounts
    removes the account numbers. Exits with 1 if a role cannot be assumed; the other accounts are recorded.

    Example: cfstream snapshot specs/ --out live.json --hash-accounts
    """
    from cfstream.spec.load import load
    from cfstream.use_cases.saved_plan import refuse_foreign
    from cfstream.use_cases.snapshot import take_snapshot

    run = invocation_of(ctx)
    if out != "-":
        refuse_foreign(out)
    taken = take_snapshot(load(specs), specs, out, run.connection, hash_accounts=hash_accounts)
    if out == "-":
        run.terminal.say(taken.text)
    else:
        again = command(["cfstream", "plan", *specs, "--live", out])
        run.terminal.note(f"Recorded {taken.answers} answers in {out}. To plan from it: {again}\n")
    for each in taken.unread:
        run.terminal.error(CannotAssume(f"this account was not recorded: {each.what}", each.do))
    if taken.unread:
        raise typer.Exit(ExitCode.FAILED)
