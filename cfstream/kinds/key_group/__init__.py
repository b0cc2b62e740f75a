"""Key groups: sets of public keys, any of which may sign for the behaviors that trust the group.

This kind has the groups that the spec creates, those that it refers to by name or id, and owned groups that nothing
uses any more. The kind `public_key` has the keys, and `distribution` decides which behaviors trust a group. `grace`
decides when a key may leave its group.
"""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cfstream.access.model import AccessModel, GroupState
from cfstream.domain import LiveDistribution
from cfstream.errors import Notice
from cfstream.indexed import Indexed, having
from cfstream.kinds.key_group.grace import Grace, Successor, misspelt_replaces
from cfstream.kinds.key_group.observed import (
    KIND,
    LiveGroup,
    LiveGroups,
    WantedGroups,
    live_group,
    live_groups,
)
from cfstream.ports import Reads
from cfstream.spec.model import Spec
from cfstream.spec.wording import write_nearest
from cfstream.stack.calls import ANYTHING, Needs, calls, optional
from cfstream.stack.context import StackContext
from cfstream.stack.declared_keys import (
    DeclaredGroup,
    DeclaredUse,
    declared_groups,
    declared_keys,
    declared_uses,
    made_names,
)
from cfstream.stack.key_groups import GROUP, KEY, LiveKey, live_keys, trusts_groups
from cfstream.stack.kind import Kind, ids_of_members
from cfstream.stack.live_state import LiveState
from cfstream.stack.neighbors import Neighbor, group_users_after, group_users_now, only_own
from cfstream.stack.owned import Reason, Unwanted, ids, joined, marked
from cfstream.stack.proposal import KindResults, Proposal, Relied
from cfstream.stack.shown import Referred
from cfstream.steps.create import Create
from cfstream.steps.hazards import Hazard
from cfstream.steps.modify import Modify
from cfstream.steps.step import Change, Stage, Step
from cfstream.steps.wait import GroupActive, WaitUntil
from cfstream.values import Address, Known, Ref, digest

if TYPE_CHECKING:
    from datetime import datetime


