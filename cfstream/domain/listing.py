"""CloudFront's counted lists: ``{"Quantity": 2, "Items": [...]}``."""

from collections.abc import Iterable
from typing import Any


def items(listing: Any) -> list[Any]:
    """Return the items of a counted list. AWS leaves `Items` out when there are none (API, `Aliases`)."""
    return list((listing or {}).get("Items") or ())


def counted(values: Iterable[Any]) -> dict[str, Any]:
    """Return a list as CloudFront expects it, with its Quantity."""
    listed = list(values)
    return {"Quantity": len(listed), **({"Items": listed} if listed else {})}
