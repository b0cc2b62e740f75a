"""Everything that decides who can read a bucket at one moment: live, or after the steps of a plan."""

from collections.abc import Mapping
from dataclasses import field

from cfstream.domain import BucketState, Distribution
from cfstream.domain.distribution import ids
from cfstream.indexed import having
from cfstream.startup.frozen import dataclass
from cfstream.values import Known


@dataclass(frozen=True)
class GroupState:
    """A key group: its name, and the ids of its public keys. `keys` is None if they are unknown."""

    name: str
    keys: frozenset[Known] | None = None


@dataclass(frozen=True)
class AccessModel:
    """One bucket and everything that leads to it. Ids of resources that do not exist yet are Refs."""

    account: str
    bucket: BucketState
    partition: str = "aws"
    distributions: tuple[Distribution, ...] = ()
    """Every distribution of the account, of both deliveries."""
    own: Known | None = None
    """Id of the stack's own distribution."""
    identities: Mapping[Known, Known] = field(default_factory=dict)
    """OAI id by canonical user id, of the account's OAIs."""
    unsigned_controls: frozenset[Known] = frozenset()
    """Ids of the OACs that do not sign (signing behavior ``never``). CloudFront then requests anonymously."""
    groups: Mapping[Known, GroupState] = field(default_factory=dict)
    """The account's key groups by id."""
    stacks: Mapping[Known, str] = field(default_factory=dict)
    """Name of the cfstream stack that owns a distribution, by distribution id."""

    @property
    def own_distribution(self) -> Distribution | None:
        """The stack's own distribution, if there is one."""
        return next(iter(having(self.distributions, ids, self.own)), None)

    def group_name(self, group: Known) -> Known:
        """Return the name of a key group, or its id if the name is not known."""
        state = self.groups.get(group)
        return state.name if state else group
