"""Events of a run as documents for other programs, one for each event.

Every document has its name (`event`) and its time (`at`, ISO 8601 in UTC). Keys may be added and never change their
meaning.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from cfstream.applying import Event, StackBegan, StackEnded, StepBegan, StepEnded, StepProgress
from cfstream.planning import Plan

Document: TypeAlias = dict[str, Any]


def planned(plan: Plan) -> Document:
    """Return the first document of a run: what it will do."""
    summary = {str(verb): count for verb, count in plan.summary.items()}
    names = [stack.name for stack in plan.stacks]
    return {"event": "planned", "fingerprint": plan.fingerprint, "summary": summary, "stacks": names}


def document(event: Event) -> Document:
    """Return the document of an event."""
    match event:
        case StackBegan(plan):
            return {"event": "stack-began", "stack": plan.name, "steps": [step.id for step in plan.steps]}
        case StepBegan(stack, step):
            return {"event": "step-began", "stack": stack, "step": step.id}
        case StepProgress(stack, step, text, fraction):
            place = {"event": "step-progress", "stack": stack, "step": step.id}
            return {**place, "text": text, "fraction": fraction}
        case StepEnded(stack, ended):
            return {
                "event": "step-ended",
                "stack": stack,
                "step": ended.id,
                "outcome": str(ended.outcome),
                "seconds": ended.seconds,
                "error": ended.error,
            }
        case StackEnded(report):
            outcome = str(report.outcome)
            return {"event": "stack-ended", "stack": report.name, "outcome": outcome, "why": report.why}


def reported(document: Mapping[str, Any], exit_code: int) -> Document:
    """Return the last document of a run: the report as `--format json` prints it, and its exit code."""
    return {"event": "reported", "exit_code": exit_code, **document}
