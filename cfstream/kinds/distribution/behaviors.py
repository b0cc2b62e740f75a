"""Cache behaviors: who may sign on each, their order, and the ones that the spec adds.

Signers are owned on every behavior that leads to our bucket, named in the spec or not: a path that nobody thought of
must not be the open door. No behavior is ever deleted, and signers come off one only where the spec names it public.
"""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cfstream.kinds.cache_policies import name_of
from cfstream.kinds.distribution.heirs import GroupKeys, unless_inherited
from cfstream.kinds.distributions import counted, items
from cfstream.kinds.fields import (
    Field,
    normal_signers,
    opened,
    overlay,
    removal_danger,
    signers_of,
    switched,
)
from cfstream.kinds.kind import Scene
from cfstream.steps.step import Change, Hazard
from cfstream.values import Json, Known


@dataclass(frozen=True)
class Signers:
    """Who may sign on a behavior: accounts (the legacy form) or key groups, by id; neither: nobody needs to."""

    accounts: tuple[str, ...] = ()
    groups: frozenset[Known] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.accounts or self.groups)


@dataclass(frozen=True)
class WantedBehavior:
    """A behavior that the spec names. `signers` None means: as the default behavior's."""

    path: str
    number: int
    public: bool
    signers: Signers | None
    cache_policy: str | None
    """The policy's id; None where the spec does not manage it."""


@dataclass(frozen=True)
class Wanted:
    """What the spec says of behaviors, ids filled in."""

    account: str
    public: bool
    default: Signers
    named: tuple[WantedBehavior, ...]
    group_names: Mapping[str, str]
    """Names of key groups by the text of their id, for people."""
    group_keys: GroupKeys
    policy_names: Mapping[str, str]
    """Ids of the account's own cache policies, by name."""

    def show_groups(self, ids: Iterable[Known]) -> list[str]:
        """Key groups as people call them."""
        return sorted(self.group_names.get(str(id_), str(id_)) for id_ in ids)


def wanted_signers(scene: Scene, part: Any, group_id: Callable[[str], Known]) -> Signers | None:
    """The signers that a part of the spec (the whole, or a behavior) names; None when it names none."""
    if part.key_groups is not None:
        names = [group.use if hasattr(group, "use") else group.name for group in part.key_groups]
        return Signers(groups=frozenset(group_id(name) for name in names))
    if part.trusted_signers is not None:
        return Signers(accounts=normal_signers(part.trusted_signers, scene.account))
    return None


def behavior(config: Json, path: str) -> Any:
    """The behavior of a config with this path pattern; the default one for the empty path."""
    if not path:
        return config["DefaultCacheBehavior"]
    return next(raw for raw in items(config.get("CacheBehaviors")) if raw["PathPattern"] == path)


def paths(config: Json) -> list[str]:
    """The path patterns of a config, in order."""
    return [raw["PathPattern"] for raw in items(config.get("CacheBehaviors"))]


def place(config: dict[str, Any], wanted: Wanted, *, creating: bool) -> tuple[list[Change], list[Hazard]]:
    """Adds the behaviors that are missing and puts the named ones in order; tells what that changed."""
    if creating:
        raws = [_new(config, wanted, named) for named in wanted.named]
        config["CacheBehaviors"] = counted(raws)
        return [_added(wanted, named) for named in wanted.named], []
    live = items(config.get("CacheBehaviors"))
    before = [raw["PathPattern"] for raw in live]
    names = [named.path for named in wanted.named]
    live = _in_order(live, names)
    changes = []
    if [raw["PathPattern"] for raw in live] != before:
        changes.append(
            Change(
                "http.behaviors",
                [path for path in before if path in names],
                [p for p in names if p in before],
            )
        )
    hazards: list[Hazard] = []
    for named in reversed(wanted.named):
        if named.path not in before:
            live.insert(_position(live, names, named.path), _new(config, wanted, named))
            changes.append(_added(wanted, named))
            hazards += _dangers(config, wanted, named)
    if changes:
        config["CacheBehaviors"] = counted(live)
    return changes, hazards


def fields(config: Json, wanted: Wanted, ours: frozenset[str]) -> list[Field]:
    """The owned fields of the behaviors at the paths in `ours`: those that lead to our bucket."""
    owned: list[Field] = []
    named = {one.path: one for one in wanted.named}
    for path in ["", *paths(config)]:
        if path not in ours:
            continue
        signers = _signers_wanted(wanted, path, named.get(path))
        if signers is not None:
            owned += _signer_fields(wanted, path, signers, named.get(path))
        if path in named and named[path].cache_policy is not None:
            owned.append(cache_policy_field(path, str(named[path].cache_policy), wanted.policy_names))
    return owned


