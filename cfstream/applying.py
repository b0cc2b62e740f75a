"""Run the steps of a plan, and report the outcome of each. A refused step ends its stack.

A timeout ends only the steps that need the wait; so does ``--no-wait``. What is done stays done, and the next run
resumes.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import field, replace
from enum import StrEnum
from typing import Any, TypeAlias

from cfstream.errors import CfstreamError, Interrupted, ReplyLost, Stale, TimedOut, VersionMoved
from cfstream.exit_codes import ExitCode
from cfstream.planning import Companions, StackKey, StackPlan
from cfstream.planning.blocking import Blocked
from cfstream.planning.settling import with_last_wait
from cfstream.ports import World
from cfstream.startup.frozen import dataclass
from cfstream.steps.ledger import Ledger
from cfstream.steps.step import Step, StepContext
from cfstream.values import Account, Address, StepId, Verb


class StepOutcome(StrEnum):
    """The result of a step. UNKNOWN: the write was sent and its reply never came. INTERRUPTED: part may be done."""

    DONE = "done"
    STALE = "stale"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    TIMED_OUT = "timed-out"
    INTERRUPTED = "interrupted"
    NOT_TRIED = "not-tried"


class StackOutcome(StrEnum):
    """The outcome of a stack, as in the JSON report."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    STALE = "stale"
    TIMED_OUT = "timed-out"
    INTERRUPTED = "interrupted"
    BLOCKED = "blocked"
    EXPOSED = "exposed"

    @property
    def is_as_specified(self) -> bool:
        """Whether the stack is as its spec says."""
        return self in (StackOutcome.APPLIED, StackOutcome.UNCHANGED)


@dataclass(frozen=True)
class StepReport:
    """The outcome of a step."""

    id: StepId
    verb: Verb
    address: Address
    outcome: StepOutcome
    seconds: float = 0.0
    error: str | None = None
    do: str = ""


@dataclass(frozen=True)
class FailedChecks:
    """How many checks of verify failed at the end of a run."""

    openings: int = 0
    others: int = 0

    def __add__(self, more: "FailedChecks") -> "FailedChecks":
        return FailedChecks(self.openings + more.openings, self.others + more.others)

    def __str__(self) -> str:
        counts = ((self.openings, "opening"), (self.others, "check"))
        return " and ".join(f"{number} {what}{'s' * (number != 1)}" for number, what in counts if number)


@dataclass(frozen=True)
class StackReport:
    """The outcome of a stack. `outputs` are those of the contract: ids, domain name, status and ETag."""

    name: str
    spec: str
    outcome: StackOutcome
    steps: tuple[StepReport, ...] = ()
    outputs: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    """Why no step of the stack ran; empty for all others."""
    short: str = ""
    """The same for people who have just read the plan; empty if it is `why`."""
    do: str = ""
    """How to fix that; empty if it follows from the outcome."""
    exit_code: ExitCode = ExitCode.DONE
    not_allowed: tuple[str, ...] = ()
    """The hazards that must be allowed; empty for a stack that is blocked for another reason."""
    hazards: tuple[str, ...] = ()
    """These and the hazards of the stack that the run allows."""
    behind: str = ""
    """The stack that this one waits for, or that takes something from it, if that is why it is blocked."""
    companions: Companions = Companions()
    """The stacks that a command for this one must include."""
    closing: str = ""
    """How to close what anyone can read until the stack is applied, without the hazards; empty if nothing is open."""
    failed_checks: FailedChecks = FailedChecks()
    destroying: bool = False
    """Whether the run destroys the stack."""
    gives: Mapping[str, str] = field(default_factory=dict)
    """The host names that other stacks of the run will take from it, with each of these stacks: it ends before them."""
    gave: Mapping[str, str] = field(default_factory=dict)
    """The host names that other stacks of the run have taken from it, with the stack that has each now."""
    account: Account = Account("")

    @property
    def key(self) -> StackKey:
        return self.account, self.name


@dataclass(frozen=True)
class StackBegan:
    """The first step of a stack is about to run."""

    plan: StackPlan


@dataclass(frozen=True)
class StepBegan:
    """A step is about to run."""

    stack: str
    step: Step
    account: Account = Account("")


@dataclass(frozen=True)
class StepProgress:
    """The progress of a long step: text, and 0 to 1 if that is known."""

    stack: str
    step: Step
    text: str
    fraction: float | None
    account: Account = Account("")


@dataclass(frozen=True)
class StepEnded:
    """A step has ended, with any outcome."""

    stack: str
    report: StepReport
    account: Account = Account("")


@dataclass(frozen=True)
class StackEnded:
    """The stack is finished; it may be unchanged."""

    report: StackReport


