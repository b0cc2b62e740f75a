"""CloudFront's counted lists: ``{"Quantity": 2, "Items": [...]}``."""

from collections.abc import Iterable
from typing import Any, Final

ORDERED: Final = frozenset({"CacheBehaviors", "Members"})
"""Lists that AWS evaluates in order: the first behavior that matches wins, the first origin of a group is asked first.
All other lists are sets (Developer Guide, "Cache behavior settings", "Create an origin group")."""


def items(listing: Any) -> list[Any]:
    """Return the items of a counted list. AWS leaves `Items` out when there are none (API, `Aliases`)."""
    return list((listing or {}).get("Items") or ())


def counted(values: Iterable[Any]) -> dict[str, Any]:
    """Return a list as CloudFront expects it, with its Quantity."""
    listed = list(values)
    return {"Quantity": len(listed), **({"Items": listed} if listed else {})}