def cache_policy_field(path: str, policy_id: str, own: Mapping[str, str]) -> Field:
    """The cache policy of a behavior. A policy and the legacy ForwardedValues exclude each other (CacheBehavior)."""

    def write(config: dict[str, Any], value: Any) -> None:
        raw = behavior(config, path)
        raw["CachePolicyId"] = value
        for legacy in ("ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL"):
            raw.pop(legacy, None)

    return Field(
        f"{label(path)}cache_policy" if path else "http.cache_policy",
        policy_id,
        lambda config: behavior(config, path).get("CachePolicyId", ""),
        write,
        show=lambda value: name_of(value, own) if value else None,
    )


def label(path: str) -> str:
    """How a behavior's fields begin in a plan; the default behavior's stand at the top of the spec."""
    return f"http.behaviors[{path}]." if path else ""


def _signers_wanted(wanted: Wanted, path: str, named: WantedBehavior | None) -> Signers | None:
    """What a live behavior's signers shall be; None where they are left as they are."""
    if not path:
        return wanted.default if wanted.default or wanted.public else None
    if named is not None and named.public:
        return Signers()
    if named is not None and named.signers is not None:
        return named.signers
    return wanted.default or None


def _signer_fields(wanted: Wanted, path: str, signers: Signers, named: WantedBehavior | None) -> list[Field]:
    public = named.public if named else not path and wanted.public
    asked = "`public: true`" if public else ""
    where = f"what matches {path}" if path else "the default behavior"

    def element(name: str) -> Callable[[dict[str, Any], Any], None]:
        def write(config: dict[str, Any], value: Any) -> None:
            behavior(config, path)[name] = switched(sorted(value, key=str))

        return write

    open_to_all = opened(f"{label(path)}public", lambda config: _signed(behavior(config, path)))
    return [
        *([open_to_all] if public else []),
        Field(
            f"{label(path)}trusted_signers",
            signers.accounts,
            lambda config: signers_of(behavior(config, path), wanted.account),
            element("TrustedSigners"),
            danger=removal_danger("account", where, others=bool(signers.groups), asked=asked),
        ),
        Field(
            f"{label(path)}key_groups",
            signers.groups,
            lambda config: frozenset(items(behavior(config, path).get("TrustedKeyGroups"))),
            element("TrustedKeyGroups"),
            show=wanted.show_groups,
            danger=unless_inherited(
                removal_danger("key group", where, others=bool(signers.accounts), asked=asked),
                wanted.group_keys,
            ),
        ),
    ]


def _signed(raw: Json) -> bool:
    return bool(items(raw.get("TrustedSigners")) or items(raw.get("TrustedKeyGroups")))


def _in_order(live: Sequence[Any], names: Sequence[str]) -> list[Any]:
    """The live behaviors with the named ones in the spec's order; all others keep their places."""
    by_path = {raw["PathPattern"]: raw for raw in live}
    following = iter([by_path[name] for name in names if name in by_path])
    return [next(following) if raw["PathPattern"] in names else raw for raw in live]


def _position(live: Sequence[Any], names: Sequence[str], new: str) -> int:
    """Where a new behavior goes: before the next named one, else behind the named one before it, else first.

    Behind the one before it, for anything else would turn the spec's order of precedence around.
    """
    placed = {raw["PathPattern"]: index for index, raw in enumerate(live)}
    own = names.index(new)
    following = [placed[name] for name in names[own + 1 :] if name in placed]
    if following:
        return following[0]
    preceding = [placed[name] for name in names[:own] if name in placed]
    return preceding[-1] + 1 if preceding else 0


def _new(config: Json, wanted: Wanted, named: WantedBehavior) -> dict[str, Any]:
    """A behavior as the default one, but for its path and what the spec says of it."""
    raw: dict[str, Any] = copy.deepcopy(dict(config["DefaultCacheBehavior"]))
    raw["PathPattern"] = named.path
    signers = Signers() if named.public else (named.signers if named.signers is not None else wanted.default)
    raw["TrustedSigners"] = switched(signers.accounts)
    raw["TrustedKeyGroups"] = switched(sorted(signers.groups, key=str))
    if named.cache_policy is not None:
        raw["CachePolicyId"] = named.cache_policy
        for legacy in ("ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL"):
            raw.pop(legacy, None)
    return raw


def _added(wanted: Wanted, named: WantedBehavior) -> Change:
    after: dict[str, Any] = {}
    if named.public:
        after["public"] = True
    if named.signers is not None and named.signers.groups:
        after["key_groups"] = wanted.show_groups(named.signers.groups)
    if named.signers is not None and named.signers.accounts:
        after["trusted_signers"] = list(named.signers.accounts)
    if named.cache_policy is not None:
        after["cache_policy"] = name_of(named.cache_policy, wanted.policy_names)
    return Change(f"http.behaviors[{named.path}]", None, after or {"public": False})


def _dangers(config: Json, wanted: Wanted, named: WantedBehavior) -> tuple[Hazard, ...]:
    """What a new behavior means for those who get what matches it by the default one until now."""
    signers = Signers() if named.public else named.signers
    if signers is None:
        return ()
    as_default = {"CacheBehaviors": counted([{**config["DefaultCacheBehavior"], "PathPattern": named.path}])}
    return overlay(as_default, _signer_fields(wanted, named.path, signers, named)).hazards