Event: TypeAlias = StackBegan | StepBegan | StepProgress | StepEnded | StackEnded
"""What happens while a plan is applied."""

EventHandler: TypeAlias = Callable[[Event], None]
"""Receives each event. It is called from several threads, one for each stack."""


def quiet(_event: Event) -> None:
    """Ignore an event."""


@dataclass(frozen=True)
class Report:
    """The result of a run."""

    stacks: tuple[StackReport, ...]
    exit_code: ExitCode = ExitCode.DONE

    @classmethod
    def of(cls, stacks: Iterable[StackReport]) -> "Report":
        """Return the report of a run with these stacks."""
        reports = tuple(stacks)
        return cls(reports, ExitCode.of_run(report.exit_code for report in reports))


@dataclass(frozen=True)
class RunOptions:
    """How steps are applied."""

    allow: frozenset[str] = frozenset()
    """Names of the hazards that are allowed."""
    no_wait: bool = False
    """Whether steps that need a wait are left for a later run."""
    fail_fast: bool = False
    """Whether no step begins after a stack has failed."""
    interrupted: Callable[[], bool] = lambda: False


DEFAULT_OPTIONS = RunOptions()
"""No hazard is allowed, and every step is waited for."""


@dataclass(frozen=True)
class Run:
    """What all stacks of a run share, and what the run does with one of them after its end."""

    world: World
    tell: EventHandler
    options: RunOptions = DEFAULT_OPTIONS
    ledger: Ledger = field(default_factory=Ledger)
    gives: Mapping[str, str] = field(default_factory=dict)
    """The host names that other stacks take from this one when it has ended, with these stacks."""
    failed: list[StackReport] = field(default_factory=list)
    """With ``--fail-fast``, the stacks that have failed. No step begins after the first."""

    @property
    def stopped(self) -> bool:
        """Return whether no other step may begin."""
        return bool(self.failed) or self.options.interrupted()


EXIT_CODE: Mapping[StackOutcome, ExitCode] = {
    StackOutcome.APPLIED: ExitCode.DONE,
    StackOutcome.UNCHANGED: ExitCode.DONE,
    StackOutcome.FAILED: ExitCode.FAILED,
    StackOutcome.STALE: ExitCode.STALE,
    StackOutcome.TIMED_OUT: ExitCode.TIMED_OUT,
    StackOutcome.INTERRUPTED: ExitCode.INTERRUPTED,
    StackOutcome.EXPOSED: ExitCode.EXPOSED,
}
"""The exit code of each outcome; that of a blocked stack depends on the reason."""


def left_out(plan: StackPlan, blocked: Blocked) -> StackReport:
    """Return the report of a stack that must not be applied."""
    report = _not_tried(plan, blocked.why, blocked.exit_code)
    return replace(
        report,
        short=blocked.short,
        not_allowed=blocked.not_allowed,
        hazards=blocked.hazards,
        companions=plan.companions,
        closing=blocked.closing,
        behind=blocked.behind,
    )


def held_up(plan: StackPlan, before: Iterable[StackReport]) -> StackReport | None:
    """Return the report of a stack that is left out because one before it is not done; None if all are.

    It takes over something that the other one has not given up.
    """
    short = next((each for each in before if not each.outcome.is_as_specified), None)
    if short is None:
        return None
    why = f"the stack {short.name}, which must be done first, is {short.outcome}"
    return replace(_not_tried(plan, why, short.exit_code), behind=short.name)


def not_begun(plan: StackPlan, failed: StackReport) -> StackReport:
    """Return the report of a stack that is left out because another one has failed, with ``--fail-fast``."""
    why = f"{failed.name} is {failed.outcome}, and --fail-fast ends the run"
    return _not_tried(plan, why, failed.exit_code)


def _not_tried(plan: StackPlan, why: str, code: ExitCode) -> StackReport:
    return replace(_stack_report(plan, StackOutcome.BLOCKED, _untried(plan), why), exit_code=code)


def kept_out(plan: StackPlan, why: str, do: str = "") -> StackReport:
    """Return the report of a stack for which nothing may be written, for example in another account. No step ran."""
    return replace(_stack_report(plan, StackOutcome.FAILED, _untried(plan), why), do=do)


def stale(plan: StackPlan, why: str) -> StackReport:
    """Return the report of a stack whose saved plan is stale: no step was tried."""
    return _stack_report(plan, StackOutcome.STALE, _untried(plan), why)


def _stack_report(
    plan: StackPlan, outcome: StackOutcome, steps: Iterable[StepReport], why: str = ""
) -> StackReport:
    code = EXIT_CODE.get(outcome, ExitCode.DONE)
    return StackReport(
        plan.name, plan.spec, outcome, tuple(steps), why=why, exit_code=code, account=plan.account
    )


