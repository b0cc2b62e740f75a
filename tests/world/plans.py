"""What plans and reports contain, in words that tests can compare."""

from typing import Any

from cfstream.applying import Report
from cfstream.planning import Plan, StackPlan


def steps(plan: Plan | StackPlan) -> list[str]:
    """Return the ids of all steps, in the order in which they run."""
    stacks = plan.stacks if isinstance(plan, Plan) else (plan,)
    return [step.id for stack in stacks for step in stack.steps]


def changes(plan: StackPlan, start: str = "") -> dict[str, tuple[Any, Any]]:
    """Return before and after of every changed field whose path begins with `start`."""
    found = [change for step in plan.steps for change in step.changes if change.field.startswith(start)]
    return {change.field: (change.before, change.after) for change in found}


def hazards(plan: StackPlan) -> list[str]:
    """Return the names of the hazards, each once, sorted."""
    return sorted({hazard.name for hazard, _ in plan.hazards})


def problems(plan: StackPlan) -> list[str]:
    """Return the texts of the problems."""
    return [problem.what for problem in plan.problems]


def report_lines(report: Report) -> list[str]:
    """Return the outcome of each stack and of each of its steps, as text."""
    lines = []
    for stack in report.stacks:
        lines.append(f"{stack.name}: {stack.outcome} {stack.why}".rstrip())
        lines += [f"{step.id}: {step.outcome} {step.error or ''}".rstrip() for step in stack.steps]
    return lines


def outcome(report: Report, stack: str = "lectures") -> str:
    """Return the outcome of a stack."""
    return str(next(one.outcome for one in report.stacks if one.name == stack))
