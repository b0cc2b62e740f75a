"""Apply and destroy: which stacks would run, and the verification at the end."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from cfstream.errors import CfstreamError
from cfstream.startup.frozen import dataclass
from cfstream.steps.hazards import HazardName

if TYPE_CHECKING:
    from cfstream.applying import Report, StackOutcome, StackReport
    from cfstream.planning import Plan, StackPlan
    from cfstream.ports import World
    from cfstream.spec.load import Stack
    from cfstream.verification.finding import Proof
    from cfstream.web import HttpViewer

DESTROY_IMPLIES = frozenset({HazardName.DELETES, HazardName.CUTS_VIEWERS})
"""The hazards that the confirmation of destroy allows."""


@dataclass(frozen=True)
class AppliedProof:
    """What `verify` found about the stacks that were applied, or that were already in sync."""

    proof: "Proof | None"
    pending: "tuple[StackReport, ...]" = ()
    """The stacks that are not Deployed yet, so that they cannot be verified."""
    error: CfstreamError | None = None
    """Why nothing was verified."""


def that_would_run(plan: "Plan", allowed: frozenset[str]) -> "list[StackPlan]":
    """Return the stacks of which apply would run steps: blocked stacks need no confirmation."""
    from cfstream.planning.blocking import refusals

    refused = refusals(plan.stacks, allowed)
    return [stack for stack in plan.stacks if stack.steps and stack.key not in refused]


def verify_applied(
    stacks: "Sequence[Stack]",
    report: "Report",
    world: "World",
    viewer: "AbstractContextManager[HttpViewer | None]",
) -> AppliedProof:
    """Verify without a key. Errors of AWS are returned, not raised, because the steps are done."""
    from cfstream.applying import StackOutcome
    from cfstream.verification.report import verifiable
    from cfstream.verification.stack import VerificationTools
    from cfstream.workflow import verify_stacks

    deployed = verifiable(stacks, report)
    places = {(stack.path, stack.spec.name) for stack in deployed}
    finished = (StackOutcome.APPLIED, StackOutcome.UNCHANGED)
    pending = tuple(
        each for each in report.stacks if each.outcome in finished and (each.spec, each.name) not in places
    )
    if not deployed:
        return AppliedProof(None, pending)
    try:
        with viewer as opened:
            return AppliedProof(
                verify_stacks(deployed, world, VerificationTools(opened, world.clock)), pending
            )
    except CfstreamError as error:
        return AppliedProof(None, pending, error)


def destroyed(stacks: "Sequence[Stack]", report: "Report") -> "list[Stack]":
    """Return the stacks of which this run has deleted the last resource. Apply would create them again."""
    from cfstream.applying import StackOutcome

    return _of_outcomes(stacks, report, StackOutcome.APPLIED)


def adopted_and_deleted(stacks: "Sequence[Stack]", report: "Report") -> "list[Stack]":
    """Return the stacks whose spec adopts a distribution that destroy has deleted. Apply would refuse them."""
    from cfstream.applying import StackOutcome

    gone = _of_outcomes(stacks, report, StackOutcome.APPLIED, StackOutcome.UNCHANGED)
    return [stack for stack in gone if stack.spec.adopt]


def _of_outcomes(stacks: "Sequence[Stack]", report: "Report", *outcomes: "StackOutcome") -> "list[Stack]":
    """Return the stacks that ended in one of these ways."""
    found = {(each.spec, each.name) for each in report.stacks if each.outcome in outcomes}
    return [stack for stack in stacks if (stack.path, stack.spec.name) in found]
