"""A check of ``cfstream doctor``, and its result."""

from collections.abc import Sequence
from enum import StrEnum

from cfstream.startup.frozen import dataclass


class State(StrEnum):
    """The result of a check."""

    WELL = "well"
    NOTE = "note"
    """Not ideal, but most commands work."""
    BAD = "bad"
    """Commands will fail."""
    UNKNOWN = "unknown"
    """Not checked, because an earlier check failed."""


@dataclass(frozen=True)
class DoctorCheck:
    """A check: its name, its result, what was found, and how to fix it."""

    name: str
    state: State
    found: str
    do: str = ""


def all_passed(checks: Sequence[DoctorCheck]) -> bool:
    """Return whether commands have what they need."""
    return not any(check.state is State.BAD for check in checks)
