"""What is wanted and what is live of a bucket policy, and of other buckets that matter to the stack."""

from collections.abc import Mapping
from dataclasses import field

from cfstream.domain import LiveDistribution
from cfstream.errors import Notice
from cfstream.stack.bucket import LiveBucket
from cfstream.stack.readers import StillReading
from cfstream.startup.frozen import dataclass
from cfstream.values import Json

KIND = "bucket-policy"


@dataclass(frozen=True)
class WantedGrant:
    """The wanted statement: for this identity and this prefix, or none."""

    identity: str
    """``oac``, ``oai``, or empty if no statement is wanted."""
    prefix: str
    managed: bool = True
    """False if the spec leaves the grant to others (`via: elsewhere`): the stack's statement then stays as it is."""


@dataclass(frozen=True)
class FormerBucket:
    """A bucket that the distribution read before the spec named another one."""

    name: str
    region: str
    document: Json | None = None
    """Its policy."""
    unread: str = ""
    """Why its policy could not be read."""
    still: StillReading = field(default_factory=StillReading)
    """Who still reads it after the plan."""


@dataclass(frozen=True)
class LivePolicy:
    """A bucket's policy, and everything that reads the bucket."""

    bucket: LiveBucket
    document: Json | None = None
    unread: str = ""
    """Why the policy could not be read."""
    own: LiveDistribution | None = None
    distributions: tuple[LiveDistribution, ...] = ()
    """Every distribution of the account. The stack's own has its whole configuration."""
    going: frozenset[str] = frozenset()
    """Ids of the distributions that the plan deletes."""
    stacks: Mapping[str, str] = field(default_factory=dict)
    """Name of the stack that owns a distribution, by distribution id."""
    identities: Mapping[str, str] = field(default_factory=dict)
    """OAI id by canonical user id, of all OAIs of the account."""
    marked: frozenset[str] = frozenset()
    """Ids of the OAIs that have the stack's mark."""
    former: tuple[FormerBucket, ...] = ()
    others: tuple[FormerBucket, ...] = ()
    """The other buckets that origins of the stack's distributions read with an OAI."""
    unlisted: tuple[Notice, ...] = ()
    """That multi-Region access points could not be listed. The bucket has this notice, too."""
    foreign: str = ""
    """The key of an object that another account owns, found in a sample."""
