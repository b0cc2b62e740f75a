"""Hazards as text, the same in every format."""

import shlex
from collections.abc import Iterable, Sequence, Set
from typing import TYPE_CHECKING

from cfstream.startup.frozen import dataclass
from cfstream.steps.hazards import Hazard, HazardName, worst_first

if TYPE_CHECKING:  # `validate` renders problems only, and does not wait for the import of all that plans need
    from cfstream.applying import StackReport
    from cfstream.planning import StackPlan
    from cfstream.steps.step import Step


def hazards_of(stacks: "Iterable[StackPlan]") -> list[tuple["StackPlan", "Step", Hazard]]:
    """Return every hazard of these stacks with its stack and step, the worst first."""
    found = [(stack, step, hazard) for stack in stacks for step in stack.steps for hazard in step.hazards]
    return sorted(found, key=lambda each: worst_first(each[2]))


@dataclass(frozen=True)
class SavedAs:
    """The file of a saved plan. Advice about the plan names it: a plan of the specs would be another one."""

    file: str
    hazards: Set[str]
    """All hazards that a command must allow to apply the whole plan: a part of it makes the file stale."""

    def command(self, flags: str) -> str:
        """Return the command that applies it. It ends with `flags`."""
        allow = f" {allow_flags(self.hazards)}" if self.hazards else ""
        return f"cfstream apply {shlex.quote(self.file)}{allow}{flags}"


@dataclass(frozen=True)
class Allowed:
    """The hazards that a run allows."""

    names: Set[str] = frozenset()
    advises: bool = True
    """Whether the plan says how to allow the others. If not, the run's report will."""
    saved: SavedAs | None = None
    """The file of the plan; None if it is not saved."""
    applying: bool = False
    """Whether the plan is shown by the run that applies it, and not by `plan`."""

    def covers(self, stack: "StackPlan", hazard: Hazard) -> bool:
        """Return whether apply accepts the hazard. ``protect: true`` refuses to delete, whatever is allowed."""
        return hazard.name in self.names and not (stack.protect and hazard.name == HazardName.DELETES)

    def mark(self, stack: "StackPlan", hazard: Hazard) -> str:
        """Return what follows the name of the hazard in Markdown and HTML: that it is allowed, or nothing."""
        return ", allowed:" if self.covers(stack, hazard) else ""

    def counted(self, stacks: "Iterable[StackPlan]") -> str:
        """Return ``2 hazards, 1 of them allowed``; empty if there are none."""
        found = [self.covers(stack, each) for stack, _, each in hazards_of(stacks)]
        number, accepted = len(found), sum(found)
        if not found:
            return ""
        every = {1: "allowed", 2: "both allowed"}.get(number, "all allowed")
        how = every if accepted == number else f"{accepted} of them allowed" if accepted else ""
        return ", ".join(filter(None, [f"{number} hazard{'s' * (number != 1)}", how]))

    def split(self, stacks: "Iterable[StackPlan]") -> tuple[list[str], list[str]]:
        """Return the names of the hazards that apply would refuse, and of those that are allowed, each once."""
        found = [(each, self.covers(stack, each)) for stack, _, each in hazards_of(stacks)]
        refused, accepted = (
            {str(each.name) for each, is_in in found if is_in is way} for way in (False, True)
        )
        return sorted(refused), sorted(accepted)


NONE_ALLOWED = Allowed()


def saved_as(file: str, stacks: "Iterable[StackPlan]", allowed: Set[str]) -> SavedAs:
    """Return the file of a saved plan, with the hazards that a run must allow to apply all that is not blocked."""
    found = {
        hazard.name
        for stack, _, hazard in hazards_of(stacks)
        if not stack.problems and not (stack.protect and hazard.name == HazardName.DELETES)
    }
    return SavedAs(file, found | allowed)


def refusal(found: int, accepted: Iterable[str]) -> str:
    """Return the words before the flags in Markdown and HTML: which of so many hazards apply refuses."""
    if [*accepted]:
        return "apply refuses each one that is not marked as allowed, unless you add"
    return f"apply refuses {'this unless it is' if found == 1 else 'these unless they are'} allowed:"


def allowance(hazard: str, *, protect: bool) -> str:
    """Return what apply does about a hazard, and the flag that allows it."""
    if protect and hazard == HazardName.DELETES:
        return "apply refuses this while the spec says protect: true"
    return f"apply refuses this unless it is allowed: --allow {hazard}"


def allowing(specs: Sequence[str], hazards: Iterable[str], flags: str, *, command: str = "apply") -> str:
    """Return the advice that allows these hazards of a stack: a whole command, which ends with `flags`.

    `specs` are that of the stack, and those that must be applied with it. A spec from standard input is not in any
    file, so only the flags can be advised.
    """
    allow = allow_flags(hazards)
    if "-" in specs:
        return f"if intended, add {allow}"
    return f"if intended, run: `cfstream {command} {shlex.join(specs)} {allow}{flags}`"


def allowing_together(
    stack: "StackPlan | StackReport", hazards: Iterable[str], flags: str, saved: SavedAs | None = None
) -> str:
    """Return the advice that allows these hazards of a stack, and those of the stacks that must be applied with it.

    If the plan is `saved`, the advice applies that file.
    """
    if saved:
        return f"if intended, run: `{saved.command(flags)}`"
    beside = stack.companions
    return allowing([stack.spec, *beside.specs], {*hazards, *beside.hazards}, flags)


def allow_flags(hazards: Iterable[str]) -> str:
    """Return the flags that allow these hazards, each once."""
    return " ".join(f"--allow {name}" for name in sorted(set(hazards)))
