"""Read everything that decides who can read a stack's bucket."""

from cfstream.kinds import KINDS
from cfstream.ports import Reads
from cfstream.stack.live_state import LiveState
from cfstream.stack.proposal import KindResults


def readers_observed(aws: Reads, state: LiveState) -> KindResults:
    """Return what the kinds observe of it, with the ACL of every object. Raises as `Reads.read`."""
    return KindResults(live={kind.name: kind.observe_readers(aws, state) for kind in KINDS if kind.opens})
