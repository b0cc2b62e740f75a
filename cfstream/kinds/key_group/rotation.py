"""Decides the next stage of a key rotation from the spec and AWS only, so that it can be interrupted at any time.

The sequence is the Developer Guide's ("Rotating key pairs"): a new key joins, the signers switch to it, the last URL of
the old key expires, and the old key leaves. Each stage is an edit of the spec. Plan and apply do the rest.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from cfstream.errors import WrongUsage
from cfstream.kinds.key_group import KeyGroupKind, since
from cfstream.kinds.key_group.grace import Grace, Successor
from cfstream.kinds.key_group.observed import LiveGroup, LiveGroups
from cfstream.ports import Reads
from cfstream.spec.key_groups import KeyGroup
from cfstream.spec.model import Spec
from cfstream.spec.stack import Stack
from cfstream.spec.wording import one_of
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.context import StackContext
from cfstream.stack.declared_keys import (
    DeclaredGroup,
    SpecPath,
    declared_groups,
    declared_keys,
    declared_uses,
)
from cfstream.stack.live_state import LiveState
from cfstream.startup.frozen import dataclass

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Begin:
    """No rotation is in progress. A new key will join and replace those in the group."""


@dataclass(frozen=True)
class ApplyFirst:
    """The spec is ahead of AWS and must be applied before the next edit. `why` is the difference."""

    why: str
    cuts: bool = False
    """Whether applying it removes a key while URLs of that key may be valid."""


@dataclass(frozen=True)
class WaitForExpiry:
    """URLs of the keys that will leave may be valid until this time."""

    leaving: tuple[str, ...]
    until: "datetime"


@dataclass(frozen=True)
class TakeOut:
    """These keys may leave the group now."""

    leaving: tuple[str, ...]


@dataclass(frozen=True)
class Complete:
    """The last rotation has ended recently. Another one begins only if the user names the keys to replace."""

    left: tuple[str, ...]


Stage: TypeAlias = Begin | ApplyFirst | WaitForExpiry | TakeOut | Complete

RECENT_DAYS = 30
"""For how long after its end a rotation counts as recent, and for twice the longest validity of a URL.

Until then, a command that is repeated once too often must not begin another rotation.
"""


def group_of(stacks: Sequence[Stack], name: str | None) -> tuple[Stack, DeclaredGroup]:
    """Return the key group with this name, or the only one, and its stack. Raises WrongUsage if there is none."""
    made = {group.name: (stack, group) for stack in stacks for group in declared_groups(stack.spec)}
    if name in made:
        return made[name]
    if name is None and len(made) == 1:
        return next(iter(made.values()))
    if name is None and made:
        raise WrongUsage(f"the spec declares {len(made)} key groups", f"name one of {', '.join(made)}")
    used = [use.reference for stack in stacks for use in declared_uses(stack.spec)]
    if name in used or (used and not made):
        raise WrongUsage(
            f"the spec only refers to the key group {name or used[0]}, and cfstream never changes such a group",
            "rotate it with the spec that declares it; if none does, add a group of your own to key_groups, apply, and "
            f"remove `use: {name or used[0]}` when all URLs of its keys have expired",
        )
    raise WrongUsage(
        f"the spec declares no key group{f' {name}' if name else ''}",
        one_of(name or "", made) if made else "declare one in key_groups",
    )


def places_of(spec: Spec, name: str) -> tuple[SpecPath, ...]:
    """Return the path of each list of keys of this group. A spec may have the group several times."""
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
    """Return the keys of the group that another of its keys replaces."""
    replaced = {old for key in group.keys for old in key.replaces}
    return tuple(key.name for key in group.keys if key.name in replaced)


def gone_keys(group: DeclaredGroup) -> tuple[str, ...]:
    """Return the replaced keys that are no longer in the group."""
    here = {key.name for key in group.keys}
    return tuple(dict.fromkeys(old for key in group.keys for old in key.replaces if old not in here))


def unreplaced_keys(group: DeclaredGroup) -> tuple[str, ...]:
    """Return the keys of the group that no other of its keys replaces."""
    leaving = leaving_keys(group)
    return tuple(key.name for key in group.keys if key.name not in leaving)


def stage_of(aws: Reads, context: StackContext, group: DeclaredGroup) -> Stage:
    """Return the next stage. Reads from AWS unless the group was never rotated. Raises as `Reads.read`."""
    leaving = leaving_keys(group)
    if not any(key.replaces for key in group.keys):
        return Begin()
    want = KeyGroupKind().desire(context)
    have = KeyGroupKind().observe(aws, LiveState(AccountLists(aws, context.now), context), want)
    live = have.named(group.name)
    if live is None:
        return ApplyFirst(f"the key group {group.name} does not exist in AWS yet")
    ahead = _ahead(group, live, have) or ("" if leaving else _left(context, group, live, have))
    if ahead:
        return ApplyFirst(ahead, cuts=_cuts(context, group, live, have))
    if not leaving:
        return Complete(gone_keys(group)) if _recent(context, group, live, have) else Begin()
    return _leaving_stage(context, group, live, have)


def new_name(old: str, today: "datetime", taken: Iterable[str]) -> str:
    """Return a name for a key's successor: with this month in place of a month, or the next number."""
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
    """Return the names of all keys in the spec, including replaced keys that no longer exist."""
    keys = declared_keys(spec)
    return (*(key.name for key in keys), *(old for key in keys for old in key.replaces))


