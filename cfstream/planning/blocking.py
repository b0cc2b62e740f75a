"""Why a stack must not be applied, before its first step is tried. Pure."""

import shlex
from collections.abc import Collection, Mapping, Sequence

from cfstream.exit_codes import ExitCode
from cfstream.planning.plan import StackKey, StackPlan
from cfstream.planning.runs import in_turn
from cfstream.startup.frozen import dataclass
from cfstream.steps.hazards import HazardName


@dataclass(frozen=True)
class Blocked:
    """Why no step of a stack is tried, and the exit code for it."""

    why: str
    exit_code: ExitCode
    short: str = ""
    """The reason for people who have just read the plan; empty if it is `why`."""
    not_allowed: tuple[str, ...] = ()
    """The hazards that would have to be allowed; empty if something else blocks the stack."""
    hazards: tuple[str, ...] = ()
    """These and the hazards of the stack that are allowed: what a command must allow to apply it."""
    closing: str = ""
    """How to close what anyone can read until the stack is applied, without its hazards; empty if nothing is open."""
    behind: str = ""
    """The stack whose refusal blocks this one, too; empty if it is blocked by itself."""


def refusals(stacks: Sequence[StackPlan], allow: frozenset[str]) -> Mapping[StackKey, Blocked]:
    """Return why stacks of a run are blocked, by stack.

    A stack that gives a host name to another one is blocked with that one if its own steps may harm viewers of the
    name: it keeps the name until the other one moves it.
    """
    plans = {stack.key: stack for stack in stacks}
    found = {stack.key: why for stack in stacks if (why := blocked(stack, allow))}
    for taker in reversed(in_turn(stacks)):
        for key in taker.keys_before if taker.key in found else ():
            risk = plans[key].risk_of_giving if key in plans and key not in found else ""
            if risk:
                text = (
                    f"it {risk}, and the stack {taker.name}, which takes over a host name from it, is blocked"
                )
                found[key] = Blocked(text, found[taker.key].exit_code, behind=taker.name)
    return found


def blocked(plan: StackPlan, allow: frozenset[str]) -> Blocked | None:
    """Return why the stack is blocked: a problem, protection, or a hazard not in `allow`. None if it is not."""
    hazards = {hazard.name for hazard, _ in plan.hazards}
    opened = "; ".join(plan.exposure.open_until_applied)
    also = f"; this also keeps open what the plan closes: {opened}" if opened else ""
    if plan.problems:
        code = ExitCode.FAILED if plan.failed else ExitCode.USAGE
        first, *others = whys = [f"{problem.where}: {problem.what}" for problem in plan.problems]
        more = f"{len(others)} more problem" + ("s" if len(others) > 1 else "")
        short = f"{first}; {more}, see above{also}" if others else ""
        return Blocked("; ".join(whys) + also, code, short)
    if plan.protect and (plan.destroying or HazardName.DELETES in hazards):
        return Blocked("the spec says `protect: true`", ExitCode.HAZARD)
    if not_allowed := tuple(sorted(hazards - allow)):
        why = f"hazards not allowed: {', '.join(not_allowed)}{also}"
        closing = _closing(plan, not_allowed) if opened and not plan.destroying else ""
        found = tuple(sorted(hazards))
        return Blocked(why, ExitCode.HAZARD, not_allowed=not_allowed, hazards=found, closing=closing)
    return None


def _closing(plan: StackPlan, hazards: Collection[str]) -> str:
    """Return how to apply what closes alone: hazards of a changed spec are not in the plan of the former one."""
    lines = sorted({hazard.line for hazard, _ in plan.hazards if hazard.line and hazard.name in hazards})
    where = f" at {', '.join(f'{plan.spec}:{line}' for line in lines)}" if lines else ""
    return (
        f"to close it first: if a change of the spec{where} causes the hazard, undo that change, and run: "
        f"`cfstream apply {shlex.quote(plan.spec)}{plan.flags}`"
    )
