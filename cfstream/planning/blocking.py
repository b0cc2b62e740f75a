"""Why a stack must not be applied, before its first step is tried. Pure."""

from cfstream.exit_codes import ExitCode
from cfstream.planning.plan import StackPlan
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


def blocked(plan: StackPlan, allow: frozenset[str]) -> Blocked | None:
    """Return why the stack is blocked: a problem, protection, or a hazard not in `allow`. None if it is not."""
    hazards = {hazard.name for hazard, _ in plan.hazards}
    if plan.problems:
        code = ExitCode.FAILED if plan.failed else ExitCode.USAGE
        first, *others = whys = [f"{problem.where}: {problem.what}" for problem in plan.problems]
        more = f"{len(others)} more problem" + ("s" if len(others) > 1 else "")
        return Blocked("; ".join(whys), code, f"{first}; {more}, see above" if others else "")
    if plan.protect and (plan.destroying or HazardName.DELETES in hazards):
        return Blocked("the spec says `protect: true`", ExitCode.HAZARD)
    if not_allowed := tuple(sorted(hazards - allow)):
        why = f"hazards not allowed: {', '.join(not_allowed)}"
        return Blocked(why, ExitCode.HAZARD, not_allowed=not_allowed, hazards=tuple(sorted(hazards)))
    return None
