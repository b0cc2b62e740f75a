"""The distributions that still read a bucket with an identity after a plan: their grants are not revoked.

Pure. All origins and origin groups of every distribution of both deliveries count, enabled or not, except the
default origin of the stack's own distribution: the plan decides about that one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field

from cfstream.domain import LiveDistribution, Origin
from cfstream.domain.distribution import buckets
from cfstream.indexed import having
from cfstream.stack.context import StackContext
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class StillReading:
    """The distributions that still read a bucket, by identity."""

    by_oai: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Ids of distributions, by OAI id."""
    by_own_oac: tuple[str, ...] = ()
    """The stack's own distribution, if an origin other than its default one signs with an OAC."""

    def names(self, identities: Iterable[str]) -> str:
        """Return the distributions that read with one of these OAIs, in words."""
        return ", ".join(sorted({each for identity in identities for each in self.by_oai.get(identity, ())}))


def still_reading(
    context: StackContext,
    distributions: Iterable[LiveDistribution],
    own: LiveDistribution | None,
    bucket: str,
) -> StillReading:
    """Return the distributions that read `bucket` after the plan, not counting the stack's own default origin."""
    by_oai: dict[str, set[str]] = {}
    by_own_oac: set[str] = set()
    for live, origin in _reading(context, distributions, own, bucket):
        if origin.oai_id:
            by_oai.setdefault(str(origin.oai_id), set()).add(live.id)
        elif origin.oac_id and own is not None and live.id == own.id:
            by_own_oac.add(live.id)
    found = {identity: tuple(sorted(users)) for identity, users in by_oai.items()}
    return StillReading(found, tuple(sorted(by_own_oac)))


def _reading(
    context: StackContext,
    distributions: Iterable[LiveDistribution],
    own: LiveDistribution | None,
    bucket: str,
) -> Iterable[tuple[LiveDistribution, Origin]]:
    for live in having(distributions, buckets, bucket):
        ours = own is not None and live.id == own.id
        if ours and context.destroying:
            continue
        for origin in live.origins:
            if origin.bucket == bucket and not (ours and origin == live.default_origin):
                yield live, origin
