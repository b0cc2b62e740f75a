"""`cfstream permissions`: prints the IAM policy to plan, apply or destroy specs."""

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
        typer.Option("--for", help="What to allow; apply includes plan and verify."),
    ] = Purpose.APPLY,
    account: Annotated[
        str, typer.Option("--account", metavar="NUMBER", help="The account, for ARNs; * means any.")
    ] = "*",
) -> None:
    """Print the minimal IAM policy that cfstream needs for these specs.

    Uses only the specs, not AWS. Limits actions to the bucket, to distributions with the stack's tag, and to the names
    of its records. Notes on stderr list what IAM cannot limit. Without --account, ARNs have a * for the account number:
    IAM accepts that, and a policy has no effect outside its own account. A run that changes a stack from one spec to
    another needs the policies of both.

    Example: cfstream permissions specs/ --for plan > ci-plan.json
    """
    from cfstream.permissions.document import LARGEST_MANAGED, claims, policy, size, unlimited
    from cfstream.render.document import as_text
    from cfstream.spec.load import load
    from cfstream.stack.calls import Place

    if not re.fullmatch(r"\*|[0-9]{12}", account):
        raise WrongUsage(
            f"--account {account}: an account number has 12 digits",
            "correct it, or remove --account to allow any account",
        )
    run = invocation_of(ctx)
    terminal = run.terminal
    stacks = load(specs)
    region = run.connection.region or ""
    partition = next((name for start, name in PARTITIONS.items() if region.startswith(start)), "aws")
    document = policy([stack.spec for stack in stacks], purpose, Place(account, partition))
    terminal.say(as_text(document))
    if beyond := unlimited(document):
        terminal.note(
            f"note: IAM cannot limit these to one stack, so this policy allows changing all in the account:"
            f" {', '.join(beyond)}\n"
        )
    if claims(document):
        terminal.note(
            "note: IAM cannot distinguish a new distribution from an old one without the tag cfstream:name, so this"
            " policy allows adding that tag to distributions that no stack owns\n"
        )
    if size(document) > LARGEST_MANAGED:
        terminal.note(
            f"note: the policy has {size(document)} characters, but a managed policy can have at most "
            f"{LARGEST_MANAGED}: create one for each spec, or an inline policy of a role\n"
        )
