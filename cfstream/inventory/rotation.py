"""Where a rotation of a key group stands: told by the spec and by AWS alone, so that it can be stopped anywhere.

The sequence is the Developer Guide's ("Rotating key pairs"): a new key joins, the signers change over, the last URL of
the old key runs out, the old key leaves. Each stage is an edit of the spec; plan and apply do the rest.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from cfstream.errors import WrongUsage
from cfstream.kinds.key_group import KeyGroupKind, since
from cfstream.kinds.key_group.grace import Grace, Successor
from cfstream.kinds.key_group.observed import LiveGroup, LiveGroups
from cfstream.ports import Reads
from cfstream.spec.model import KeyGroup, Spec
from cfstream.spec.stack import Stack
from cfstream.stack.declared_keys import DeclaredGroup, SpecPath, declared_groups, declared_keys
from cfstream.stack.scene import Scene
from cfstream.stack.surroundings import Surroundings

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Begin:
    """No rotation is under way: a new key is to join, and to replace those in the group."""


@dataclass(frozen=True)
class ApplyFirst:
    """The spec is ahead of AWS: nothing more is to be written before it is applied. `why` says what is missing."""

    why: str
    cuts: bool = False
    """Whether a key leaves by it while URLs of that key may be valid."""


@dataclass(frozen=True)
class Wait:
    """URLs of the keys that leave may be valid until then."""

    leaving: tuple[str, ...]
    until: "datetime"


@dataclass(frozen=True)
class TakeOut:
    """These keys may leave the group now."""

    leaving: tuple[str, ...]


Stage: TypeAlias = Begin | ApplyFirst | Wait | TakeOut


def group_of(stacks: Iterable[Stack], name: str | None) -> tuple[Stack, DeclaredGroup]:
    """The stack that makes the key group of this name, or the only one, and the group. Raises WrongUsage for none."""
    made = {group.name: (stack, group) for stack in stacks for group in declared_groups(stack.spec)}
    if name in made:
        return made[name]
    if name is None and len(made) == 1:
        return next(iter(made.values()))
    if name is None and made:
        raise WrongUsage(f"the spec makes {len(made)} key groups", f"name one of {', '.join(made)}")
    raise WrongUsage(
        f"the spec makes no key group {name or 'at all'}",
        f"it makes {', '.join(made)}"
        if made
        else "it makes none; a group of others is rotated by the spec that makes it",
    )


def places_of(spec: Spec, name: str) -> tuple[SpecPath, ...]:
    """The path of each list of keys of this group: it may be written in more than one place."""
    lists: list[tuple[SpecPath, Iterable[object]]] = [(("key_groups",), spec.key_groups or ())]
    lists += [
        (("http", "behaviors", n, "key_groups"), behavior.key_groups or ())
        for n, behavior in enumerate(spec.http.behaviors)
    ]
    return tuple(
        (*path, number, "public_keys")
        for path, groups in lists
        for number, group in enumerate(groups)
        if isinstance(group, KeyGroup) and group.name == name
    )


def leaving_keys(group: DeclaredGroup) -> tuple[str, ...]:
    """The keys of the group that another of its keys replaces."""
    replaced = {old for key in group.keys for old in key.replaces}
    return tuple(key.name for key in group.keys if key.name in replaced)


def stage_of(aws: Reads, scene: Scene, group: DeclaredGroup) -> Stage:
    """Which stage comes next. Asks AWS unless the group was never rotated; raises as `Reads.read`."""
    leaving = leaving_keys(group)
    if not any(key.replaces for key in group.keys):
        return Begin()
    kind = KeyGroupKind()
    have = kind.observe(aws, Surroundings(aws, scene), kind.desire(scene))
    live = have.named(group.name)
    if live is None:
        return ApplyFirst(f"the key group {group.name} is not in AWS yet")
    ahead = _ahead(group, live, have) or ("" if leaving else _left(group, live, have, scene.stack.spec))
    if ahead:
        return ApplyFirst(ahead, cuts=_cuts(scene, group, live, have))
    if not leaving:
        return Begin()
    return _leaving_stage(scene, group, live, have)


def new_name(old: str, today: "datetime", taken: Iterable[str]) -> str:
    """A name for the successor of a key: with the month in place of a month, the next number in place of a number."""
    used = set(taken)
    month = f"{today:%Y-%m}"
    dated = re.fullmatch(r"(.*?)-?\d{4}-\d{2}(-\d{2})?(-\d+)?", old)
    numbered = re.fullmatch(r"(.*-)(\d{1,3})", old)
    if numbered and not dated:
        count = int(numbered[2]) + 1
        while f"{numbered[1]}{count}" in used:
            count += 1
        return f"{numbered[1]}{count}"
    stem = (dated[1] if dated else old)[:100]
    first = f"{stem}-{month}".lstrip("-")
    names = (first, f"{first}-{today:%d}", *(f"{first}-{today:%d}-{n}" for n in range(2, 1000)))
    return next(name for name in names if name not in used)


def names_taken(spec: Spec) -> tuple[str, ...]:
    """The names of all keys that the spec names, also of those that are gone and only replaced."""
    keys = declared_keys(spec)
    return (*(key.name for key in keys), *(old for key in keys for old in key.replaces))


def _ahead(group: DeclaredGroup, live: LiveGroup, have: LiveGroups) -> str:
    """What the spec has and AWS has not, or the reverse; empty when they agree."""
    there, wanted = set(have.names(live.keys)), {key.name for key in group.keys}
    missing, extra = sorted(wanted - there), sorted(there - wanted)
    if missing:
        return f"{', '.join(missing)} did not join the group in AWS yet"
    return f"{', '.join(extra)} did not leave the group in AWS yet" if extra else ""


def _cuts(scene: Scene, group: DeclaredGroup, live: LiveGroup, have: LiveGroups) -> bool:
    """Whether the spec takes a key out of the live group before its time."""
    there = set(have.names(live.keys))
    leaving = there - {key.name for key in group.keys}
    staying = replace(group, keys=tuple(key for key in group.keys if key.name in there))
    grace = Grace(
        declared_keys(scene.stack.spec),
        _staying(staying, live, have, ()),
        scene.stack.spec.sign.max_validity,
        scene.now,
    )
    return any(grace.hazard(name) is not None for name in leaving)


def _left(group: DeclaredGroup, live: LiveGroup, have: LiveGroups, spec: Spec) -> str:
    """What is still there of keys that have left the group; empty when the rotation is at its end."""
    signs = set(have.active.get(live.id, ())) - set(live.keys)
    if signs:
        return f"{', '.join(have.names(signs))} did not leave the edges yet"
    gone = {old for key in group.keys for old in key.replaces} - {key.name for key in declared_keys(spec)}
    held = {key for one in have.all for key in one.keys}
    there = sorted(
        key.name for id_, key in have.keys.items() if key.ours and key.name in gone and id_ not in held
    )
    return f"{', '.join(there)} is not deleted in AWS yet" if there else ""


def _leaving_stage(scene: Scene, group: DeclaredGroup, live: LiveGroup, have: LiveGroups) -> Stage:
    validity, now = scene.stack.spec.sign.max_validity, scene.now
    leaving = leaving_keys(group)
    staying = _staying(group, live, have, leaving)
    waiting = sorted(name for name, key in staying.items() if not key.active)
    if waiting:
        return ApplyFirst(f"{', '.join(waiting)} is not in force at the edges yet")
    grace = Grace(declared_keys(scene.stack.spec), staying, validity, now)
    free = tuple(name for name in leaving if grace.hazard(name) is None)
    if free:
        return TakeOut(free)
    joined = [key.since for key in staying.values() if key.since is not None]
    return (
        Wait(leaving, max(joined) + validity)
        if joined
        else ApplyFirst("it is not known when the new key was made")
    )


def _staying(
    group: DeclaredGroup, live: LiveGroup, have: LiveGroups, leaving: tuple[str, ...]
) -> Mapping[str, Successor]:
    ids = {have.keys[id_].name: id_ for id_ in live.keys if id_ in have.keys}
    in_force = set(have.active.get(live.id, live.keys))
    return {
        key.name: Successor(key.name, since(live, have.keys[ids[key.name]]), ids[key.name] in in_force)
        for key in group.keys
        if key.name not in leaving
    }
