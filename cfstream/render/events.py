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
            began = {"event": "stack-began", "stack": plan.name, "account": plan.account}
            return {**began, "steps": [step.id for step in plan.steps]}
        case StepBegan(stack, step, account):
            return {"event": "step-began", "stack": stack, "account": account, "step": step.id}
        case StepProgress(stack, step, text, fraction, account):
            place = {"event": "step-progress", "stack": stack, "account": account, "step": step.id}
            return {**place, "text": text, "fraction": fraction}
        case StepEnded(stack, ended, account):
            return {
                "event": "step-ended",
                "stack": stack,
                "account": account,
                "step": ended.id,
                "outcome": str(ended.outcome),
                "seconds": ended.seconds,
                "error": ended.error,
            }
        case StackEnded(report):
            place = {"event": "stack-ended", "stack": report.name, "account": report.account}
            gives = {"gives": dict(report.gives)} if report.gives else {}
            return {**place, "outcome": str(report.outcome), "why": report.why, **gives}


def reported(document: Mapping[str, Any], exit_code: int) -> Document:
    """Return the last document of a run: the report as `--format json` prints it, and its exit code."""
    return {"event": "reported", "exit_code": exit_code, **document}
