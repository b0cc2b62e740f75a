"""What `apply` and `destroy` share: their options, the plan shown and carried out, who is told, and the report."""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cfstream.cli import connection, notifying, terminal
from cfstream.errors import WrongUsage
from cfstream.steps.step import HAZARDS

if TYPE_CHECKING:
    from cfstream.applying import Report, Telling
    from cfstream.aws.clock import SystemClock
    from cfstream.planning import Plan, StackPlan
    from cfstream.ports import World
    from cfstream.proving.finding import Proof


class Format(StrEnum):
    """How what is done is told: in words, as one report at the end, or as events while it happens."""

    TEXT = "text"
    JSON = "json"
    NDJSON = "ndjson"


Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; needed without a terminal.")]

NoWait = Annotated[
    bool,
    typer.Option("--no-wait", help="Do not wait for Deployed; what needs it is left for a later run."),
]

Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="HAZARD",
        help=f"Allow a dangerous change: {', '.join(HAZARDS)}. May be repeated.",
    ),
]

Output = Annotated[
    Format, typer.Option("--format", help="How to tell what is done; ndjson: as events, line by line.")
]

Notify = Annotated[
    str | None,
    typer.Option("--notify", metavar="COMMAND", help="Run this when it is over, the report on its stdin."),
]


def hazards(named: Sequence[str]) -> frozenset[str]:
    """The hazards that are allowed. Raises WrongUsage for a name that is none, with the nearest that is."""
    for name in named:
        if name not in HAZARDS:
            near = get_close_matches(name, HAZARDS, n=1)
            raise WrongUsage(
                f"--allow {name}: there is no hazard of that name",
                f"write --allow {near[0]}" if near else f"name one of {', '.join(HAZARDS)}",
            )
    return frozenset(named)


def show(plan: "Plan", output: Format) -> None:
    """The plan, on stdout; on stderr when stdout is for the JSON report alone."""
    from cfstream.render.text import plan_text

    stream = sys.stdout if output is Format.TEXT else sys.stderr
    text = plan_text(plan, color=terminal.colored(stream), width=terminal.width())
    if output is Format.TEXT:
        terminal.say(text)
    else:
        terminal.note(text)


def would_run(stack: "StackPlan", allowed: frozenset[str]) -> bool:
    """Whether a yes would have this stack's steps done: what is left out needs no question."""
    from cfstream.applying import blocked

    return bool(stack.steps) and blocked(stack, allowed) is None


def told_by(plan: "Plan", world: "World", output: Format) -> "AbstractContextManager[Telling]":
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


@contextmanager
def ended_by_sigint(interrupt: Callable[[], None]) -> Iterator[None]:
    """SIGINT lets the write under way end; the rest is not tried. A second one changes nothing."""
    previous = signal.signal(signal.SIGINT, lambda *_: interrupt())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def carry_out(
    plan: "Plan",
    world: "World",
    clock: "SystemClock",
    output: Format,
    *,
    allow: frozenset[str],
    no_wait: bool,
) -> "Report":
    """Does what the plan says, and tells of it while it goes on. SIGINT ends it in good order."""
    from cfstream.workflow import apply_plan

    with ended_by_sigint(clock.interrupt), told_by(plan, world, output) as tell:
        return apply_plan(
            plan, world, allow=allow, no_wait=no_wait, tell=tell, interrupted=lambda: clock.interrupted
        )


def conclude(
    plan: "Plan", report: "Report", output: Format, notify: str | None, proof: "Proof | None" = None
) -> None:
    """Prints the report, and runs the command that somebody wanted to be told by, where there is something to tell."""
    if output is not Format.TEXT or not plan.in_sync or report.exit_code:
        print_report(report, proof, output)
    if not plan.in_sync:
        outcomes = [(stack.name, str(stack.outcome)) for stack in report.stacks]
        notifying.notify(notify, document_of(report, proof), report.exit_code, outcomes)


def print_report(report: "Report", proof: "Proof | None", output: Format) -> None:
    """What was done on stdout, what went wrong on stderr; for programs all of it on stdout."""
    from cfstream.cli.proving import tell_broken
    from cfstream.render.report import failures_text, report_text

    flags = connection.current().flags()
    if output is Format.TEXT:
        terminal.say("\n" + report_text(report, color=terminal.colored(sys.stdout), width=terminal.width()))
    else:
        tell_programs(report, proof, output)
    terminal.tell(
        failures_text(report, flags=flags, color=terminal.colored(sys.stderr), width=terminal.width())
    )
    tell_broken(proof)


def tell_programs(report: "Report", proof: "Proof | None", output: Format) -> None:
    """The report on stdout: a document, or the last of the events."""
    from cfstream.cli.events import Events
    from cfstream.render.events import reported
    from cfstream.render.json import as_text

    document = document_of(report, proof)
    if output is Format.JSON:
        terminal.say(as_text(document))
    else:
        Events(connection.current().clock().now).say(reported(document, report.exit_code))


def document_of(report: "Report", proof: "Proof | None") -> dict[str, Any]:
    """The report for programs, with what was proved of each stack."""
    from cfstream.cli.proving import with_proofs
    from cfstream.render.report import report_document

    return with_proofs(report_document(report), proof)
