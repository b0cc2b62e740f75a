"""`cfstream permissions`: the IAM policy that lets somebody plan, apply or destroy these specs."""

import re
import sys
from typing import Annotated

import typer

from cfstream.cli import connection
from cfstream.cli.options import Specs
from cfstream.cli.terminal import streams
from cfstream.errors import WrongUsage
from cfstream.permissions.needs import Purpose

PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
"""Partitions by how the names of their regions begin."""


def permissions(
    specs: Specs,
    purpose: Annotated[
        Purpose,
        typer.Option("--for", help="What is to be allowed; apply holds plan, and the proof at its end."),
    ] = Purpose.APPLY,
    account: Annotated[
        str, typer.Option("--account", metavar="NUMBER", help="The account, for ARNs; * stands for any.")
    ] = "*",
) -> None:
    """Print the least IAM policy that cfstream needs for these specs.

    Made from the specs alone: nothing is asked of AWS. Actions are limited to the bucket, to distributions with the
    stack's tag, and to the names of its records. What IAM cannot limit is listed on stderr. Without --account the ARNs
    have a * in its place, which IAM takes: a policy gives nothing beyond the account of its holder. A stack that
    changes from one spec to another needs, for that run, the policies of both.

    Example: cfstream permissions specs/ --for plan > ci-plan.json
    """
    from cfstream.permissions.document import LARGEST_MANAGED, claims, policy, size, unlimited
    from cfstream.render.json import as_text
    from cfstream.spec.load import load
    from cfstream.stack.calls import Place

    if not re.fullmatch(r"\*|[0-9]{12}", account):
        raise WrongUsage(f"--account {account}: an account number has 12 digits", "leave it out to mean any")
    stacks = load(specs, stdin=sys.stdin)
    region = connection.current().region or ""
    partition = next((name for start, name in PARTITIONS.items() if region.startswith(start)), "aws")
    document = policy([stack.spec for stack in stacks], purpose, Place(account, partition))
    streams.say(as_text(document))
    if beyond := unlimited(document):
        streams.note(
            f"note: IAM cannot limit these to one stack, so this policy allows to change all of the account's:"
            f" {', '.join(beyond)}\n"
        )
    if claims(document):
        streams.note(
            "note: IAM cannot distinguish a new distribution from an old one without the tag cfstream:name, so this"
            " policy allows to give that tag to distributions that no stack owns\n"
        )
    if size(document) > LARGEST_MANAGED:
        streams.note(
            f"note: it has {size(document)} characters, and a managed policy takes {LARGEST_MANAGED}: "
            "make one for each spec, or an inline policy of a role\n"
        )
