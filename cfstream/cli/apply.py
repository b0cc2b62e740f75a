"""`cfstream apply`: shows the plan, asks, does it, and reports."""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cfstream.cli import connection, notifying, terminal
from cfstream.cli.exit_codes import ExitCode
from cfstream.errors import CfstreamError, WrongUsage
from cfstream.steps.step import HAZARDS

if TYPE_CHECKING:
    from cfstream.applying import Report, Telling
    from cfstream.planning import Plan, StackPlan
    from cfstream.ports import World
    from cfstream.proving.finding import Proof


class Format(StrEnum):
    """How what is done is told: in words, as one report at the end, or as events while it happens."""

    TEXT = "text"
    JSON = "json"
    NDJSON = "ndjson"


Targets = Annotated[
    list[str],
    typer.Argument(
        metavar="SPEC...|PLANFILE",
        help="YAML files, folders of them, or -; or one plan saved by: cfstream plan --out.",
        show_default=False,
    ),
]


def apply(
    specs: Targets,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; needed without a terminal.")] = False,
    no_wait: Annotated[
        bool,
        typer.Option("--no-wait", help="Do not wait for Deployed; what needs it is left for a later run."),
    ] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow",
            metavar="HAZARD",
            help=f"Allow a dangerous change: {', '.join(HAZARDS)}. May be repeated.",
        ),
    ] = None,
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Do not prove in the end that nobody gets in who must not.")
    ] = False,
    output: Annotated[
        Format, typer.Option("--format", help="How to tell what is done; ndjson: as events, line by line.")
    ] = Format.TEXT,
    notify: Annotated[
        str | None,
        typer.Option(
            "--notify", metavar="COMMAND", help="Run this when it is over, the report on its stdin."
        ),
    ] = None,
) -> None:
    """Do what plan shows, after a yes.

    Shows the plan, asks, runs its steps in order, and prints a report. What has moved since it was read is
    refused, never overwritten. Running the same command again goes on from where the last run ended.
    Once all is Deployed, what verify proves without a key is proved.

    Example: cfstream apply specs/ --yes --allow cuts-viewers
    """
    allowed = _hazards(allow or ())
    notifying.check(notify)

    from cfstream.aws.clock import SystemClock
    from cfstream.cli.proving import prove_applied
    from cfstream.cli.saved_plan import find
    from cfstream.spec.load import load
    from cfstream.workflow import Mismatch, apply_plan, check_saved, make_plan, with_proof

    saved = find(specs)
    stacks = load(saved.specs if saved else specs, stdin=sys.stdin)
    clock = SystemClock()
    world = connection.current().world(clock)
    plan = make_plan(stacks, world)
    _show(plan, output)
    try:
        if saved:
            check_saved(saved.document, plan)
    except Mismatch as moved:
        if output is not Format.TEXT:
            _tell_programs(_untried(plan, moved.what), None, output)
        terminal.complain(moved)
        raise typer.Exit(ExitCode.STALE) from moved
    if not yes and any(_would_run(stack, allowed) for stack in plan.stacks):
        _ask()
    with _ended_by_sigint(clock.interrupt), _telling(plan, world, output) as tell:
        report = apply_plan(
            plan, world, allow=allowed, no_wait=no_wait, tell=tell, interrupted=lambda: clock.interrupted
        )
    proved = None if no_verify else prove_applied(stacks, world, report)
    if proved is not None:
        report = with_proof(report, proved)
    if output is not Format.TEXT or not plan.in_sync or report.exit_code:
        _report(report, proved, output)
    if not plan.in_sync:
        notifying.notify(notify, _document(report, proved), report.exit_code)
    raise typer.Exit(report.exit_code)


def _telling(plan: "Plan", world: "World", output: Format) -> "AbstractContextManager[Telling]":
    """Who tells what goes on: events for programs, or words for people."""
    from cfstream.cli.events import Events
    from cfstream.cli.past_deploys import PastDeploys, cache_folder
    from cfstream.cli.telling import telling
    from cfstream.render.events import planned

    if output is not Format.NDJSON:
        return telling(plan, PastDeploys(cache_folder(), real_aws=world.real_aws))
    events = Events(world.clock.now)
    events.say(planned(plan))
    return nullcontext(events)


