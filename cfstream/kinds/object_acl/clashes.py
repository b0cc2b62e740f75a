"""Specs of one run whose object grants contradict each other. Pure."""

from collections.abc import Iterator

from cfstream.errors import Problem
from cfstream.spec.model import Spec
from cfstream.stack.scene import Scene


def contradictions(scene: Scene) -> Iterator[Problem]:
    """Yield a problem for each other stack that wants another permission for the same OAI on the same objects.

    Each would undo what the other grants, in every run.
    """
    own = scene.stack.spec
    for other in scene.beside:
        if (
            other.name != own.name
            and _same_objects(own, other)
            and other.grant.permission != own.grant.permission
        ):
            what = (
                f"{own.name} wants {own.grant.permission} and {other.name} wants {other.grant.permission} on the same "
                f"objects of {own.bucket.name} for the same origin access identity"
            )
            yield scene.stack.problem(what, "write the same permission in both specs", "grant", "permission")


def _same_objects(one: Spec, other: Spec) -> bool:
    """Return whether both specs grant objects of one bucket to one OAI, under prefixes that overlap."""
    identity = one.oai.id if one.oai else None
    mine, theirs = one.grant.prefix, other.grant.prefix
    return (
        identity is not None
        and other.oai is not None
        and other.oai.id == identity
        and one.bucket.name == other.bucket.name
        and one.grant.via == other.grant.via == "object-acl"
        and (mine.startswith(theirs) or theirs.startswith(mine))
    )
