"""`cfstream snapshot`: what plan reads, recorded in a file."""

import shlex
import sys
from typing import Annotated

import typer

from cfstream.cli import connection
from cfstream.cli.options import Specs
from cfstream.cli.terminal import streams


def snapshot(
    specs: Specs,
    out: Annotated[
        str,
        typer.Option("--out", metavar="FILE", help="Where to; - for standard output.", show_default=False),
    ],
    *,
    hash_accounts: Annotated[
        bool, typer.Option("--hash-accounts", help="Let other digits stand for account numbers.")
    ] = False,
) -> None:
    """Record what plan reads, for plans without credentials.

    Reads all that a plan of these specs reads, and what changed specs over the same buckets may need,
    and writes it to a file without secrets. cfstream plan SPEC --live FILE makes the same plan from it:
    in a pull request of a fork, say, which is given no credentials. The file names what there is in the
    account; --hash-accounts takes out the account numbers.

    Example: cfstream snapshot specs/ --out live.json --hash-accounts
    """
    from cfstream.cli.saved_plan import refuse_foreign, write_whole
    from cfstream.cli.snapshot_file import refuse_another_account, to_text
    from cfstream.recording.taking import record
    from cfstream.spec.load import load

    if out != "-":
        refuse_foreign(out)
    stacks = load(specs, stdin=sys.stdin)
    world = connection.current().world()
    if out != "-":
        refuse_another_account(out, world.account)
    heard = record(stacks, world)
    text = to_text(heard, world, specs, stacks, hash_accounts=hash_accounts)
    if out == "-":
        streams.say(text)
        return
    write_whole(out, text)
    again = shlex.join(["cfstream", "plan", *specs, "--live", out])
    streams.note(f"{len(heard)} answers recorded in {out}. To plan from it: {again}\n")