class KeyGroupKind(Kind[WantedGroups, LiveGroups]):
    """The kind ``key-group``."""

    name = KIND
    opens = True
    decides = True
    owned = GROUP

    def desire(self, context: StackContext) -> WantedGroups | None:
        """Return the groups of the default behavior and of all others, each once."""
        if context.destroying:
            return None
        spec = context.stack.spec
        want = WantedGroups(declared_groups(spec), declared_uses(spec))
        return want if want.own or want.used else None

    def observe(self, aws: Reads, state: LiveState, want: WantedGroups | None) -> LiveGroups:
        """List groups, keys and distributions; read each group whose keys change. Raises as `Reads.read`."""
        context, live = state.context, state.own
        groups, keys = state.lists.of(live_groups), state.lists.of(live_keys)
        have = LiveGroups(groups, keys, state.neighbors, live.active_key_groups if live else {})
        return _read_again(aws, have, _drifted(context, want or WantedGroups(), have))

    def observe_readers(self, aws: Reads, state: LiveState) -> LiveGroups:  # noqa: ARG002
        """List the groups, which have their keys."""
        return LiveGroups(state.lists.of(live_groups))

    def described(self, context: StackContext) -> Mapping[Address, Mapping[str, Known]]:
        """Return the names of the groups that the stack creates."""
        return {
            context.address(KIND, each.name): {"id": each.name}
            for each in declared_groups(context.stack.spec)
        }

    def propose(
        self, context: StackContext, want: WantedGroups | None, have: LiveGroups, results: KindResults
    ) -> Proposal:
        """Create the spec's groups, change their keys, and delete owned groups that nothing uses after the plan.

        Brings ``id`` and ``name`` at ``key-group:<stack>/<name>``, or ``<reference>`` for a group that exists already.
        """
        want = want or WantedGroups()
        parts = [
            *(_propose_own(context, group, have, results) for group in want.own),
            *(_propose_used(context, use, have) for use in want.used),
            Proposal(notices=tuple(_misspelt_replaces(want, have))),
        ]
        orphans = [_unwanted(context, have, group) for group in unwanted_groups(context, have.all)]
        found = GROUP.with_orphans(context, joined(parts), orphans)
        return replace(found, notices=(*found.notices, *_left(context, have)))

    def add_to_model(self, context: StackContext, have: LiveGroups, model: AccessModel) -> AccessModel:  # noqa: ARG002
        """Add the groups of the account."""
        return replace(model, groups=have.all.once(_states))

    def after_step(self, model: AccessModel, step: Step, stack: str) -> AccessModel:  # noqa: ARG002
        """Return the model with the group and its keys as the step leaves them."""
        if not isinstance(step, Create | Modify):
            return model
        config = step.call.params[GROUP.config]
        group: Known = Ref(step.id) if isinstance(step, Create) else step.call.params["Id"]
        state = GroupState(config["Name"], frozenset(config["Items"]))
        return replace(model, groups={**model.groups, group: state})

    def concerns(self, step: Step, bucket: str) -> bool:  # noqa: ARG002
        """Return whether the step changes the keys of a group: any distribution may trust it."""
        return isinstance(step, Modify)

    def listed(self, have: LiveGroups) -> Sequence[LiveGroup]:
        """Return all groups of the account."""
        return have.all

    def outputs(self, context: StackContext, results: KindResults) -> Mapping[str, Any]:  # noqa: ARG002
        """Return the ids of the groups by name."""
        return {"key_group_ids": results.members(KIND)}

    def left(self, ids: Mapping[Address, str], steps: Sequence[Step]) -> Mapping[str, Any]:  # noqa: ARG002
        """Return the ids of the groups by name."""
        return {"key_group_ids": ids_of_members(ids, KIND)}

    def referred(self, aws: Reads, live: LiveDistribution) -> Iterable[Referred]:
        """Yield all groups of the account if it trusts a group."""
        return GROUP.names(aws) if trusts_groups(live) else ()

    def remains(self, live: LiveDistribution) -> Iterable[str]:
        """Return the groups that its behaviors trust."""
        return (
            f"{GROUP.words} {group}" for behavior in live.behaviors for group in behavior.signers.key_groups
        )

    def reads(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the list, and the read of a group whose keys change."""
        yield from GROUP.needs(ANYTHING, "list")
        if declared_groups(spec) and not destroying:
            yield from GROUP.needs(ANYTHING, "get_config")
        if (declared_groups(spec) or declared_uses(spec)) and not destroying:
            yield from optional(GROUP.needs(ANYTHING, "get"))
            yield from optional(calls(ANYTHING, "cloudfront", "list_distributions_by_key_group"))

    def writes(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the calls for owned groups. IAM cannot limit them."""
        if not declared_groups(spec):
            return
        if not destroying:
            yield from GROUP.needs(ANYTHING, "create", "get", "update")
            yield from calls(ANYTHING, "cloudfront", "list_distributions_by_key_group")
        yield from GROUP.needs(ANYTHING, "get_config", "delete")


def unwanted_groups(context: StackContext, groups: Iterable[LiveGroup]) -> tuple[LiveGroup, ...]:
    """Return the owned groups that the spec neither creates nor refers to."""
    made = made_names(context)
    referred = {use.reference for use in declared_uses(context.stack.spec)}
    return tuple(
        group
        for group in marked(context, groups)
        if group.name not in made and not {group.id, group.name} & referred
    )


def holders_after(
    context: StackContext, groups: Indexed[LiveGroup], others: Sequence[Neighbor], keys: Iterable[str]
) -> Mapping[str, str]:
    """Return the name of a group that contains a key after the plan, for each of these ids of keys that has one.

    The spec's own groups do not count.
    """
    spec, made = context.stack.spec, made_names(context)
    unwanted = unwanted_groups(context, groups)
    gone = {group.id for group in unwanted if not group_users_after(others, group.id, spec)}
    return {
        key: group.name
        for key in keys
        for group in groups.having(_keys, key)
        if group.id not in gone and not (group.name in made and context.owns(group.comment))
    }


def _keys(group: LiveGroup) -> tuple[str, ...]:
    return group.keys


def _states(groups: Sequence[LiveGroup]) -> Mapping[Known, GroupState]:
    return {each.id: each.state for each in groups}


def _drifted(context: StackContext, want: WantedGroups, have: LiveGroups) -> tuple[LiveGroup, ...]:
    """Return the owned groups whose live keys differ from the spec."""
    ours = {key.name: key.id for key in marked(context, have.keys)}
    pairs = ((have.named(group.name), group) for group in want.own)
    return tuple(
        live
        for live, group in pairs
        if live is not None
        and context.owns(live.comment)
        and set(live.keys) != {ours.get(key.name, "") for key in group.keys}
    )


def _read_again(aws: Reads, have: LiveGroups, groups: Sequence[LiveGroup]) -> LiveGroups:
    """Return `have` with these groups read one by one, because lists lag and have no ETags."""
    found = GROUP.read_all(aws, [group.id for group in groups])
    fresh = {group.id: live_group(group.id, found[group.id].document, group.changed) for group in groups}
    versions = {id_: replace(version, document=fresh[id_].config) for id_, version in found.items()}
    groups = Indexed(fresh.get(group.id, group) for group in have.all) if fresh else have.all
    return replace(have, all=groups, versions=versions)


def _propose_own(
    context: StackContext, group: DeclaredGroup, have: LiveGroups, results: KindResults
) -> Proposal:
    live = have.named(group.name)
    if live is not None and not context.owns(live.comment):
        do = (
            f"write `use: {live.name}` to trust that group as it is; or choose another name, and keep "
            f"`use: {live.name}` beside it until all URLs of its keys have expired"
        )
        # The distribution's step then shows no change from this group to itself.
        taken = GROUP.name_taken(context, live, do, *group.path, "name", shared=True, use=live.name)
        brings = {context.address(KIND, group.name): {"id": live.id, "name": live.name}}
        return Proposal(brings=brings, problems=(taken,))
    keys = {key.name: results.get(context.address(KEY.kind, key.name)) for key in group.keys}
    known = {name: key for name, key in keys.items() if key is not None}
    if live is None:
        return GROUP.made(_create(context, group, known), {"name": group.name})
    # If a key is unknown, its kind reports a problem, so no step of this stack runs.
    changed = len(known) == len(keys) and set(known.values()) != set(live.keys)
    version = have.versions.get(live.id)
    return GROUP.kept(
        GROUP.relied(context, group.name, live, version.etag if version else None),
        {"id": live.id, "name": live.name},
        _change(context, group, live, known, have) if changed else (),
    )


def _create(context: StackContext, group: DeclaredGroup, keys: Mapping[str, Known]) -> Create:
    config = {"Name": group.name, "Items": list(keys.values()), "Comment": context.mark}
    # A key with a problem is shown too, although its id is unknown.
    names = sorted(key.name for key in group.keys)
    changes = (Change(f"{group.field}.public_keys", None, names),)
    reason = Reason("list the keys that may sign URLs and cookies", (*group.path, "name"), changes)
    return GROUP.create(context, group.name, config, reason)


def _change(
    context: StackContext, group: DeclaredGroup, live: LiveGroup, keys: Mapping[str, Known], have: LiveGroups
) -> tuple[Step, ...]:
    modify = _modify(context, group, live, keys, have)
    if not group_users_now(have.neighbors, live.id):
        return (modify,)
    wait = WaitUntil(
        address=modify.address,
        stage=Stage.WAIT,
        because="until every distribution that uses it is Deployed with the new keys",
        line=context.stack.line("wait"),
        until=GroupActive(live.id, tuple(keys.values())),
        seconds=context.stack.spec.wait.timeout.total_seconds(),
    )
    return (modify, wait)


def _modify(
    context: StackContext, group: DeclaredGroup, live: LiveGroup, keys: Mapping[str, Known], have: LiveGroups
) -> Modify:
    before, after = have.key_names(live.keys), sorted(keys)
    reason = Reason(
        because="the spec lists other keys",
        path=(*group.path, "public_keys"),
        changes=(Change(f"{group.field}.public_keys", before, after),),
        hazards=_hazards(context, live, keys, have),
    )
    config = {**live.config, "Items": list(keys.values())}
    return GROUP.modify(context, group.name, have.versions[live.id], config, reason)


def _creates(spec: Spec) -> tuple[str, ...]:
    """Return the names of the key groups that a spec creates, by which the spec is found."""
    return tuple(group.name for group in spec.made_key_groups)


def _hazards(
    context: StackContext, live: LiveGroup, keys: Mapping[str, Known], have: LiveGroups
) -> tuple[Hazard, ...]:
    """Return a hazard for each key that leaves before all URLs that it signed have expired."""
    spec = context.stack.spec
    in_force = set(live.keys) & set(have.active.get(live.id, live.keys))
    staying = {
        name: Successor(name, since(live, have.key(str(key))), key in in_force) for name, key in keys.items()
    }
    grace = Grace(
        declared_keys(spec),
        staying,
        spec.sign.max_validity,
        context.now,
        lambda key: _rotation(context, live.name, key),
    )
    leaving = have.key_names(key for key in live.keys if key not in keys.values())
    hazards = (grace.hazard(name) for name in leaving)
    return tuple(hazard for hazard in hazards if hazard is not None)


def _rotation(context: StackContext, group: str, key: str) -> str:
    """Return the command that replaces a key of the group; empty for a spec that is not in a file."""
    if context.stack.path == "-":
        return ""
    return f"cfstream keys rotate {shlex.join([context.stack.path, group, '--replaces', key])}{context.flags}"


def since(group: LiveGroup, key: LiveKey | None) -> "datetime | None":
    """Return the time since which a key is in a group for certain.

    AWS shows when the key was created, and when the group last changed. A run may stop between the two, and the old key
    signs until the new one has joined the group.
    """
    if key is None or key.created is None:
        return None
    return max(key.created, group.changed or key.created)


def _misspelt_replaces(want: WantedGroups, have: LiveGroups) -> Iterator[Notice]:
    """Yield a notice for each name in `replaces` that no key has, and that is similar to a key of the group."""
    # The names of all keys of the account are only collected if a group needs them.
    for group in (each for each in want.own if any(key.replaces for key in each.keys)):
        live = have.named(group.name)
        in_group = have.key_names(live.keys) if live else ()
        for key, old, near in misspelt_replaces(group, in_group, {each.name for each in have.keys}):
            what = f"{key} replaces {old}, which does not exist; the key group has a key {near}"
            yield Notice(what, do=f"write the key that {key} replaces, or delete {old} from its list")


def _propose_used(context: StackContext, use: DeclaredUse, have: LiveGroups) -> Proposal:
    live = have.resolve(use.reference)
    if live is None:
        what = f"no key group with the name or id {use.reference} exists in account {context.account}"
        creator = next(iter(having(context.beside, _creates, use.reference)), None)
        do = (
            f"the stack {creator.name} of this run creates it: apply it, then run the same command again"
            if creator
            else write_nearest(
                use.reference,
                [group.name for group in have.all],
                "apply the spec that creates it first, or name an existing group",
                "a key group of this account",
            )
        )
        return Proposal(problems=(context.stack.problem(what, do, *use.path),))
    address = context.address(KIND, use.reference)
    # Any key in the group can sign, so a changed list of keys makes a saved plan stale.
    content = {"id": live.id, "keys": sorted(live.keys)}
    return Proposal(
        brings={address: {"id": live.id, "name": live.name}},
        relied_on=(Relied(address, digest(content), document=content),),
    )


def _left(context: StackContext, have: LiveGroups) -> Iterator[Notice]:
    """Yield notices about groups and keys that stay although only the destroyed stack uses them."""
    if not context.destroying:
        return
    used = (have.resolve(use.reference) for use in declared_uses(context.stack.spec))
    named = {group.id for group in used if group}
    alone = only_own(have.neighbors, named)
    yield from GROUP.left(context, have.all, alone, named)
    keys = {key for one in alone for group in having(have.all, ids, one) for key in group.keys}
    yield from KEY.left(
        context,
        have.keys,
        [key for key in keys if all(group.id in alone for group in having(have.all, _keys, key))],
    )


def _unwanted(context: StackContext, have: LiveGroups, group: LiveGroup) -> Unwanted:
    return Unwanted(
        group,
        member=group.name,
        called=group.name,
        change=Change(f"key_groups[{group.name}].public_keys", have.key_names(group.keys), None),
        base=group.config,
        users=group_users_after(have.neighbors, group.id, context.stack.spec),
    )