def _untried(plan: StackPlan) -> tuple[StepReport, ...]:
    return tuple(_report(step, StepOutcome.NOT_TRIED) for step in plan.steps)


def walk(plan: StackPlan, run: Run) -> tuple[StackReport, Mapping[StepId, Mapping[str, str]]]:
    """Run the steps in order. Return the report, and the outputs of the steps by step id."""
    outputs: dict[StepId, Mapping[str, str]] = {}
    reports: list[StepReport] = []
    whole = with_last_wait(plan, no_wait=run.options.no_wait)
    run.tell(StackBegan(whole))
    for step in whole.steps:
        with nullcontext() if step.verb is Verb.WAIT else run.ledger.writing:
            # Checked only now: while this step waited for its turn, the user may have interrupted.
            if run.stopped or _stops(reports) or not _ready(step, reports, run.options):
                reports.append(_report(step, StepOutcome.NOT_TRIED))
                continue
            run.tell(StepBegan(plan.name, step, plan.account))
            progress = _progress(run.tell, plan, step)
            world = run.world
            context = StepContext(
                world.aws, world.clock, outputs, run.ledger, progress, world.turn, world.bulk, world.key_log
            )
            report = _run(step, context, outputs)
            if report.outcome is StepOutcome.STALE and report.error:
                report = replace(report, error=plan.names.in_place_of_ids(report.error))
        reports.append(report)
        run.tell(StepEnded(plan.name, report, plan.account))
    outcome = _outcome(reports, run.options)
    return _stack_report(plan, outcome, reports), outputs


def _run(step: Step, context: StepContext, outputs: dict[StepId, Mapping[str, str]]) -> StepReport:
    """Run one step, and turn every way in which it can end into a value."""
    began = context.clock.monotonic()
    error: CfstreamError | None = None
    try:
        outputs[step.id] = step.perform(context)
        context.ledger.brought(step.id, outputs[step.id])
        outcome = StepOutcome.DONE
    except (Stale, VersionMoved) as moved:
        outcome, error = StepOutcome.STALE, moved
    except ReplyLost as lost:
        outcome, error = StepOutcome.UNKNOWN, lost
    except TimedOut as late:
        outcome, error = StepOutcome.TIMED_OUT, late
    except Interrupted as stop:
        outcome, error = StepOutcome.INTERRUPTED, stop
    except CfstreamError as refusal:
        outcome, error = StepOutcome.REFUSED, refusal
    report = _report(step, outcome, round(context.clock.monotonic() - began, 3))
    return replace(report, error=error.what, do=error.do) if error else report


def _report(step: Step, outcome: StepOutcome, seconds: float = 0.0) -> StepReport:
    return StepReport(step.id, step.verb, step.address, outcome, seconds)


def _progress(tell: EventHandler, plan: StackPlan, step: Step) -> Callable[[str, float | None], None]:
    return lambda text, fraction: tell(StepProgress(plan.name, step, text, fraction, plan.account))


def _stops(reports: list[StepReport]) -> bool:
    """Return whether a step's outcome ends the stack. A timeout does not: it ends only what needs the wait."""
    ends = {StepOutcome.STALE, StepOutcome.REFUSED, StepOutcome.UNKNOWN, StepOutcome.INTERRUPTED}
    return any(report.outcome in ends for report in reports)


def _ready(step: Step, reports: list[StepReport], options: RunOptions) -> bool:
    """Return whether everything that a step needs is done. With ``--no-wait``, no wait is ready."""
    if options.no_wait and step.verb is Verb.WAIT:
        return False
    done = {report.id for report in reports if report.outcome is StepOutcome.DONE}
    return done.issuperset(step.needs)


def _outcome(reports: list[StepReport], options: RunOptions) -> StackOutcome:
    outcomes = {report.outcome for report in reports}
    stopped = options.interrupted() and StepOutcome.NOT_TRIED in outcomes
    if stopped or StepOutcome.INTERRUPTED in outcomes:
        return StackOutcome.INTERRUPTED
    if StepOutcome.STALE in outcomes:
        return StackOutcome.STALE
    if outcomes & {StepOutcome.REFUSED, StepOutcome.UNKNOWN}:
        return StackOutcome.FAILED
    untried = [report for report in reports if report.outcome is StepOutcome.NOT_TRIED]
    if StepOutcome.TIMED_OUT in outcomes or any(report.verb is not Verb.WAIT for report in untried):
        return StackOutcome.TIMED_OUT
    # A stack without steps may have waited for a change of an earlier run.
    return StackOutcome.APPLIED if reports else StackOutcome.UNCHANGED
