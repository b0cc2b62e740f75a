"""The exit codes of every command, and which one an error or a run has. They are a contract with scripts."""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Self

from cfstream.errors import (
    CfstreamError,
    Interrupted,
    SpecProblems,
    Stale,
    TimedOut,
    VersionMoved,
    WrongUsage,
)

if TYPE_CHECKING:
    from cfstream.planning import Plan


class ExitCode(IntEnum):
    """An exit code, with its meaning. Help, manual and tests derive from it."""

    brief: str
    """The meaning in a word or two, for a line that lists several codes."""
    meaning: str

    def __new__(cls, code: int, brief: str, meaning: str) -> Self:
        made = int.__new__(cls, code)
        made._value_ = code
        made.brief, made.meaning = brief, meaning
        return made

    DONE = 0, "done", "done, or nothing to do"
    FAILED = 1, "failed", "failed: AWS refused, or could not be reached"
    USAGE = 2, "usage or problem", "wrong usage, or a spec or preflight problem"
    PENDING = 3, "pending", "plan --check, migrate --check, fmt --check: changes are pending"
    STALE = 4, "stale", "stale: live state changed since the plan; nothing was forced"
    HAZARD = 5, "hazard", "a hazard was not allowed, or the stack is protected"
    TIMED_OUT = (
        6,
        "not Deployed",
        "partly applied: Deployed was not reached in time, or --no-wait left steps for later",
    )
    EXPOSED = (
        7,
        "exposed",
        (
            "verify, apply: a request was wrongly served or wrongly refused, or there is an opening; "
            "explain --check: CloudFront would refuse the URL"
        ),
    )
    INTERRUPTED = 130, "interrupted", "interrupted"

    @classmethod
    def of_run(cls, codes: Iterable[int]) -> "ExitCode":
        """Return the exit code of a run, from those of its stacks: the first in the order of precedence."""
        found = {*codes}
        return next((code for code in PRECEDENCE if code in found), cls.DONE)


PRECEDENCE = (
    ExitCode.INTERRUPTED,
    ExitCode.EXPOSED,
    ExitCode.FAILED,
    ExitCode.STALE,
    ExitCode.HAZARD,
    ExitCode.USAGE,
    ExitCode.TIMED_OUT,
)
"""The exit codes of stacks, the most important first."""

OF_ERRORS: Mapping[type[CfstreamError], ExitCode] = {
    SpecProblems: ExitCode.USAGE,
    WrongUsage: ExitCode.USAGE,
    Stale: ExitCode.STALE,
    VersionMoved: ExitCode.STALE,
    TimedOut: ExitCode.TIMED_OUT,
    Interrupted: ExitCode.INTERRUPTED,
}
"""The errors with a code of their own, subclasses included; all others are FAILED."""


def of_error(error: CfstreamError) -> ExitCode:
    """Return the exit code of an error."""
    return of_kind(type(error))


def of_kind(kind: type[CfstreamError]) -> ExitCode:
    """Return the exit code of a class of errors: that of its nearest ancestor in the table."""
    for ancestor in kind.__mro__:
        if ancestor in OF_ERRORS:
            return OF_ERRORS[ancestor]
    return ExitCode.FAILED


def of_plan(plan: "Plan", *, check: bool) -> ExitCode:
    """Return the exit code of `plan`: an account that AWS did not answer for, problems, and pending steps (`check`)."""
    if any(stack.failed for stack in plan.stacks):
        return ExitCode.FAILED
    if any(stack.problems for stack in plan.stacks):
        return ExitCode.USAGE
    return ExitCode.PENDING if check and not plan.in_sync else ExitCode.DONE
