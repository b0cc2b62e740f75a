"""The distributions of the account, and which of them use a resource once the plan has run."""

from collections.abc import Iterable, Iterator

from cfstream.domain import CacheBehavior, LiveDistribution, with_pattern
from cfstream.indexed import having
from cfstream.spec import http
from cfstream.spec.model import Spec
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class Neighbor:
    """A distribution of the account, with what the plan does to it."""

    live: LiveDistribution
    ours: bool = False
    """It is the stack's own. After the plan, it is as in the spec."""
    going: bool = False
    """The plan deletes it, so it then uses nothing."""


def default_access(all_of_them: Iterable[Neighbor]) -> tuple[str, str]:
    """Return the ids of the OAI and the OAC with which the stack's distribution reads its bucket; empty for none."""
    origin = next((each.live.default_origin for each in having(all_of_them, _ours, OURS)), None)
    return (str(origin.oai_id), str(origin.oac_id)) if origin else ("", "")


OURS = "ours"


def _ours(neighbor: Neighbor) -> tuple[str, ...]:
    return (OURS,) if neighbor.ours else ()


def only_own(all_of_them: Iterable[Neighbor], named: Iterable[str] = ()) -> frozenset[str]:
    """Return the ids of the OAIs, OACs and key groups that only the stack's distribution uses, if any does.

    They are those that the distribution uses, and those that the spec names: it may use them no more, or not yet.
    """
    used = (used for each in having(all_of_them, _ending, OURS) for used in _used(each))
    return frozenset(
        each
        for each in dict.fromkeys([*used, *named])
        if all(_ending(user) for user in having(all_of_them, _used, each))
    )


def _ending(neighbor: Neighbor) -> tuple[str, ...]:
    return (OURS,) if neighbor.ours or neighbor.going else ()


def _used(neighbor: Neighbor) -> Iterator[str]:
    for origin in neighbor.live.origins:
        yield from (str(access) for access in (origin.oai_id, origin.oac_id) if access)
    for behavior in neighbor.live.behaviors:
        yield from map(str, behavior.signers.key_groups)


def access_users(all_of_them: Iterable[Neighbor], access: str) -> tuple[str, ...]:
    """Return the distributions that read with this OAI or OAC after the plan, if the spec no longer wants it.

    The stack's own distribution stops using what its default origin uses; its other origins keep theirs.
    """
    return tuple(
        each.live.id
        for each in all_of_them
        if not each.going
        and any(
            access in (origin.oai_id, origin.oac_id)
            for origin in each.live.origins
            if not (each.ours and origin == each.live.default_origin)
        )
    )


def group_users_now(all_of_them: Iterable[Neighbor], group: str) -> tuple[str, ...]:
    """Return the enabled distributions that accept signatures of this key group now."""
    return tuple(
        each.live.id
        for each in all_of_them
        if each.live.enabled and any(group in behavior.signers.key_groups for behavior in each.live.behaviors)
    )


def group_users_after(all_of_them: Iterable[Neighbor], group: str, spec: Spec) -> tuple[str, ...]:
    """Return the distributions that use this key group after the plan, if `spec` no longer wants it."""
    return tuple(
        each.live.id
        for each in all_of_them
        if not each.going
        and any(
            group in behavior.signers.key_groups
            and not (each.ours and _signers_replaced(each.live, behavior, spec))
            for behavior in each.live.behaviors
        )
    )


def _signers_replaced(live: LiveDistribution, behavior: CacheBehavior, spec: Spec) -> bool:
    """Return whether the plan sets other signers, or none, on a behavior of the stack's own distribution.

    cfstream owns the signers of behaviors whose origin is the stack's bucket. If the default behavior is public,
    the signers of other behaviors stay until the spec names signers for them, or makes them public.
    """
    if behavior.default:
        return True
    if behavior not in live.leading_to(spec.bucket.name):
        return False
    named = with_pattern(spec.http.behaviors, behavior.path)
    return not spec.public or (named is not None and _sets_signers(named))


def _sets_signers(behavior: http.Behavior) -> bool:
    return behavior.public or behavior.key_groups is not None or behavior.trusted_signers is not None
