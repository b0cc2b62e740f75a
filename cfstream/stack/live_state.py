"""The live state that every kind of a stack needs: the account's distributions, the stack's own, and its bucket.

This is read first, once for each stack. Then each kind reads what it needs beyond that.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Generic, TypeVar, overload

from cfstream.domain import Delivery, LiveDistribution
from cfstream.indexed import Indexed, amended
from cfstream.ports import Reads
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.bucket import LiveBucket, read_bucket
from cfstream.stack.context import StackContext
from cfstream.stack.distributions import read_distribution
from cfstream.stack.identities import Identities, read_identities
from cfstream.stack.neighbors import Neighbor
from cfstream.stack.owners import (
    ClaimedDistribution,
    account_distributions,
    claims,
    listed_version,
    stack_names,
)
from cfstream.startup.frozen import dataclass

T = TypeVar("T")


class _ReadOnce(Generic[T]):
    """A part of the live state, read once.

    The lock of `functools.cached_property` in Python 3.11 would let only one stack read at a time.
    """

    def __init__(self, read: "Callable[[LiveState], T]") -> None:
        self._read = read
        self.__doc__ = read.__doc__

    @overload
    def __get__(self, state: None, owner: type) -> "_ReadOnce[T]": ...

    @overload
    def __get__(self, state: "LiveState", owner: type) -> T: ...

    def __get__(self, state: "LiveState | None", owner: type) -> "_ReadOnce[T] | T":
        if state is None:
            return self
        # The next access finds the value itself in the instance.
        value = state.__dict__[self._read.__name__] = self._read(state)
        return value


def _account_neighbors(lists: AccountLists) -> Indexed[Neighbor]:
    """Return every distribution of the account as a neighbor that stays, sorted by id."""
    return Indexed(map(Neighbor, lists.of(account_distributions).all))


@dataclass(frozen=True)
class LiveState:
    """The live state that all kinds of one stack use. Each part is read when it is first used, and only once."""

    lists: AccountLists
    context: StackContext
    confirmed: bool = True
    """Whether the tags of likely distributions, and the stack's own distribution, are read directly.

    Otherwise the tag index, which lags, and the user's cache are believed.
    """

    @property
    def aws(self) -> Reads:
        """The reads of the account."""
        return self.lists.aws

    def read_cloudfront(self) -> None:
        """Read the distributions and the identities. Raises as `Reads.read`."""
        _ = self.neighbors, self.identities, self.stacks

    def read_s3(self) -> None:
        """Read the bucket. Raises as `read_bucket`."""
        _ = self.bucket

    @_ReadOnce
    def distributions(self) -> Indexed[LiveDistribution]:
        """Every distribution of the account, of both deliveries, as lists show them, sorted by id."""
        return self.lists.of(account_distributions).all

    @_ReadOnce
    def stacks(self) -> Mapping[str, str]:
        """The name of the stack that owns each distribution, by distribution id."""
        return stack_names(self.lists, self.context, confirmed=self.confirmed)

    @_ReadOnce
    def claims(self) -> tuple[ClaimedDistribution, ...]:
        """Each distribution that belongs to the stack."""
        return claims(self.lists, self.context, self.stacks)

    @_ReadOnce
    def own(self) -> LiveDistribution | None:
        """The stack's distribution: the one that the spec adopts, else the one that has the tag ``cfstream:name``.

        The lowest id wins if several have the name.
        """
        context = self.context
        found = [each for each in self.claims if each.delivery is context.delivery or context.destroying]
        if not found or (context.stack.spec.adopt and not found[0].adopted and not context.destroying):
            return None
        id_ = found[0].id
        if self.confirmed:
            return read_distribution(self.aws, found[0].delivery, id_)
        rows = self.lists.of(account_distributions)
        version = listed_version(rows.by_id[id_]) if id_ in rows.by_id else None
        return read_distribution(self.aws, found[0].delivery, id_, rows.tags.get(id_), version)

    def own_of(self, delivery: Delivery) -> tuple[LiveDistribution, ...]:
        """Return every distribution of the stack of one delivery, to delete them. Raises as `Reads.read`."""
        mine = [each for each in self.claims if each.delivery is delivery]
        return tuple(read_distribution(self.aws, each.delivery, each.id) for each in mine)

    @_ReadOnce
    def going(self) -> frozenset[str]:
        """The ids of the distributions that the plan deletes: every one of the stack, if it is destroyed."""
        return frozenset(each.id for each in self.claims) if self.context.destroying else frozenset()

    @_ReadOnce
    def staying(self) -> tuple[LiveDistribution, ...]:
        """Every distribution of the account that the plan does not delete."""
        if not self.going:
            return self.distributions
        return tuple(row for row in self.distributions if row.id not in self.going)

    @_ReadOnce
    def neighbors(self) -> tuple[Neighbor, ...]:
        """Every distribution of the account, sorted by id, with what the plan does to it.

        The stack's own is read from its configuration: a list may still show it as it was before the last write.
        """
        own, going = self.own, self.going
        shared = self.lists.of(_account_neighbors)
        if going:
            shared = Indexed(replace(each, going=each.live.id in going) for each in shared)
        if own is None:
            return shared
        return amended(
            shared, Neighbor(own, ours=True, going=self.context.destroying), lambda each: each.live.id
        )

    @_ReadOnce
    def identities(self) -> Identities:
        """The origin access identities of the account."""
        return read_identities(self.lists, self.context, self.own)

    @_ReadOnce
    def bucket(self) -> LiveBucket:
        """The stack's bucket."""
        return read_bucket(self.lists, self.context)
