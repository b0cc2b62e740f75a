"""A check of ``cfstream doctor``, and its result."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing is."""

    WELL = "well"
    NOTE = "note"
    """Not as it could be; most work goes on without it."""
    BAD = "bad"
    """Commands will fail of it."""
    UNKNOWN = "unknown"
    """Could not be looked at, because of something bad before it."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: its name, how it is, what was found, and what to do."""

    name: str
    state: State
    found: str
    do: str = ""


def all_well(checks: Sequence[Check]) -> bool:
    """Whether commands have what they need."""
    return not any(check.state is State.BAD for check in checks)
