"""Through which distributions of the account the objects of a bucket are served, by which identity, and to
whom.

Pure. Whether the bucket lets that identity read is for those who ask: `bucket_policy`, `object_acl` and
`exposure`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cfstream.domain import Behavior, LiveDistribution, Origin, bucket_of, with_pattern
from cfstream.kinds.declared_keys import declared_groups
from cfstream.kinds.kind import Landscape, Scene
from cfstream.spec import model
from cfstream.spec.model import KeyGroup, Spec
from cfstream.steps.step import Hazard


@dataclass(frozen=True)
class Serving:
    """One behavior of one distribution that leads to the bucket."""

    distribution: str
    arn: str
    enabled: bool
    ours: bool
    origin: Origin
    behavior: Behavior

    @property
    def path(self) -> str:
        """The path pattern; empty for the default behavior."""
        return self.behavior.path

    @property
    def unsigned(self) -> bool:
        """Whether it answers anyone now."""
        return self.enabled and not self.behavior.signers


def servings(
    rows: Iterable[LiveDistribution], own: LiveDistribution | None, bucket: str
) -> tuple[Serving, ...]:
    """Return every behavior of the account that leads to `bucket`, sorted by distribution and place.

    The stack's own distribution is taken from its configuration, because a list may still show what it was before the
    last write.
    """
    others = [row for row in rows if own is None or row.id != own.id]
    return tuple(
        Serving(live.id, live.arn, live.enabled, live is own, origin, behavior)
        for live in sorted([*others, *([own] if own else [])], key=lambda each: each.id)
        for behavior in (live.default, *live.named)
        for origin in live.origins
        if origin in behavior.origins and bucket_of(origin.domain_name) == bucket
    )


def public_hazards(scene: Scene, serving: Iterable[Serving], identity: object) -> tuple[Hazard, ...]:
    """A hazard for each other distribution that would hand to anyone what this OAI is let read, be it one that another
    stack of the same run is about to make.

    An OAC needs none: its grant is pinned to the one distribution.
    """
    live = sorted({each.distribution for each in serving if _open_by(each, identity)})
    coming = sorted(spec.name for spec in scene.beside if _opens(scene, spec, identity))
    who = [*(f"distribution {id_}" for id_ in live), *(f"stack {name}" for name in coming)]
    return tuple(
        Hazard("makes-public", f"the {each} reads this bucket by the same identity, for anyone")
        for each in who
    )


def cut_off(serving: Iterable[Serving], identities: Iterable[str]) -> tuple[str, ...]:
    """The enabled distributions of others that read the bucket by one of these OAIs."""
    known = {*identities}
    return tuple(
        sorted(
            {
                each.distribution
                for each in serving
                if not each.ours and each.enabled and each.origin.oai_id in known
            }
        )
    )


def others_reading(serving: Iterable[Serving], bucket: str, identity: str) -> tuple[str, ...]:
    """The distributions of others, enabled or not, that read this bucket by an OAI."""
    reading = (each for each in serving if not each.ours and each.origin.bucket == bucket)
    return tuple(sorted({each.distribution for each in reading if each.origin.oai_id == identity}))


def _open_by(each: Serving, identity: object) -> bool:
    return not each.ours and each.unsigned and each.origin.oai_id == identity


def _opens(scene: Scene, spec: Spec, identity: object) -> bool:
    open_somewhere = spec.public or any(behavior.public for behavior in spec.http.behaviors)
    same_bucket = spec.bucket.name == scene.stack.spec.bucket.name
    used = spec.oai.id if spec.oai else None
    shared = spec.name != scene.name and used is not None and used == identity
    return spec.enabled and open_somewhere and same_bucket and shared


def faithful_groups(
    scene: Scene, land: Landscape, own: LiveDistribution | None, group_names: Mapping[str, str]
) -> Mapping[str, str]:
    """`group_names` without the stack's own groups in which a key is in force that the spec does not name."""
    wanted = {
        group.name: {land.get(scene.address("public-key", key.name)) for key in group.keys}
        for group in declared_groups(scene.stack.spec)
    }
    in_force = own.active_key_groups if own else {}
    return {
        id_: name
        for id_, name in group_names.items()
        if name not in wanted or wanted[name].issuperset(in_force.get(id_, ()))
    }


def opens_before_guarded(
    scene: Scene, serving: Iterable[Serving], identity: object, group_names: Mapping[str, str]
) -> bool:
    """Whether somebody whom the spec does not name would read what a new grant opens, until the stack's own
    distribution has got the signers of its spec.

    So it is as long as it serves the bucket, by an identity that the grant is for, to anyone or to other
    signers; or at all, when the spec wants it disabled. `group_names` has the account's key groups by id, but
    for those that are not as the spec says (`faithful_groups`).
    """
    return any(
        each.ours
        and each.enabled
        and _reads_by(scene, each.origin, identity)
        and not (scene.stack.spec.enabled and _only_named(scene, each.behavior, group_names))
        for each in serving
    )


def _only_named(scene: Scene, behavior: Behavior, group_names: Mapping[str, str]) -> bool:
    """Whether a live behavior serves nobody but those whom the spec names for its path."""
    spec = scene.stack.spec
    part: model.Behavior | Spec | None = with_pattern(spec.http.behaviors, behavior.path)
    if part is None or not (part.public or part.key_groups or part.trusted_signers):
        part = spec
    if part.public:
        return True
    groups = {group.name if isinstance(group, KeyGroup) else group.use for group in part.key_groups or ()}
    accounts = {scene.account if each == "self" else each for each in part.trusted_signers or ()}
    return (
        bool(behavior.signers)
        and all(
            not groups.isdisjoint({str(group), group_names.get(str(group), str(group))})
            for group in behavior.signers.key_groups
        )
        and accounts.issuperset(
            scene.account if each == "self" else each for each in behavior.signers.accounts
        )
    )


def _reads_by(scene: Scene, origin: Origin, identity: object) -> bool:
    if scene.stack.spec.identity == "oac":
        return bool(origin.oac_id)
    return origin.oai_id == identity
