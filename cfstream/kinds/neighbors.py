"""What else lives in the account: whose mark a resource bears, and who still uses it once the plan has run.

What bears our mark, is wanted by nobody and is used by nothing is an orphan, and is deleted. Which
distributions there are, and which is the stack's own, is told by `distributions`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cfstream.errors import Notice
from cfstream.kinds.distributions import (
    OAI_PREFIX,
    BehaviorRow,
    LiveDistribution,
    Origin,
    all_distributions,
    behaviors_in,
    find,
    items,
    origin_of,
)
from cfstream.kinds.kind import Proposal, Relied, Scene
from cfstream.ports import Reads
from cfstream.spec.model import Behavior, Spec
from cfstream.steps.delete import Delete


@dataclass(frozen=True)
class Use:
    """What one distribution uses: its origins with how they are read, and its behaviors with who may sign."""

    distribution: str
    origins: tuple[Origin, ...] = ()
    behaviors: tuple[BehaviorRow, ...] = ()
    enabled: bool = True
    ours: bool = False
    """It is the stack's own: what the spec says of it will be so after the plan."""
    going: bool = False
    """The plan deletes it, and after that it uses nothing."""

    @property
    def default_origin(self) -> Origin | None:
        """The origin of the default behavior: the one whose origin access the spec speaks of."""
        default = next((behavior.origin_ids[0] for behavior in self.behaviors if not behavior.path), None)
        return next((origin for origin in self.origins if origin.id == default), None)


@dataclass(frozen=True)
class Unwanted:
    """A resource that bears our mark and that the spec does not ask for any more."""

    what: str
    """What it is, in words, with its id or name."""
    sha256: str
    """Digest of its content, as the plan relies on it."""
    delete: Delete
    users: tuple[str, ...] = ()
    """Who uses it all the same after the plan; it stays as long as there is anybody."""


def with_orphans(wanted: Proposal, unwanted: Iterable[Unwanted]) -> Proposal:
    """`wanted`, with the end of everything unwanted that nothing uses, and a notice of what stays."""
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


def all_uses(aws: Reads, scene: Scene) -> tuple[Use, ...]:
    """What each distribution of the account uses, sorted by id.

    Makes the calls of `all_distributions` and `find`, and raises as they do. The stack's own is taken from
    its config, for a list may still show what it was before the last write.
    """
    live = find(aws, scene)
    others = [
        Use(row.id, row.origins, row.behaviors, row.enabled)
        for row in all_distributions(aws)
        if live is None or row.id != live.id
    ]
    own = [replace(_own_use(live), going=scene.destroying)] if live else []
    return tuple(sorted([*others, *own], key=lambda use: use.distribution))


def default_access(uses: Iterable[Use]) -> tuple[str, str]:
    """Ids of the OAI and the OAC by which the stack's own distribution reads its bucket; empty for none."""
    origin = next((use.default_origin for use in uses if use.ours), None)
    return (origin.oai_id, origin.oac_id) if origin else ("", "")


def access_users(uses: Iterable[Use], access: str) -> tuple[str, ...]:
    """The distributions that read through this OAI or OAC after the plan, when its spec does not want it.

    The stack's own distribution gives up what its default origin uses; its further origins keep theirs.
    """
    return tuple(
        use.distribution
        for use in uses
        if not use.going
        and any(
            access in (origin.oai_id, origin.oac_id)
            for origin in use.origins
            if not (use.ours and origin == use.default_origin)
        )
    )


def group_users_now(uses: Iterable[Use], group: str) -> tuple[str, ...]:
    """The enabled distributions for which the keys of this group sign now."""
    return tuple(
        use.distribution
        for use in uses
        if use.enabled and any(group in behavior.key_groups for behavior in use.behaviors)
    )


def group_users_after(uses: Iterable[Use], group: str, spec: Spec) -> tuple[str, ...]:
    """The distributions that use this key group after the plan, when `spec` does not want it."""
    return tuple(
        use.distribution
        for use in uses
        if not use.going
        and any(
            group in behavior.key_groups and not (use.ours and _signers_given_up(use, behavior, spec))
            for behavior in use.behaviors
        )
    )


def bearer(comment: str | None) -> str:
    """Whose a resource is that is not ours, in words, by its comment."""
    mark, _, owner = (comment or "").split(" ", 1)[0].partition(":")
    return (
        f"it belongs to the cfstream stack {owner}"
        if mark == "cfstream" and owner
        else "it is not cfstream's"
    )


def _signers_given_up(use: Use, behavior: BehaviorRow, spec: Spec) -> bool:
    """Whether the plan puts other signers, or none, on a behavior of the stack's own distribution.

    Signers are owned on the behaviors of our bucket; where the default is public, those of the others stay
    until the spec names the behavior as public, or names signers for it.
    """
    if not behavior.path:
        return True
    buckets = {origin.id: origin.bucket for origin in use.origins}
    default = use.default_origin
    ours = {spec.bucket.name, default.bucket if default else None}
    if not ours & {buckets.get(origin) for origin in behavior.origin_ids}:
        return False
    named = next((entry for entry in spec.http.behaviors if entry.path == behavior.path), None)
    return not spec.public or (named is not None and _says_who(named))


def _says_who(behavior: Behavior) -> bool:
    return behavior.public or behavior.key_groups is not None or behavior.trusted_signers is not None


def _own_use(live: LiveDistribution) -> Use:
    config = live.config
    if live.kind == "streaming-distribution":
        raw = config["S3Origin"]
        identity = str(raw.get("OriginAccessIdentity") or "").removeprefix(OAI_PREFIX)
        origins: tuple[Origin, ...] = (Origin("s3", raw["DomainName"], oai_id=identity),)
        behaviors: tuple[BehaviorRow, ...] = (BehaviorRow("", "s3"),)
    else:
        origins = tuple(origin_of(origin) for origin in items(config["Origins"]))
        behaviors = behaviors_in(config)
    return Use(live.id, origins, behaviors, bool(config["Enabled"]), ours=True)
