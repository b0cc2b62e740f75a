"""Hazards as text, the same in every format."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cfstream.steps.hazards import Hazard, HazardName

if TYPE_CHECKING:  # `validate` renders problems only, and does not wait for the import of all that plans need
    from cfstream.planning import Plan, StackPlan
    from cfstream.steps.step import Step


def hazards_of(plan: "Plan") -> list[tuple["StackPlan", "Step", Hazard]]:
    """Return every hazard with its stack and step, in the order of the steps."""
    return [(stack, step, hazard) for stack in plan.stacks for step in stack.steps for hazard in step.hazards]


def allowance(hazard: str, *, protect: bool) -> str:
    """Return what apply does about a hazard, and the flag that allows it."""
    if protect and hazard == HazardName.DELETES:
        return "apply refuses this while the spec says protect: true"
    return f"apply refuses this unless it is allowed: --allow {hazard}"


def allow_flags(hazards: Iterable[str]) -> str:
    """Return the flags that allow these hazards, each once."""
    return " ".join(f"--allow {name}" for name in sorted(set(hazards)))
