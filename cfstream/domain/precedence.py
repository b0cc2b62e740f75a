"""The order of behaviors: a spec gives the order of those that it names, and all others keep their places."""

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

from cfstream.domain.path_pattern import PathPattern

B = TypeVar("B")
PatternOf: TypeAlias = Callable[[B], PathPattern]


def places(behaviors: Sequence[B], pattern_of: PatternOf[B]) -> dict[PathPattern, int]:
    """Return where each pattern is. Of two that match alike, only the first has an effect."""
    found: dict[PathPattern, int] = {}
    for place, each in enumerate(behaviors):
        found.setdefault(pattern_of(each), place)
    return found


def in_order(live: Sequence[B], order: Sequence[PathPattern], pattern_of: PatternOf[B]) -> list[B]:
    """Return the live behaviors with the named ones in the spec's order; all others keep their places."""
    known = places(live, pattern_of)
    named = [known[pattern] for pattern in order if pattern in known]
    moved = dict(zip(sorted(named), named, strict=True))
    return [live[moved.get(place, place)] for place in range(len(live))]


def insert(live: list[B], order: Sequence[PathPattern], new: Sequence[B], pattern_of: PatternOf[B]) -> None:
    """Insert the named behaviors `new`, which are not live yet, at their places in the spec's order."""
    for each in reversed(new):
        live.insert(_position(live, order, pattern_of(each), pattern_of), each)


def _position(
    live: Sequence[B], order: Sequence[PathPattern], new: PathPattern, pattern_of: PatternOf[B]
) -> int:
    """Return where a new behavior goes: before the next named one, else after the previous named one, else first.

    Any other place would invert the order of precedence of the spec.
    """
    known = places(live, pattern_of)
    own = order.index(new)
    following = [known[pattern] for pattern in order[own + 1 :] if pattern in known]
    if following:
        return following[0]
    preceding = [known[pattern] for pattern in order[:own] if pattern in known]
    return preceding[-1] + 1 if preceding else 0
