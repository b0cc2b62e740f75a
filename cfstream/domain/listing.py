"""CloudFront's counted lists: ``{"Quantity": 2, "Items": [...]}``."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

ORDERED: Final = frozenset({"CacheBehaviors", "Members"})
"""Lists that AWS evaluates in order: the first matching behavior wins, and the first origin of a group is tried first.
All other lists are sets (Developer Guide, "Cache behavior settings", "Create an origin group")."""


def items(listing: Any) -> list[Any]:
    """Return the items of a counted list. AWS omits `Items` from an empty one (API, `Aliases`)."""
    return list((listing or {}).get("Items") or ())


def counted(values: Iterable[Any]) -> dict[str, Any]:
    """Return a list as CloudFront expects it, with its Quantity."""
    listed = list(values)
    return {"Quantity": len(listed), **({"Items": listed} if listed else {})}


def without_counts(value: Any) -> Any:
    """Return a document with plain lists for counted ones, for people and programs that read it."""
    match value:
        case {"Quantity": int()} if value.keys() <= {"Quantity", "Items"}:
            return [without_counts(each) for each in items(value)]
        case Mapping():
            return {name: without_counts(each) for name, each in value.items()}
    return value
