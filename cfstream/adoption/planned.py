"""Check descriptions: read each one as a spec, plan it, and pick the one with an empty plan."""

from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from typing import Any, TypeAlias

from cfstream.adoption.description import Description
from cfstream.adoption.refusal import CannotImport
from cfstream.adoption.text import comment, spec_text
from cfstream.errors import SpecProblems
from cfstream.planning import StackPlan
from cfstream.spec.load import Stack, load
from cfstream.startup.frozen import dataclass

Judge: TypeAlias = Callable[[Stack], StackPlan]
"""Plans a stack against the live state."""

Grants: TypeAlias = Iterable[tuple[Any, str]]


@dataclass(frozen=True)
class PlannedDescription:
    """A description and its plan."""

    description: Description
    plan: StackPlan

    @property
    def pending(self) -> tuple[str, ...]:
        """Return what the plan would change, and its problems, as lines; nothing for an empty plan."""
        changes = [
            f"{step.id}: {comment(step.because)}"
            + "".join(f"; {change.field}" for change in step.changes[:3])
            for step in self.plan.steps
        ]
        return (*(comment(problem.what) for problem in self.plan.problems), *changes)

    @property
    def rank(self) -> tuple[int, int]:
        """Return how far from empty the plan is."""
        return len(self.plan.problems), len(self.plan.steps)


def closest(description: Description, grants: Grants, judge: Judge) -> PlannedDescription:
    """Return the description with an empty plan, or the one with the fewest changes.

    Raises CannotImport if the spec's text is invalid.
    """
    best = _best(
        (description if grant is None else description.having("grant", grant, why) for grant, why in grants),
        judge,
    )
    best = best or _judged(description, judge)
    if best.plan.problems and best.description.values.get("cnames"):
        # An expired certificate, or one deleted from ACM, still serves, but a spec that names it has a problem.
        why = comment(best.plan.problems[0].what)
        bare = _judged(best.description.without_cnames(why), judge)
        if bare.rank < best.rank:
            return bare
    return best


def _best(candidates: Iterator[Description], judge: Judge) -> PlannedDescription | None:
    best: PlannedDescription | None = None
    for candidate in candidates:
        planned = _judged(candidate, judge)
        if best is None or planned.rank < best.rank:
            best = planned
        if best.plan.in_sync:
            break
    return best


def _judged(description: Description, judge: Judge) -> PlannedDescription:
    return PlannedDescription(description, judge(read(spec_text(description.values, description.remarks))))


def read(text: str) -> Stack:
    """Parse a spec's text. Raises CannotImport with the first problem."""
    try:
        return load(["-"], stdin=StringIO(text))[0]
    except SpecProblems as problems:
        first = problems.problems[0]
        what = f"a spec cannot express the live state: {first.what}"
        raise CannotImport(what, first.do) from problems
