"""The word for the outcome of a stack, in reports and while a run is under way."""

from collections.abc import Mapping

from cfstream.applying import StackOutcome, StackReport
from cfstream.render.flow import Style

VERDICTS: Mapping[StackOutcome, tuple[str, Style]] = {
    StackOutcome.APPLIED: ("applied", Style.GREEN),
    StackOutcome.UNCHANGED: ("unchanged", Style.GREEN),
    StackOutcome.TIMED_OUT: ("not Deployed yet", Style.YELLOW),
    StackOutcome.BLOCKED: ("blocked", Style.YELLOW),
    StackOutcome.FAILED: ("failed", Style.RED),
    StackOutcome.STALE: ("stale", Style.RED),
    StackOutcome.INTERRUPTED: ("interrupted", Style.RED),
    StackOutcome.EXPOSED: ("exposed", Style.BOLD_RED),
}

WENT_WELL = frozenset({StackOutcome.APPLIED, StackOutcome.UNCHANGED})


def verdict_with_names(stack: StackReport) -> tuple[str, Style]:
    """Return the word for the outcome, with the host names that others take, or only these if it has no steps."""
    verdict, style = verdict_of(stack)
    names = [
        f"{word} {name} to {taker}"
        for word, given in (("gives", stack.gives), ("gave", stack.gave))
        for name, taker in given.items()
    ]
    if not names or stack.outcome not in WENT_WELL:
        return verdict, style
    return ", ".join(names if stack.outcome is StackOutcome.UNCHANGED else [verdict, *names]), style


def verdict_of(stack: StackReport) -> tuple[str, Style]:
    """Return the word for the outcome of a stack, and its style."""
    verdict, style = VERDICTS[stack.outcome]
    return ("destroyed" if stack.destroying and stack.outcome is StackOutcome.APPLIED else verdict), style
