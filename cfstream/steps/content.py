"""When two documents of AWS say the same: order of sets, `Items` left out at zero and outer spaces do not count."""

from collections.abc import Mapping
from typing import Any

from cfstream.values import digest

ORDERED = frozenset({"CacheBehaviors", "Members"})
"""Fields whose `Items` AWS evaluates in order: the first behavior that matches wins, the first origin of a group is
asked first; all other lists are sets (Developer Guide, "Cache behavior settings", "Create an origin group")."""


def canonical(value: Any, field: str = "") -> Any:
    """`value` in the one form that all its spellings share.

    Law: equal forms if and only if AWS would act the same on both.
    """
    match value:
        case Mapping():
            return _canonical_mapping(value, field)
        case list() | tuple():
            items = [canonical(item) for item in value]
            return items if field in ORDERED else sorted(items, key=digest)
        case str():
            return value.strip()
    return value


def _canonical_mapping(value: Mapping[str, Any], field: str) -> Any:
    counted = "Quantity" in value
    return {
        name: canonical(item, field if name == "Items" else name)
        for name, item in value.items()
        if not (counted and name == "Items" and not item)
    }


def same(one: Any, other: Any) -> bool:
    """Whether two documents say the same."""
    return bool(canonical(one) == canonical(other))


def covers(live: Any, wanted: Any, field: str = "") -> bool:
    """Whether `live` says all that `wanted` says; what it says beyond that (AWS's defaults) is no difference."""
    match wanted:
        case Mapping():
            return isinstance(live, Mapping) and all(
                covers(live.get(name), item, field if name == "Items" else name)
                or (item in ("", [], None, {"Quantity": 0}) and name not in live)
                for name, item in wanted.items()
            )
        case list() | tuple():
            return _covers_list(live if live is not None else [], wanted, field)
        case str():
            return isinstance(live, str) and live.strip() == wanted.strip()
    return bool(live == wanted)


def _covers_list(live: Any, wanted: list[Any] | tuple[Any, ...], field: str) -> bool:
    if not isinstance(live, list | tuple) or len(live) != len(wanted):
        return False
    if field in ORDERED:
        return all(covers(have, want) for have, want in zip(live, wanted, strict=True))
    return _covers_set(list(live), wanted)


def _covers_set(live: list[Any], wanted: list[Any] | tuple[Any, ...]) -> bool:
    for want in wanted:
        found = next((have for have in live if covers(have, want)), None)
        if found is None:
            return False
        live.remove(found)
    return True


def differences(before: Any, after: Any, path: str = "") -> tuple[str, ...]:
    """What moved between two documents, a line a field: ``Comment: 'old' -> 'new'``; for reports of what is stale."""
    if same(before, after):
        return ()
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        names = sorted({*before, *after})
        return tuple(
            line
            for name in names
            for line in differences(before.get(name), after.get(name), f"{path}.{name}" if path else name)
        )
    return (f"{path or 'all of it'}: {before!r} -> {after!r}",)
