"""Compare documents of AWS: order of sets, absent `Items` of empty lists and outer spaces do not count."""

from collections.abc import Mapping
from typing import Any

from cfstream.domain.listing import ORDERED
from cfstream.secret_values import without_secrets
from cfstream.values import digest

__all__ = ["canonical", "covers", "same", "without_secrets"]


def canonical(value: Any, field: str = "") -> Any:
    """Return `value` in the one form that all its spellings share.

    Law: equal forms if and only if AWS would act the same on both.
    """
    if value.__class__ is str:
        return value.strip()
    match value:
        case Mapping():
            return _canonical_mapping(value, field)
        case list() | tuple():
            items = [canonical(item) for item in value]
            return items if field in ORDERED or len(items) < 2 else sorted(items, key=digest)
    return value


def _canonical_mapping(value: Mapping[str, Any], field: str) -> Any:
    counted = "Quantity" in value
    return {
        name: canonical(item, field if name == "Items" else name)
        for name, item in value.items()
        if not (counted and name == "Items" and not item)
    }


def same(one: Any, other: Any) -> bool:
    """Return whether two documents mean the same."""
    return bool(canonical(one) == canonical(other))


def covers(live: Any, wanted: Any, field: str = "") -> bool:
    """Return whether `live` has everything in `wanted`. Further members, like AWS's defaults, are not a difference."""
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
