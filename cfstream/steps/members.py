"""Compare two lists by their members."""

from typing import Any

from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class Members:
    """What differs between two lists. A reader must not take the new members for the whole new list."""

    added: tuple[Any, ...]
    removed: tuple[Any, ...]
    kept: int


def members(before: Any, after: Any) -> Members | None:
    """Return the new and removed members of two lists; None if either is empty, or only the order differs."""
    if not (isinstance(before, list) and isinstance(after, list) and before and after):
        return None
    gone, stayed = list(before), 0
    came = []
    for item in after:
        if item in gone:
            gone.remove(item)
            stayed += 1
        else:
            came.append(item)
    return Members(tuple(came), tuple(gone), stayed) if came or gone else None
