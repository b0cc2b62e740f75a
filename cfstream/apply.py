"""Walks the steps of a plan and tells what became of each. Decides nothing: a refusal ends the stack, and is reported."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from cfstream.steps.step import Step
from cfstream.values import Address, StepId, Verb


class StepOutcome(StrEnum):
    """What became of a step. UNKNOWN: the write was sent and its answer never came."""

    DONE = "done"
    STALE = "stale"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    TIMED_OUT = "timed-out"
    NOT_TRIED = "not-tried"


class StackOutcome(StrEnum):
    """What became of a stack, as `apply --format json` says it."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    STALE = "stale"
    TIMED_OUT = "timed-out"
    INTERRUPTED = "interrupted"
    BLOCKED = "blocked"
    EXPOSED = "exposed"


class Telling(Protocol):
    """Who is told what goes on while a plan is applied. Called from several threads, one stack in each."""

    def began(self, stack: str, step: Step) -> None:
        """A step is about to run."""
        ...

    def progress(self, stack: str, step: Step, text: str, fraction: float | None) -> None:
        """How far a long step is: words, and 0 to 1 where that is known."""
        ...

    def ended(self, stack: str, report: "StepReport") -> None:
        """A step has ended, one way or another."""
        ...


@dataclass(frozen=True)
class StepReport:
    """One step and what became of it."""

    id: StepId
    verb: Verb
    address: Address
    outcome: StepOutcome
    seconds: float = 0.0
    error: str | None = None
    do: str = ""


@dataclass(frozen=True)
class StackReport:
    """One stack and what became of it. `outputs` are those of the contract: ids, domain name, status, ETag, …"""

    name: str
    spec: str
    outcome: StackOutcome
    steps: tuple[StepReport, ...] = ()
    outputs: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    """Why a stack is blocked, in words; empty for all others."""


@dataclass(frozen=True)
class Report:
    """What became of a run."""

    stacks: tuple[StackReport, ...]
    exit_code: int = 0
