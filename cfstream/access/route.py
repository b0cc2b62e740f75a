"""How viewers of one distribution reach keys of the bucket. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from cfstream.domain import CacheBehavior, Delivery, Distribution, Origin
from cfstream.startup.frozen import dataclass
from cfstream.values import plain

MERGED = "there are too many path patterns and statements to distinguish all paths"

ROOT = "/"
"""The path for which CloudFront requests the default root object, or the bucket itself if there is none.

The behavior that matches ``/`` serves it, not the behavior that matches the object's own path (Developer Guide,
"Specify a default root object").
"""


class Candidate(NamedTuple):
    """The index of a behavior that CloudFront uses for a cell, unless an undecided clause prevents it."""

    place: int
    undecided: tuple[str, ...] = ()
    path: str = ""
    """The only path that leads there: ``/``. Empty if the path follows from the key."""


class Root(NamedTuple):
    """The default root object of a distribution."""

    place: int
    """The behavior that matches ``/``."""
    key: str | None
    """The key that ``/`` leads to; empty if there is no root object, None if it is unknown."""
    bit: int = 0
    """The bit of the key; 0 if the behavior for its own path serves it to the same viewers."""
    folder: int = 0
    """The bit of the key that the origin path and ``/`` would make, which ``/`` does not lead to; 0 if it does."""


@dataclass(frozen=True)
class Route:
    """How viewers of one distribution reach keys of the bucket that are under one origin path."""

    distribution: Distribution
    origin_path: str
    behaviors: tuple[CacheBehavior, ...]
    bits: tuple[int, ...]
    """For each behavior, the bit of its pattern after the origin path."""
    root: Root | None = None
    """None for a streaming distribution."""

    def signature(self, mask: int) -> tuple[int, bool, bool]:
        """Return what the route distinguishes about a key."""
        root = self.root or Root(-1, "")
        return self.first(mask), bool(mask & root.bit), bool(mask & root.folder)

    def first(self, mask: int) -> int:
        """Return the index of the behavior that CloudFront uses; -1 for keys outside the origin path."""
        for place, bit in enumerate(self.bits):
            if mask & bit:
                return place
        return -1

    def reading(self, mask: int, may: int) -> tuple[Candidate, ...]:
        """Return the behaviors through which viewers read the keys of a cell: by their own paths, and by ``/``."""
        own = tuple(self._read_by_path(mask, may))
        return (*own, *self._by_root(mask, may, own))

    def _read_by_path(self, mask: int, may: int) -> Iterator[Candidate]:
        """Return the behaviors for the own paths of the keys: if that is ``/``, the root object is read instead."""
        root = self.root
        if root is None or not may & root.folder:
            yield from self.by_path(mask, may)
            return
        if mask & root.folder and root.key is not None:
            return
        doubt = unknown_root(self.distribution)
        if not mask & root.folder:
            doubt = f"{MERGED}: it is unknown whether the path is /"
        for each in self.by_path(mask, may):
            yield each._replace(undecided=(*each.undecided, doubt))

    def by_path(self, mask: int, may: int) -> Iterator[Candidate]:
        """Return the behavior for the own paths of a cell, and earlier ones whose patterns were left out."""
        earlier: tuple[str, ...] = ()
        for place, bit in enumerate(self.bits):
            if mask & bit:
                yield Candidate(place, earlier)
                return
            if may & bit:
                pattern = f"{self.origin_path}{self.behaviors[place].pattern.absolute}"
                yield Candidate(place, (*earlier, f"{MERGED}: it is unknown whether {pattern} matches"))
                earlier = (*earlier, f"{MERGED}: the earlier pattern {pattern} may match")

    def _by_root(self, mask: int, may: int, own: tuple[Candidate, ...]) -> Iterator[Candidate]:
        """Return the behavior for ``/``, if it leads to the cell and serves other viewers than that for the key."""
        root = self.root
        if (
            root is None
            or not own
            or (len(own) == 1 and serves_alike(self.behaviors, own[0].place, root.place))
        ):
            return
        if root.key is None:
            yield Candidate(root.place, (unknown_root(self.distribution),), ROOT)
        elif mask & root.bit:
            yield Candidate(root.place, (), ROOT)
        elif may & root.bit:
            yield Candidate(root.place, (f"{MERGED}: it is unknown whether the object is {root.key}",), ROOT)

    def listing(self) -> Candidate | None:
        """Return the behavior through which viewers request the bucket itself; None if there is none."""
        if self.root is None or self.origin_path or self.root.key:
            return None
        unknown = (unknown_root(self.distribution),) if self.root.key is None else ()
        return Candidate(self.root.place, unknown, ROOT)

    def origins(self, behavior: CacheBehavior, reached: frozenset[Origin]) -> Iterator[Origin]:
        """Return the origins of a behavior that read the bucket with this route's origin path."""
        return (each for each in behavior.origins if each in reached and each.path == self.origin_path)


def root_of(distribution: Distribution, origin_path: str) -> Root | None:
    """Return the default root object as a key under an origin path; its bit is still missing."""
    if distribution.delivery is Delivery.RTMP:
        return None
    place = distribution.behaviors.index(distribution.behavior_for(ROOT))
    named = distribution.default_root_object
    return Root(place, key_of(origin_path, named) if named else named)


def serves_alike(behaviors: tuple[CacheBehavior, ...], place: int, other: int) -> bool:
    """Return whether two behaviors serve the same viewers from the same origins.

    It is not enough that one of them is public: the signers of the other can lose its path.
    """
    mine, theirs = behaviors[place], behaviors[other]
    return mine.origins == theirs.origins and mine.signers == theirs.signers


def unknown_root(distribution: Distribution) -> str:
    """Return the undecided clause, if a list row does not show the default root object."""
    return f"lists do not show the default root object of {plain(distribution.id)}"


def key_of(origin_path: str, path: str) -> str:
    """Return the key that CloudFront requests: the origin path, then the viewer's path."""
    return f"{origin_path}/{path.removeprefix('/')}".removeprefix("/")


def path_of(origin_path: str, key: str) -> str:
    """Return the viewer's path for a key that is under an origin path."""
    return f"/{key}"[len(origin_path) :]
