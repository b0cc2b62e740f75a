"""Values that describe who can read a stack's bucket, for `cfstream access` and plans."""

from cfstream.access.reader import May, Reader
from cfstream.errors import CfstreamError, Notice
from cfstream.startup.frozen import dataclass
from cfstream.values import Account


@dataclass(frozen=True)
class AccessRow:
    """What one reader may do with the same paths in the same way."""

    reader: Reader
    may: May
    paths: tuple[str, ...]
    """The path patterns of viewers' requests."""
    witness: str
    """An example of an object key. The object need not exist."""
    certain: bool
    """False if a clause could not be decided. The answer then counts as yes."""
    before: bool | None
    """Whether it holds before the plan; None without a plan."""
    after: bool | None
    by: str
    """The way: the distribution, identity, statement or ACL."""
    undecided: tuple[str, ...] = ()
    """The clauses that could not be decided."""
    opening: bool = False
    excluded: tuple[str, ...] = ()
    """Patterns that `paths` include, and that the reader cannot read: behaviors with other signers."""


@dataclass(frozen=True)
class Opening:
    """A reader or manager that the spec does not name."""

    text: str
    do: str
    sort: str
    """The part of the bucket or account that opens it: ``policy``, ``ACLs``, ``distributions``."""
    reader: Reader
    witness: str


@dataclass(frozen=True)
class Link:
    """One link of a chain from a host to an object."""

    what: str
    """``host``, ``behavior``, ``signers``, ``identity``, ``statement``, ``ACL``."""
    detail: str
    source: str
    """Its source: ``lectures.yaml:12``, ``Sid cfstream-lectures-oac`` or ``live``."""


@dataclass(frozen=True)
class Chain:
    """How one reader reaches one object, from the host name to the statement or ACL."""

    reader: Reader
    may: May
    certain: bool
    links: tuple[Link, ...]


@dataclass(frozen=True)
class StackAccess:
    """Who can read the objects of a stack, or one object if `key` is set."""

    name: str
    spec: str
    key: str | None = None
    rows: tuple[AccessRow, ...] = ()
    openings: tuple[Opening, ...] = ()
    chains: tuple[Chain, ...] = ()
    notices: tuple[Notice, ...] = ()
    account: Account = Account("")
    error: CfstreamError | None = None
    """Why it cannot be read; then nothing else is known."""
    object_exists: bool | None = None
    """Whether the bucket has an object with the key; None without a key, or if that is unknown."""
    nearest: tuple[str, ...] = ()
    """The keys of the bucket that are most similar to that of an object that does not exist."""