def _ahead(group: DeclaredGroup, live: LiveGroup, have: LiveGroups) -> str:
    """Return how the spec and AWS differ; empty if they agree."""
    there, wanted = set(have.key_names(live.keys)), {key.name for key in group.keys}
    missing, extra = sorted(wanted - there), sorted(there - wanted)
    if missing:
        return f"{', '.join(missing)} is not in the group in AWS yet"
    return f"{', '.join(extra)} is still in the group in AWS" if extra else ""


def _recent(context: StackContext, group: DeclaredGroup, live: LiveGroup, have: LiveGroups) -> bool:
    """Return whether a new key joined the live group, or an old one left it, not long ago."""
    new = {key.name for key in group.keys if key.replaces}
    joined = [since(live, key) for id_ in live.keys if (key := have.key(id_)) and key.name in new]
    known = [time for time in joined if time is not None]
    if not known or context.now is None:
        return False
    age = context.now - max(known)
    return age.days < RECENT_DAYS or age < 2 * context.stack.spec.sign.max_validity


def _cuts(context: StackContext, group: DeclaredGroup, live: LiveGroup, have: LiveGroups) -> bool:
    """Return whether the spec removes a key from the live group while its URLs may still be valid."""
    there = set(have.key_names(live.keys))
    leaving = there - {key.name for key in group.keys}
    staying = replace(group, keys=tuple(key for key in group.keys if key.name in there))
    grace = Grace(
        declared_keys(context.stack.spec),
        _staying(staying, live, have, ()),
        context.stack.spec.sign.max_validity,
        context.now,
    )
    return any(grace.hazard(name) is not None for name in leaving)


def _left(context: StackContext, group: DeclaredGroup, live: LiveGroup, have: LiveGroups) -> str:
    """Return what still exists of keys that have left the group; empty if the rotation is finished."""
    signs = set(have.active.get(live.id, ())) - set(live.keys)
    if signs:
        return f"{', '.join(have.key_names(signs))} is still active at the edges"
    gone = {old for key in group.keys for old in key.replaces} - {
        key.name for key in declared_keys(context.stack.spec)
    }
    held = {key for one in have.all for key in one.keys}
    there = sorted(
        key.name for key in have.keys if context.owns(key.comment) and key.name in gone and key.id not in held
    )
    return f"{', '.join(there)} still exists in AWS" if there else ""


def _leaving_stage(context: StackContext, group: DeclaredGroup, live: LiveGroup, have: LiveGroups) -> Stage:
    validity, now = context.stack.spec.sign.max_validity, context.now
    leaving = leaving_keys(group)
    staying = _staying(group, live, have, leaving)
    waiting = sorted(name for name, key in staying.items() if not key.active)
    if waiting:
        return ApplyFirst(f"{', '.join(waiting)} is not active at the edges yet")
    grace = Grace(declared_keys(context.stack.spec), staying, validity, now)
    free = tuple(name for name in leaving if grace.hazard(name) is None)
    if free:
        return TakeOut(free)
    joined = [key.since for key in staying.values() if key.since is not None]
    return (
        WaitForExpiry(leaving, max(joined) + validity)
        if joined
        else ApplyFirst("it is unknown when the new key was created")
    )


def _staying(
    group: DeclaredGroup, live: LiveGroup, have: LiveGroups, leaving: tuple[str, ...]
) -> Mapping[str, Successor]:
    known = {key.name: key for id_ in live.keys if (key := have.key(id_))}
    in_force = set(have.active.get(live.id, live.keys))
    return {
        key.name: Successor(key.name, since(live, known[key.name]), known[key.name].id in in_force)
        for key in group.keys
        if key.name not in leaving
    }
