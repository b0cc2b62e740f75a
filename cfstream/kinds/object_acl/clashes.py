"""Specs of one run whose object grants contradict each other. Pure."""

from collections.abc import Iterator

from cfstream.errors import Problem
from cfstream.indexed import having
from cfstream.spec.model import Spec
from cfstream.stack.context import StackContext, names_of_buckets


def contradictions(context: StackContext) -> Iterator[Problem]:
    """Yield a problem for each stack that grants the same OAI another permission on the same objects.

    Each would undo the grants of the other in every run.
    """
    own = context.stack.spec
    for other in having(context.beside, names_of_buckets, own.bucket.name):
        if (
            other.name != own.name
            and _same_objects(own, other)
            and other.grant.permission != own.grant.permission
        ):
            what = (
                f"{own.name} and {other.name} grant different permissions on the same objects of {own.bucket.name} "
                f"to the same origin access identity: {own.grant.permission} and {other.grant.permission}"
            )
            yield context.stack.problem(
                what, "write the same permission in both specs", "grant", "permission"
            )


def _same_objects(one: Spec, other: Spec) -> bool:
    """Return whether both specs grant one OAI access to one bucket, with overlapping prefixes."""
    identity = one.oai.id if one.oai else None
    mine, theirs = one.grant.prefix, other.grant.prefix
    return (
        identity is not None
        and other.oai is not None
        and other.oai.id == identity
        and one.grant.via == other.grant.via == "object-acl"
        and (mine.startswith(theirs) or theirs.startswith(mine))
    )
