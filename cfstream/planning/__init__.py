"""Turn the proposals of all kinds into a plan: order, access, hazards and the fingerprint. Pure.

The same input gives the same bytes.
"""

from cfstream.planning.order import ordered
from cfstream.planning.plan import (
    Companions,
    LiveSummary,
    Plan,
    SnapshotSource,
    StackKey,
    StackPlan,
    Topology,
    count,
)
from cfstream.planning.runs import in_turn, with_companions, with_takers, without_circles
from cfstream.planning.sent_digest import sealed, sent

__all__ = [
    "Companions",
    "LiveSummary",
    "Plan",
    "SnapshotSource",
    "StackKey",
    "StackPlan",
    "Topology",
    "count",
    "in_turn",
    "ordered",
    "sealed",
    "sent",
    "with_companions",
    "with_takers",
    "without_circles",
]
