"""Turn the proposals of all kinds into a plan: order, access, hazards and the fingerprint. Pure.

The same input gives the same bytes.
"""

from cfstream.planning.order import ordered
from cfstream.planning.plan import LiveSummary, Plan, SnapshotSource, StackKey, StackPlan, Topology, count
from cfstream.planning.runs import in_turn, with_companions, without_circles
from cfstream.planning.sent_digest import sealed, sent

__all__ = [
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
    "without_circles",
]
