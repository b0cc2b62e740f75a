"""Which patterns tell keys apart: all of them, or as many as fit into the limits, the most important ones first."""

from collections.abc import Callable, Hashable, Sequence

from cfstream.access.cells import STATES, Cells, cells
from cfstream.access.globs import Glob

_NOTHING = Glob(())
"""The glob that no key matches. It takes the place of one that is left out, so that the others keep theirs."""

_FEWER = STATES // 8
"""How many states an attempt with fewer patterns may visit. There are several attempts, and each takes its time."""


def fitted(
    globs: Sequence[Glob],
    signature: Callable[[int], Hashable],
    *,
    ordered: Sequence[Sequence[int]],
    preferred: Sequence[int],
    limit: int,
) -> tuple[Cells, int]:
    """Return cells for as many globs as the limits allow, and the globs that are left out as a bit mask.

    `preferred` lists the places of all globs; those that come first are left out last. No cell is merged: a glob that
    is left out matches some keys of each cell, perhaps, and the caller decides what that means.
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
