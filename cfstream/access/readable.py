"""The paths of a behavior that statements let CloudFront read: both patterns must match. Pure."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from cfstream.access.cells import TooManyStates, includes, intersect_witness
from cfstream.access.evaluation import ReadAccess
from cfstream.access.globs import Glob
from cfstream.access.model import AccessModel
from cfstream.access.partition import resource_globs

MOST = 16
"""Resources of the statements of one way that are compared with its behavior. With more, its whole pattern is shown."""


def readable_paths(model: AccessModel, access: ReadAccess) -> tuple[str, ...]:
    """Return the paths that a way through a behavior leads to: its pattern, or what the statements leave of it.

    The whole pattern, if they leave what a few patterns cannot say.
    """
    behavior, resources = access.behavior, [each.resources for each in access.statements]
    if access.path or behavior is None:
        return (access.path,)
    whole = (behavior.pattern.absolute,)
    if not resources or not all(resources):
        return whole
    origin = access.origin.path.removeprefix("/") if access.origin else ""
    root = f"{origin}/" if origin else ""
    pattern = Glob.of_path_pattern(behavior.pattern.relative, root)
    granted = (glob for some in resources for each in some for glob in resource_globs(model, each).may)
    parts = _common(pattern, tuple(dict.fromkeys(granted)))
    return tuple(sorted(f"/{each}".replace(f"/{root}", "/", 1) for each in parts)) or whole


@lru_cache(maxsize=4096)
def _common(pattern: Glob, granted: tuple[Glob, ...]) -> tuple[Glob, ...]:
    """Return the keys that the pattern and one of the other globs match; nothing if that is the whole pattern."""
    if len(granted) > MOST:
        return ()
    parts = [part for each in granted for part in _both(pattern, each)]
    return () if pattern in parts else tuple(_widest(parts))


def overlap(one: str, other: str) -> bool:
    """Return whether a path may match two patterns of paths."""
    try:
        return intersect_witness([Glob.of_path_pattern(one), Glob.of_path_pattern(other)]) is not None
    except TooManyStates:
        return True


def _both(one: Glob, other: Glob) -> Iterator[Glob]:
    """Yield globs of the keys that both match; `one` itself if that is more than a few globs can say."""
    for pattern, start in ((one, other.literal_start), (other, one.literal_start)):
        if start is not None:
            yield from (Glob((*start, *rest.tokens)) for rest in pattern.after(start))
            return
    yield other if _covers(one, other) else one


def _widest(globs: Sequence[Glob]) -> list[Glob]:
    """Return the globs without those that another one includes."""
    kept: list[Glob] = []
    for each in sorted(dict.fromkeys(globs), key=lambda glob: len(glob.tokens)):
        if not any(_covers(other, each) for other in kept):
            kept.append(each)
    return kept


def _covers(one: Glob, other: Glob) -> bool:
    try:
        return includes((one,), other)
    except TooManyStates:
        return False
