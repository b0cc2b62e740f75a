"""The IAM actions that a spec needs to be planned, applied and verified, or destroyed.

The kinds list their own calls. The result is for a stack that has always had this spec: a run that changes a stack from
one spec to another needs the permissions of both. It includes permissions without which a plan only shows a notice (a
key's policy, access points, the tag index). What only other reading commands, `--all-objects` and hints need is marked
as optional.
"""

from collections.abc import Collection
from enum import StrEnum

from cfstream.kinds import KINDS
from cfstream.permissions.actions import actions_of
from cfstream.spec.model import Spec
from cfstream.stack.bucket import BUCKETS, MANY
from cfstream.stack.calls import (
    ANYTHING,
    BUCKET,
    NEW,
    NEW_TAGS,
    OBJECTS,
    SHARED,
    Needs,
    Scope,
    calls,
    optional,
)
from cfstream.startup.frozen import dataclass

SCOPES: tuple[Scope, ...] = (*SHARED, *(scope for kind in KINDS for scope in kind.scopes), ANYTHING)
"""All scopes, in the order of their statements in a policy."""


class Purpose(StrEnum):
    """What the policy must allow."""

    PLAN = "plan"
    APPLY = "apply"
    DESTROY = "destroy"


@dataclass(frozen=True)
class Permission:
    """An IAM action, and the resources for which it is needed."""

    action: str
    on: Scope
    optional: bool = False


def permissions(spec: Spec, purpose: Purpose, stacks: int = 1) -> frozenset[Permission]:
    """Return everything that is needed for this purpose, including the plan before it, in a run of `stacks`."""
    found = {
        Permission(
            action, NEW_TAGS if need.on is NEW and action.endswith(":TagResource") else need.on, need.optional
        )
        for need in _needs(spec, purpose, stacks)
        for action in actions_of(need.service, need.operation)
    }
    return frozenset(each for each in found if not each.optional or not _is_required(each, found))


def _is_required(one: Permission, found: Collection[Permission]) -> bool:
    """Return whether an optional permission is needed in any case, for the same resources or for more."""
    return any(Permission(one.action, on) in found for on in (one.on, ANYTHING))


def _needs(spec: Spec, purpose: Purpose, stacks: int) -> Needs:
    destroying = purpose is Purpose.DESTROY
    if stacks >= MANY:
        yield from calls(ANYTHING, BUCKETS.service, BUCKETS.operation)
    for kind in KINDS:
        yield from kind.reads(spec, destroying=destroying)
        if purpose is not Purpose.PLAN:
            yield from kind.writes(spec, destroying=destroying)
    if purpose is Purpose.APPLY:
        yield from _verify()
    if not destroying:
        yield from optional(_doctor())


def _doctor() -> Needs:
    """Yield the lists that `doctor` and `snapshot` read, whatever the spec has."""
    for kind in KINDS:
        for call in kind.lists:
            yield from calls(ANYTHING, call.service, call.operation)


def _verify() -> Needs:
    """Yield what `verify` reads at the end of an apply."""
    yield from calls(BUCKET, "s3", "list_objects_v2")
    yield from calls(OBJECTS, "s3", "get_object_acl")
