"""Lists the resources of the account, and the stack that owns each."""

from cfstream.kinds import KINDS
from cfstream.ports import Reads
from cfstream.stack.owners import all_distributions, tagged
from cfstream.stack.shown import ListEntry, Shown

SHOWN: tuple[Shown, ...] = tuple(
    sorted((kind.shown for kind in KINDS if kind.shown), key=lambda shown: not shown.deployed)
)
"""The kinds that a list shows, in its order: distributions first."""


def list_all(aws: Reads) -> tuple[ListEntry, ...]:
    """Return all entries, by kind, then owner, then id.

    Makes three list calls, and ListTagsForResource for each distribution; raises as `Reads.items`.
    """
    rows = all_distributions(aws)
    owners = tagged(aws, rows)
    entries = [entry for kind in KINDS for entry in kind.entries(aws, rows, owners)]
    order = [shown.kind for shown in SHOWN]
    return tuple(
        sorted(entries, key=lambda each: (order.index(each.kind), each.owner is None, each.owner, each.id))
    )
