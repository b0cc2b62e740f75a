"""Who else uses a resource once the plan has run, and which resources of ours nobody uses any more.

A resource that has our mark, that the spec does not want and that nothing uses is an orphan, and is deleted. The
module `distributions` finds the distributions and the stack's own one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cfstream.domain import Behavior, LiveDistribution, Mark, with_pattern
from cfstream.errors import Notice
from cfstream.ports import Reads
from cfstream.spec import model
from cfstream.spec.model import Spec
from cfstream.stack.distributions import find
from cfstream.stack.owners import all_distributions, going
from cfstream.stack.proposal import Proposal, Relied
from cfstream.stack.scene import Scene
from cfstream.steps.delete import Delete


@dataclass(frozen=True)
class Neighbor:
    """A distribution of the account, with what the plan does to it."""

    live: LiveDistribution
    ours: bool = False
    """It is the stack's own: after the plan it is as the spec says."""
    going: bool = False
    """The plan deletes it, so it then uses nothing."""


@dataclass(frozen=True)
class Unwanted:
    """A resource that has our mark and that the spec does not want any more."""

    what: str
    """What it is, in words, with its id or name."""
    sha256: str
    """Digest of its content, as the plan relies on it."""
    delete: Delete
    users: tuple[str, ...] = ()
    """Who still uses it after the plan. It is kept as long as there is anyone."""


def with_orphans(wanted: Proposal, unwanted: Iterable[Unwanted]) -> Proposal:
    """Return `wanted`, with the deletion of every unwanted resource that nothing uses, and a notice for the others."""
    unwanted = tuple(unwanted)
    orphans = [resource for resource in unwanted if not resource.users]
    stays = [
        Notice(f"{resource.what} is no longer wanted, but stays: {', '.join(resource.users)} uses it")
        for resource in unwanted
        if resource.users
    ]
    return replace(
        wanted,
        steps=(*wanted.steps, *(orphan.delete for orphan in orphans)),
        relied_on=(*wanted.relied_on, *(Relied(orphan.delete.address, orphan.sha256) for orphan in orphans)),
        notices=(*wanted.notices, *stays),
    )


def neighbors(aws: Reads, scene: Scene) -> tuple[Neighbor, ...]:
    """Return every distribution of the account, sorted by id.

    Makes the calls of `all_distributions` and `find`, and raises as they do. The stack's own is taken from its
    configuration, because a list may still show what it was before the last write.
    """
    live, gone = find(aws, scene), going(aws, scene)
    rows = all_distributions(aws)
    others = [Neighbor(row, going=row.id in gone) for row in rows if live is None or row.id != live.id]
    own = [Neighbor(live, ours=True, going=scene.destroying)] if live else []
    return tuple(sorted([*others, *own], key=lambda each: each.live.id))


def default_access(all_of_them: Iterable[Neighbor]) -> tuple[str, str]:
    """Return the ids of the OAI and the OAC with which the stack's distribution reads its bucket; empty for none."""
    origin = next((each.live.default_origin for each in all_of_them if each.ours), None)
    return (str(origin.oai_id), str(origin.oac_id)) if origin else ("", "")


def access_users(all_of_them: Iterable[Neighbor], access: str) -> tuple[str, ...]:
    """Return the distributions that read with this OAI or OAC after the plan, when its spec does not want it.

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
    """Return the distributions that use this key group after the plan, when `spec` does not want it."""
    return tuple(
        each.live.id
        for each in all_of_them
        if not each.going
        and any(
            group in behavior.signers.key_groups
            and not (each.ours and _signers_given_up(each.live, behavior, spec))
            for behavior in each.live.behaviors
        )
    )


def bearer(comment: str | None) -> str:
    """Return who owns a resource that is not ours, in words, from its comment."""
    mark = Mark.read(comment)
    return f"it belongs to the cfstream stack {mark.stack}" if mark else "it is not cfstream's"


def _signers_given_up(live: LiveDistribution, behavior: Behavior, spec: Spec) -> bool:
    """Return whether the plan sets other signers, or none, on a behavior of the stack's own distribution.

    Signers are owned on the behaviors that lead to our bucket. If the default behavior is public, signers of the others
    stay until the spec names the behavior as public, or names signers for it.
    """
    if behavior.default:
        return True
    if behavior not in live.leading_to(spec.bucket.name):
        return False
    named = with_pattern(spec.http.behaviors, behavior.path)
    return not spec.public or (named is not None and _says_who(named))


def _says_who(behavior: model.Behavior) -> bool:
    return behavior.public or behavior.key_groups is not None or behavior.trusted_signers is not None