def _hazards(named: Sequence[str]) -> frozenset[str]:
    """The hazards that are allowed. Raises WrongUsage for a name that is none, with the nearest that is."""
    for name in named:
        if name not in HAZARDS:
            near = get_close_matches(name, HAZARDS, n=1)
            raise WrongUsage(
                f"--allow {name}: there is no hazard of that name",
                f"write --allow {near[0]}" if near else f"name one of {', '.join(HAZARDS)}",
            )
    return frozenset(named)


def _show(plan: "Plan", output: Format) -> None:
    """The plan, on stdout; on stderr when stdout is for the JSON report alone."""
    from cfstream.render.text import plan_text

    stream = sys.stdout if output is Format.TEXT else sys.stderr
    text = plan_text(plan, color=terminal.colored(stream), width=terminal.width())
    if output is Format.TEXT:
        terminal.say(text)
    else:
        terminal.note(text)


def _would_run(stack: "StackPlan", allowed: frozenset[str]) -> bool:
    """Whether a yes would have this stack's steps done: what is left out needs no question."""
    from cfstream.applying import blocked

    return bool(stack.steps) and blocked(stack, allowed) is None


def _ask() -> None:
    """Returns after a ``yes``. Raises WrongUsage where nobody can be asked, else CfstreamError."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise WrongUsage(
            "apply asks before it writes, and there is no terminal to ask on",
            "add --yes to say it beforehand",
        )
    terminal.tell("Type yes to apply: ")
    if sys.stdin.readline().strip() != "yes":
        raise CfstreamError(
            "not applied: the answer was not yes", "nothing was written; run it again when you are ready"
        )


def _untried(plan: "Plan", why: str) -> "Report":
    """The report of a saved plan that no longer holds: no step was tried."""
    from cfstream.applying import Report, StackOutcome, StackReport, StepOutcome, StepReport

    stacks = [
        StackReport(
            stack.name,
            stack.spec,
            StackOutcome.STALE,
            tuple(
                StepReport(step.id, step.verb, step.address, StepOutcome.NOT_TRIED) for step in stack.steps
            ),
            why=why,
        )
        for stack in plan.stacks
    ]
    return Report(tuple(stacks), ExitCode.STALE)


@contextmanager
def _ended_by_sigint(interrupt: Callable[[], None]) -> Iterator[None]:
    """SIGINT lets the write under way end; the rest is not tried. A second one changes nothing."""
    previous = signal.signal(signal.SIGINT, lambda *_: interrupt())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def _report(report: "Report", proof: "Proof | None", output: Format) -> None:
    """What was done on stdout, what went wrong on stderr; for programs all of it on stdout."""
    from cfstream.cli.proving import tell_broken
    from cfstream.render.report import failures_text, report_text

    flags = connection.current().flags()
    if output is Format.TEXT:
        terminal.say("\n" + report_text(report, color=terminal.colored(sys.stdout), width=terminal.width()))
    else:
        _tell_programs(report, proof, output)
    terminal.tell(
        failures_text(report, flags=flags, color=terminal.colored(sys.stderr), width=terminal.width())
    )
    tell_broken(proof)


def _tell_programs(report: "Report", proof: "Proof | None", output: Format) -> None:
    """The report on stdout: a document, or the last of the events."""
    from cfstream.aws.clock import SystemClock
    from cfstream.cli.events import Events
    from cfstream.render.events import reported
    from cfstream.render.json import as_text

    document = _document(report, proof)
    if output is Format.JSON:
        terminal.say(as_text(document))
    else:
        Events(SystemClock().now).say(reported(document, report.exit_code))


def _document(report: "Report", proof: "Proof | None") -> dict[str, Any]:
    from cfstream.cli.proving import with_proofs
    from cfstream.render.report import report_document

    return with_proofs(report_document(report), proof)
