"""Find the paths that a reader's pattern includes and that the reader cannot read. Pure.

A behavior in front of another takes its paths away from that one's signers, unless they can read these, too.
"""

from collections.abc import Iterable, Mapping

from cfstream.access.evaluation import Evaluation
from cfstream.access.openings import witness_path
from cfstream.access.reader import ANYONE, Reader
from cfstream.domain import CacheBehavior, Distribution
from cfstream.startup.frozen import dataclass
from cfstream.values import Known


@dataclass(frozen=True)
class _Served:
    """Keys that one behavior of a distribution serves, by one of them, and everyone who can read them through it."""

    place: int
    behavior: CacheBehavior
    path: str
    readers: frozenset[Reader]


@dataclass(frozen=True)
class Served:
    """What the behaviors of each distribution serve, in one evaluation."""

    by_distribution: Mapping[Known, tuple[_Served, ...]]

    def excluded(
        self, readers: Iterable[Reader], distribution: Known, behaviors: Iterable[CacheBehavior]
    ) -> tuple[str, ...]:
        """Return the patterns in front of these behaviors whose paths one of the readers cannot read."""
        served = self.by_distribution.get(distribution, ())
        wanted = {ANYONE} if ANYONE in (all_of := frozenset(readers)) else all_of
        places = {each.behavior.path: each.place for each in served}
        behind = [(each, places.get(each.path, -1)) for each in behaviors]
        found = {
            each.place: each.behavior.pattern.absolute
            for each in served
            if ANYONE not in each.readers and not wanted <= each.readers
            if any(_takes(each, other, place) for other, place in behind)
        }
        return tuple(found[place] for place in sorted(found))


def served_by(seen: Evaluation) -> Served:
    """Return what the behaviors serve; nothing for a distribution with one behavior, which excludes nothing."""
    found: dict[Known, dict[_Served, None]] = {}
    for cell, accesses in zip(seen.cells, seen.accesses, strict=True):
        readers: dict[Known, set[Reader]] = {}
        for access in accesses:
            if access.behavior is not None:
                readers.setdefault(access.distribution_id, set()).add(access.reader)
        for access in accesses:
            known = access.distribution
            if access.behavior is None or access.path or known is None or len(known.behaviors) == 1:
                continue
            by_it = frozenset(readers[access.distribution_id])
            served = _Served(
                _place(known, access.behavior), access.behavior, witness_path(cell, access), by_it
            )
            found.setdefault(access.distribution_id, {})[served] = None
    return Served({each: tuple(served) for each, served in found.items()})


def _place(distribution: Distribution, behavior: CacheBehavior) -> int:
    """Return the precedence of a behavior; the default one is last."""
    paths = [each.path for each in distribution.behaviors if each.path]
    return paths.index(behavior.path) if behavior.path in paths else len(paths)


def _takes(each: _Served, other: CacheBehavior, place: int) -> bool:
    """Return whether a behavior serves a path that `other`, which is at `place` behind it, matches too."""
    if not other.path:
        return bool(each.behavior.path)
    return each.place < place and other.pattern.matches(each.path)
