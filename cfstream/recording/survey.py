"""What a snapshot has beyond what a plan of the specs reads, so that it can plan changed specs, and new ones, as well.

Each kind reads its part: the account's lists, every distribution, what has a mark of ours, and all about the buckets
of the specs. Two things cannot be foreseen and are not read: the ACLs of objects where no spec grants on objects, and
who holds a cname that no spec has yet.
"""

from collections.abc import Sequence

from cfstream.kinds import KINDS
from cfstream.ports import Reads
from cfstream.stack.scene import Scene
from cfstream.stack.surroundings import Surroundings


def survey(reads: Reads, scenes: Sequence[Scene]) -> None:
    """Read it all. A refusal is an answer as well; raises only what `Reads` raises over credentials."""
    stacks = [Surroundings(reads, scene) for scene in scenes]
    for kind in KINDS:
        kind.survey(reads, stacks)
