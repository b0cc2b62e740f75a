"""`cfstream permissions`: the IAM policy that planning, applying or destroying these specs needs."""

import re
from typing import Annotated

import typer

from cfstream.cli.invocation import invocation_of
from cfstream.cli.options import Specs
from cfstream.errors import WrongUsage
from cfstream.permissions.needs import Purpose

PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
"""Partitions, by the start of the names of their regions."""


def permissions(
    ctx: typer.Context,
    specs: Specs,
    purpose: Annotated[
        Purpose,
        typer.Option("--for", help="What to allow; apply includes plan, and the proof at its end."),
    ] = Purpose.APPLY,
    account: Annotated[
        str, typer.Option("--account", metavar="NUMBER", help="The account, for ARNs; * means any.")
    ] = "*",
) -> None:
    """Print the least IAM policy that cfstream needs for these specs.

    Made from the specs alone, without AWS. Actions are limited to the bucket, to distributions with the stack's tag,
    and to the names of its records. What IAM cannot limit is listed on stderr. Without --account the ARNs have a * in
    its place, which IAM accepts: a policy allows nothing outside the account of its holder. A stack that changes from
    one spec to another needs, for that run, the policies of both.

    Example: cfstream permissions specs/ --for plan > ci-plan.json
    """
    from cfstream.permissions.document import LARGEST_MANAGED, claims, policy, size, unlimited
    from cfstream.render.document import as_text
    from cfstream.spec.load import load
    from cfstream.stack.calls import Place

    if not re.fullmatch(r"\*|[0-9]{12}", account):
        raise WrongUsage(f"--account {account}: an account number has 12 digits", "leave it out to mean any")
    run = invocation_of(ctx)
    terminal = run.terminal
    stacks = load(specs)
    region = run.connection.region or ""
    partition = next((name for start, name in PARTITIONS.items() if region.startswith(start)), "aws")
    document = policy([stack.spec for stack in stacks], purpose, Place(account, partition))
    terminal.say(as_text(document))
    if beyond := unlimited(document):
        terminal.note(
            f"note: IAM cannot limit these to one stack, so this policy allows to change all of the account's:"
            f" {', '.join(beyond)}\n"
        )
    if claims(document):
        terminal.note(
            "note: IAM cannot distinguish a new distribution from an old one without the tag cfstream:name, so this"
            " policy allows to give that tag to distributions that no stack owns\n"
        )
    if size(document) > LARGEST_MANAGED:
        terminal.note(
            f"note: the policy has {size(document)} characters, and a managed policy at most {LARGEST_MANAGED}: "
            "make one for each spec, or an inline policy of a role\n"
        )
