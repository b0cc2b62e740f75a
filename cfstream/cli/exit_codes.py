"""What each exit code means, and which one an error has. The table is part of the contract with scripts."""

from collections.abc import Mapping
from enum import IntEnum
from typing import TYPE_CHECKING

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
    """The exit codes of every command."""

    DONE = 0
    """Done, or nothing to do."""
    FAILED = 1
    """AWS refused, or could not be reached."""
    USAGE = 2
    """Wrong usage, or a spec or preflight problem."""
    PENDING = 3
    """`plan --check`: steps are pending."""
    STALE = 4
    """Live moved since the plan; nothing was forced."""
    HAZARD = 5
    """A hazard was not allowed, or the stack is protected."""
    TIMED_OUT = 6
    """Applied as far as it goes without Deployed, which did not come in time."""
    EXPOSED = 7
    """Something that must be refused got in, or the reverse."""
    INTERRUPTED = 130
    """SIGINT."""


OF_ERRORS: Mapping[type[CfstreamError], ExitCode] = {
    SpecProblems: ExitCode.USAGE,
    WrongUsage: ExitCode.USAGE,
    Stale: ExitCode.STALE,
    VersionMoved: ExitCode.STALE,
    TimedOut: ExitCode.TIMED_OUT,
    Interrupted: ExitCode.INTERRUPTED,
}
"""Errors with a code of their own, those derived from them included; all others are FAILED."""


def of_error(error: CfstreamError) -> ExitCode:
    """The exit code of an error."""
    return of_kind(type(error))


def of_kind(kind: type[CfstreamError]) -> ExitCode:
    """The exit code of errors of a kind: its nearest ancestor in the table decides."""
    for ancestor in kind.__mro__:
        if ancestor in OF_ERRORS:
            return OF_ERRORS[ancestor]
    return ExitCode.FAILED


def of_plan(plan: "Plan", *, check: bool) -> ExitCode:
    """What `plan` exits with: problems first; then, when asked to `check`, whether steps are pending."""
    if any(stack.problems for stack in plan.stacks):
        return ExitCode.USAGE
    return ExitCode.PENDING if check and not plan.in_sync else ExitCode.DONE
