"""Chooses the patterns that distinguish keys: all, or the most important ones that fit into the limits."""

from collections.abc import Callable, Hashable, Sequence

from cfstream.access.cells import STATES, Cells, cells
from cfstream.access.globs import Glob

_NOTHING = Glob(())
"""The glob that no key matches. It replaces one that is left out, so that the others keep their index."""

_FEWER = STATES // 8
"""The number of states that an attempt with fewer patterns may visit: there are several attempts."""


def fitted(
    globs: Sequence[Glob],
    signature: Callable[[int], Hashable],
    *,
    ordered: Sequence[Sequence[int]],
    preferred: Sequence[int],
    limit: int,
) -> tuple[Cells, int]:
    """Return cells for as many globs as the limits allow, and a bit mask of the globs that are left out.

    `preferred` lists the indices of all globs; the first ones are left out last. No cell is merged: a glob that
    is left out may match some keys of each cell, and the caller decides what that means.
    """
    found = cells(globs, signature, ordered=ordered, limit=limit)
    if not found.merged:
        return found, 0
    kept: set[int] = set()

    def split(places: set[int]) -> Cells:
        tried = [each if place in places else _NOTHING for place, each in enumerate(globs)]
        return cells(tried, signature, ordered=ordered, limit=limit, states=_FEWER)

    found = split(kept)
    waiting = [list(preferred)]
    while waiting:
        part = waiting.pop()
        tried = split(kept | set(part))
        if not tried.merged:
            found = tried
            kept.update(part)
        elif len(part) > 1:
            half = len(part) // 2
            waiting += [part[half:], part[:half]]
    return found, sum(1 << place for place in preferred if place not in kept)
