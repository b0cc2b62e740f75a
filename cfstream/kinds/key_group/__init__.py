"""Key groups: sets of public keys, any of which may sign for the behaviors that trust the group.

Lives here: the groups that the spec makes, those that it refers to by name or id, and those of ours that
nothing uses any more. Does not live here: the keys themselves (`public_key`), when one may leave
(`grace`), and which behaviors trust a group (`distribution`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cfstream.domain.unknown_members import unknown_members
from cfstream.errors import Problem, Refused
from cfstream.kinds.key_group.grace import Grace, Successor
from cfstream.kinds.key_group.observed import (
    CONFIG,
    KEYS,
    KIND,
    LISTING,
    PUBLIC_KEY,
    LiveGroup,
    LiveGroups,
    LiveKey,
    WantedGroups,
    live_group,
    live_groups,
)
from cfstream.ports import Call, Reads
from cfstream.stack.declared_keys import (
    DeclaredGroup,
    DeclaredUse,
    declared_groups,
    declared_keys,
    declared_uses,
    made_names,
)
from cfstream.stack.distributions import find
from cfstream.stack.neighbors import (
    Neighbor,
    Unwanted,
    bearer,
    group_users_after,
    group_users_now,
    neighbors,
    with_orphans,
)
from cfstream.stack.proposal import Landscape, Proposal, Relied
from cfstream.stack.scene import Scene
from cfstream.steps.create import Create, Twin
from cfstream.steps.delete import Delete
from cfstream.steps.modify import Modify
from cfstream.steps.step import Change, Hazard, Stage, Step
from cfstream.steps.wait import GroupActive, Wait
from cfstream.values import ETag, Json, Known, Ref, digest

if TYPE_CHECKING:
    from datetime import datetime


class KeyGroupKind:
    """The kind ``key-group``."""

    name = KIND

    def desire(self, scene: Scene) -> WantedGroups | None:
        """The groups of the default behavior and of all others, each once."""
        if scene.destroying:
            return None
        spec = scene.stack.spec
        want = WantedGroups(declared_groups(spec), declared_uses(spec))
        return want if want.own or want.used else None

    def observe(self, aws: Reads, scene: Scene, want: WantedGroups | None) -> LiveGroups:
        """List groups, keys and distributions; read each group whose keys change. Raises as `Reads.read`."""
        groups = live_groups(aws, scene)
        keys = {
            row["Id"]: LiveKey(
                row["Name"], scene.moment(row.get("CreatedTime")), scene.owns(row.get("Comment"))
            )
            for row in aws.items(KEYS)
        }
        live = find(aws, scene)
        have = LiveGroups(groups, keys, neighbors(aws, scene), live.active_key_groups if live else {})
        return _read_again(aws, have, _drifted(scene, want or WantedGroups(), have))

    def propose(self, scene: Scene, want: WantedGroups | None, have: LiveGroups, land: Landscape) -> Proposal:
        """Create our groups, change their keys, delete those that nothing uses after the plan.

        Brings ``id`` and ``name`` at ``key-group:<stack>/<name>``; for others' groups by the spec's reference to them.
        """
        want = want or WantedGroups()
        parts = [
            *(_propose_own(scene, group, have, land) for group in want.own),
            *(_propose_used(scene, use, have) for use in want.used),
        ]
        wanted = Proposal(
            steps=tuple(step for part in parts for step in part.steps),
            brings={address: outputs for part in parts for address, outputs in part.brings.items()},
            relied_on=tuple(relied for part in parts for relied in part.relied_on),
            problems=tuple(problem for part in parts for problem in part.problems),
        )
        return with_orphans(
            wanted, [_unwanted(scene, have, group) for group in unwanted_groups(scene, have.all)]
        )


def unwanted_groups(scene: Scene, groups: Iterable[LiveGroup]) -> tuple[LiveGroup, ...]:
    """The groups that bear our mark and that the spec neither makes nor refers to."""
    made = made_names(scene)
    referred = {use.reference for use in declared_uses(scene.stack.spec)}
    return tuple(
        group
        for group in groups
        if scene.owns(group.comment) and group.name not in made and not {group.id, group.name} & referred
    )


def keys_after(scene: Scene, groups: Iterable[LiveGroup], others: Sequence[Neighbor]) -> Mapping[str, str]:
    """Ids of the keys that are in some group after the plan, other than those that the spec puts there.

    With each stands the name of one of its groups: what holds the key.
    """
    spec, made = scene.stack.spec, made_names(scene)
    groups = tuple(groups)
    unwanted = unwanted_groups(scene, groups)
    gone = {group.id for group in unwanted if not group_users_after(others, group.id, spec)}
    return {
        key: group.name
        for group in groups
        if group.id not in gone and not (scene.owns(group.comment) and group.name in made)
        for key in group.keys
    }


def _drifted(scene: Scene, want: WantedGroups, have: LiveGroups) -> tuple[LiveGroup, ...]:
    """Our groups whose live keys are not those of the spec."""
    ours = {key.name: id_ for id_, key in have.keys.items() if key.ours}
    pairs = ((have.named(group.name), group) for group in want.own)
    return tuple(
        live
        for live, group in pairs
        if live is not None
        and scene.owns(live.comment)
        and set(live.keys) != {ours.get(key.name, "") for key in group.keys}
    )


def _read_again(aws: Reads, have: LiveGroups, groups: Sequence[LiveGroup]) -> LiveGroups:
    """With these groups as their own reads tell them, and with their ETags, which lists do not have."""
    fresh, etags, unknown = {}, {}, {}
    for group, answer in zip(groups, aws.together([_config_call(group.id) for group in groups]), strict=True):
        if isinstance(answer, Refused):
            raise answer
        fresh[group.id] = live_group(group.id, answer[CONFIG], group.changed)
        etags[group.id] = ETag(answer["ETag"])
        unknown[group.id] = unknown_members(answer, CONFIG)
    groups_now = tuple(fresh.get(group.id, group) for group in have.all)
    return replace(have, all=groups_now, etags=etags, unknown=unknown)


def _propose_own(scene: Scene, group: DeclaredGroup, have: LiveGroups, land: Landscape) -> Proposal:
    live = have.named(group.name)
    if live is not None and not scene.owns(live.comment):
        return Proposal(problems=(_taken(scene, group, live),))
    address = scene.address(KIND, group.name)
    keys = {key.name: land.get(scene.address(PUBLIC_KEY, key.name)) for key in group.keys}
    known = {name: key for name, key in keys.items() if key is not None}
    if live is None:
        step = _create(scene, group, known)
        brings: dict[str, Known] = {"id": Ref(step.id, "id"), "name": group.name}
        return Proposal(steps=(step,), brings={address: brings})
    # A key that is not known has its own problem, and nothing of this stack runs.
    changed = len(known) == len(keys) and set(known.values()) != set(live.keys)
    return Proposal(
        steps=_change(scene, group, live, known, have) if changed else (),
        brings={address: {"id": live.id, "name": live.name}},
        relied_on=(Relied(address, _digest(live), have.etags.get(live.id), content=_content(live)),),
    )


def _taken(scene: Scene, group: DeclaredGroup, live: LiveGroup) -> Problem:
    return scene.stack.problem(
        f"there is a key group {live.name} ({live.id}) already, and {bearer(live.comment)}",
        f"write `use: {live.name}` to trust it as it is, or give yours another name",
        *group.path,
        "name",
    )


def _create(scene: Scene, group: DeclaredGroup, keys: Mapping[str, Known]) -> Create:
    config = {"Name": group.name, "Items": list(keys.values()), "Comment": scene.mark}
    return Create(
        address=scene.address(KIND, group.name),
        stage=Stage.KEY_GROUPS,
        because="no key group of that name",
        line=scene.stack.line(*group.path, "name"),
        changes=(Change(f"{group.field}.public_keys", None, sorted(keys)),),
        call=Call("cloudfront", "create_key_group", {CONFIG: config}),
        outputs={"id": "KeyGroup.Id"},
        twin=Twin(
            listing=LISTING,
            row_id="KeyGroup.Id",
            row={f"KeyGroup.{CONFIG}.Name": group.name},
            detail="get_key_group",
            match={f"KeyGroup.{CONFIG}.Name": group.name},
            content=f"KeyGroup.{CONFIG}",
        ),
        document=CONFIG,
    )


def _change(
    scene: Scene, group: DeclaredGroup, live: LiveGroup, keys: Mapping[str, Known], have: LiveGroups
) -> tuple[Step, ...]:
    modify = _modify(scene, group, live, keys, have)
    if not group_users_now(have.neighbors, live.id):
        return (modify,)
    wait = Wait(
        address=modify.address,
        stage=Stage.WAIT,
        because="until all who use it are Deployed with its new keys",
        line=scene.stack.line("wait"),
        until=GroupActive(live.id, tuple(keys.values())),
        seconds=scene.stack.spec.wait.timeout.total_seconds(),
    )
    return (modify, wait)


def _modify(
    scene: Scene, group: DeclaredGroup, live: LiveGroup, keys: Mapping[str, Known], have: LiveGroups
) -> Modify:
    before, after = have.names(live.keys), sorted(keys)
    return Modify(
        address=scene.address(KIND, group.name),
        stage=Stage.KEY_GROUPS,
        because=_because(before, after),
        line=scene.stack.line(*group.path, "public_keys"),
        changes=(Change(f"{group.field}.public_keys", before, after),),
        hazards=_hazards(scene, live, keys, have),
        call=Call(
            "cloudfront",
            "update_key_group",
            {"Id": live.id, CONFIG: {**live.config, "Items": list(keys.values())}},
        ),
        document=CONFIG,
        read=_config_call(live.id),
        content=CONFIG,
        base=live.config,
        etag=have.etags[live.id],
        unknown=have.unknown[live.id],
    )


def _because(before: Sequence[str], after: Sequence[str]) -> str:
    joins = [f"+ {name}" for name in after if name not in before]
    leaves = [f"- {name}" for name in before if name not in after]
    return " ".join(["public_keys", *joins, *leaves])


def _hazards(
    scene: Scene, live: LiveGroup, keys: Mapping[str, Known], have: LiveGroups
) -> tuple[Hazard, ...]:
    """A hazard for each key that leaves before all URLs that it signed have run out."""
    spec = scene.stack.spec
    in_force = set(live.keys) & set(have.active.get(live.id, live.keys))
    staying = {
        name: Successor(name, since(live, have.keys.get(str(key))), key in in_force)
        for name, key in keys.items()
    }
    grace = Grace(declared_keys(spec), staying, spec.sign.max_validity, scene.now)
    leaving = have.names(key for key in live.keys if key not in keys.values())
    hazards = (grace.hazard(name) for name in leaving)
    return tuple(hazard for hazard in hazards if hazard is not None)


def since(group: LiveGroup, key: LiveKey | None) -> "datetime | None":
    """Since when a key is in a group for certain: AWS tells when the key was made, and when the group last changed.

    A run may be stopped between the two, and until the key has joined, the old one goes on signing.
    """
    if key is None or key.created is None:
        return None
    return max(key.created, group.changed or key.created)


def _propose_used(scene: Scene, use: DeclaredUse, have: LiveGroups) -> Proposal:
    live = have.resolve(use.reference)
    if live is None:
        return Proposal(
            problems=(
                scene.stack.problem(
                    f"no key group of the name or id {use.reference} exists yet in account {scene.account}",
                    "apply the spec that makes it first, or name one that exists",
                    *use.path,
                ),
            )
        )
    address = scene.address(KIND, use.reference)
    # Anyone who has one of its keys can sign, whoever added it.
    content = {"id": live.id, "keys": sorted(live.keys)}
    return Proposal(
        brings={address: {"id": live.id, "name": live.name}},
        relied_on=(Relied(address, digest(content), content=content),),
    )


def _unwanted(scene: Scene, have: LiveGroups, group: LiveGroup) -> Unwanted:
    delete = Delete(
        address=scene.address(KIND, group.name),
        stage=Stage.DELETE_KEY_GROUPS,
        because="ours, and nothing uses it any more",
        changes=(Change(f"key_groups[{group.name}].public_keys", have.names(group.keys), None),),
        call=Call("cloudfront", "delete_key_group", {"Id": group.id}),
        read=_config_call(group.id),
        content=CONFIG,
        base=group.config,
    )
    users = group_users_after(have.neighbors, group.id, scene.stack.spec)
    return Unwanted(f"the key group {group.name}", _digest(group), delete, users)


def _digest(group: LiveGroup) -> str:
    return digest(_content(group))


def _content(group: LiveGroup) -> Json:
    return {"id": group.id, **group.config}


def _config_call(group: str) -> Call:
    return Call("cloudfront", "get_key_group_config", {"Id": group})
