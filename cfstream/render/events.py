"""What goes on while a plan is applied, as documents for other programs: one for each thing that happens.

Every event says what it is (`event`) and when (`at`, ISO 8601 in UTC). Keys may be added, never change their meaning.
"""

from collections.abc import Mapping
from typing import Any

from cfstream.applying import StackReport, StepReport
from cfstream.planning import Plan, StackPlan
from cfstream.steps.step import Step

Event = dict[str, Any]


def planned(plan: Plan) -> Event:
    """What is about to be done."""
    summary = {str(verb): count for verb, count in plan.summary.items()}
    names = [stack.name for stack in plan.stacks]
    return {"event": "planned", "fingerprint": plan.fingerprint, "summary": summary, "stacks": names}


def entered(plan: StackPlan) -> Event:
    """A stack's first step is next."""
    return {"event": "stack-began", "stack": plan.name, "steps": [step.id for step in plan.steps]}


def began(stack: str, step: Step) -> Event:
    """A step is about to run."""
    return {"event": "step-began", "stack": stack, "step": step.id}


def progress(stack: str, step: Step, text: str, fraction: float | None) -> Event:
    """How far a long step is."""
    return {"event": "step-progress", "stack": stack, "step": step.id, "text": text, "fraction": fraction}


def ended(stack: str, report: StepReport) -> Event:
    """A step has ended, one way or another."""
    return {
        "event": "step-ended",
        "stack": stack,
        "step": report.id,
        "outcome": str(report.outcome),
        "seconds": report.seconds,
        "error": report.error,
    }


def left(report: StackReport) -> Event:
    """Nothing more will be done for a stack."""
    return {"event": "stack-ended", "stack": report.name, "outcome": str(report.outcome), "why": report.why}


def reported(document: Mapping[str, Any], exit_code: int) -> Event:
    """The last event: the report as `--format json` prints it, and the exit code that goes with it."""
    return {"event": "reported", "exit_code": exit_code, **document}
