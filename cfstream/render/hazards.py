"""What a person is told about hazards, in every format."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if (
    TYPE_CHECKING
):  # `validate` renders alerts of problems alone, and must not wait for all that plans are made of
    from cfstream.planning import Plan, StackPlan
    from cfstream.steps.step import Hazard, Step


def hazards_of(plan: "Plan") -> list[tuple["StackPlan", "Step", "Hazard"]]:
    """Every hazard with its stack and step, in the order of the steps."""
    return [(stack, step, hazard) for stack in plan.stacks for step in stack.steps for hazard in step.hazards]


def allowance(hazard: str, *, protect: bool) -> str:
    """What becomes of a hazard when the plan is applied."""
    if protect and hazard == "deletes":
        return "apply refuses this while the spec says protect: true"
    return f"apply refuses this unless it is allowed: --allow {hazard}"


def allow_flags(hazards: Iterable[str]) -> str:
    """The flags that allow these hazards, each once."""
    return " ".join(f"--allow {name}" for name in sorted(set(hazards)))
