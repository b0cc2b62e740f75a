"""The result of an evaluation: who can do what with a bucket's objects, and in which way. Pure."""

from dataclasses import field
from functools import cached_property
from typing import TypeAlias

from cfstream.access.model import AccessModel
from cfstream.access.origins import unplaced
from cfstream.access.partition import Cell
from cfstream.access.policy import Requester, Statement
from cfstream.access.reader import May, Reader
from cfstream.domain import CacheBehavior, Distribution, Origin
from cfstream.startup.frozen import dataclass
from cfstream.values import Known


@dataclass(frozen=True)
class ReadAccess:
    """How one reader can read: directly from S3, or through a behavior of a distribution."""

    reader: Reader
    certain: bool = True
    undecided: tuple[str, ...] = ()
    """The undecided clauses, if it is not certain."""
    distribution: Distribution | None = field(default=None, compare=False)
    distribution_id: Known = ""
    behavior: CacheBehavior | None = None
    path: str = ""
    """The only path that leads there: ``/``. Empty if the path follows from the key."""
    origin: Origin | None = None
    keys: frozenset[Known] | None = None
    """The public keys that sign for a key group; None if they are unknown."""
    by: tuple[str, ...] = ()
    """What grants the access: ``statement cfstream-lectures-oac``, ``object ACL``."""
    requester: Requester | None = field(default=None, compare=False)
    """The requester, if it reads directly from S3."""
    statements: tuple[Statement, ...] = field(default=(), compare=False)

    @property
    def direct(self) -> bool:
        """Whether it bypasses the account's CloudFront."""
        return self.behavior is None


ReadAccesses: TypeAlias = tuple[ReadAccess, ...]


@dataclass(frozen=True)
class Evaluation:
    """Who can read each cell, in one model."""

    model: AccessModel
    cells: tuple[Cell, ...]
    accesses: tuple[ReadAccesses, ...]
    """Who can read each cell, in the order of `cells`."""
    general: tuple["General", ...] = ()
    """Who may list, write or manage."""
    merged: bool = False
    key: str | None = None
    """The key in question; None for all keys."""

    @cached_property
    def rows(self) -> tuple[tuple[Cell, ReadAccess], ...]:
        """Return every cell with each access to it."""
        return tuple(
            (cell, access)
            for cell, accesses in zip(self.cells, self.accesses, strict=True)
            for access in accesses
        )

    @cached_property
    def unplaced(self) -> frozenset[str]:
        """ARNs of the account's distributions whose origins may lead to the bucket."""
        return frozenset(map(str, unplaced(self.model)))


@dataclass(frozen=True)
class General:
    """A reader that may list, write objects, or change who can read."""

    reader: Reader
    may: May
    certain: bool = True
    undecided: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """The paths of single objects; empty if it is not about single objects."""
    access: ReadAccess | None = None
    """How the same viewer reads through the distribution; None for a requester of S3."""
    requester: Requester | None = field(default=None, compare=False)
    statements: tuple[Statement, ...] = field(default=(), compare=False)
