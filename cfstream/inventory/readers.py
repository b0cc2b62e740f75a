"""Read everything that decides who can read a stack's bucket."""

from cfstream.kinds import KINDS
from cfstream.ports import Reads
from cfstream.stack.proposal import Landscape
from cfstream.stack.surroundings import Surroundings


def readers_observed(aws: Reads, around: Surroundings) -> Landscape:
    """Return what the kinds observe of it, with the ACL of every object. Raises as `Reads.read`."""
    return Landscape(live={kind.name: kind.observe_readers(aws, around) for kind in KINDS if kind.opens})
