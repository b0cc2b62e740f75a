"""What `apply` and `destroy` share: their options, the plan shown and carried out, who is told, and the report."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from cfstream.cli import connection
from cfstream.cli.options import RunFormat
from cfstream.cli.terminal import notifying, streams

if TYPE_CHECKING:
    from cfstream.applying import Report, Telling
    from cfstream.aws.clock import SystemClock
    from cfstream.planning import Plan, StackPlan
    from cfstream.ports import World
    from cfstream.proving.finding import Proof


def show(plan: "Plan", output: RunFormat) -> None:
    """The plan, on stdout; on stderr when stdout is for the JSON report alone."""
    from cfstream.render.text import plan_text

    stream = sys.stdout if output is RunFormat.TEXT else sys.stderr
    text = plan_text(plan, color=streams.colored(stream), width=streams.width())
    if output is RunFormat.TEXT:
        streams.say(text)
    else:
        streams.note(text)


def would_run(stack: "StackPlan", allowed: frozenset[str]) -> bool:
    """Whether a yes would have this stack's steps done: what is left out needs no question."""
    from cfstream.planning.blocking import blocked

    return bool(stack.steps) and blocked(stack, allowed) is None


def told_by(plan: "Plan", world: "World", output: RunFormat) -> "AbstractContextManager[Telling]":
    """Who tells what goes on: events for programs, or words for people."""
    from cfstream.cli.terminal.events import Events
    from cfstream.cli.terminal.past_deploys import PastDeploys, cache_folder
    from cfstream.cli.terminal.progress import telling
    from cfstream.render.events import planned

    if output is not RunFormat.NDJSON:
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
    output: RunFormat,
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
    plan: "Plan", report: "Report", output: RunFormat, notify: str | None, proof: "Proof | None" = None
) -> None:
    """Prints the report, and runs the command that somebody wanted to be told by, where there is something to tell."""
    if output is not RunFormat.TEXT or not plan.in_sync or report.exit_code:
        print_report(report, proof, output)
    if not plan.in_sync:
        outcomes = [(stack.name, str(stack.outcome)) for stack in report.stacks]
        notifying.notify(notify, document_of(report, proof), report.exit_code, outcomes)


def print_report(report: "Report", proof: "Proof | None", output: RunFormat) -> None:
    """What was done on stdout, what went wrong on stderr; for programs all of it on stdout."""
    from cfstream.cli.proving import tell_broken
    from cfstream.render.report import failures_text, report_text

    flags = connection.current().flags()
    if output is RunFormat.TEXT:
        streams.say("\n" + report_text(report, color=streams.colored(sys.stdout), width=streams.width()))
    else:
        tell_programs(report, proof, output)
    streams.tell(failures_text(report, flags=flags, color=streams.colored(sys.stderr), width=streams.width()))
    tell_broken(proof)


def tell_programs(report: "Report", proof: "Proof | None", output: RunFormat) -> None:
    """The report on stdout: a document, or the last of the events."""
    from cfstream.cli.terminal.events import Events
    from cfstream.render.events import reported
    from cfstream.render.json import as_text

    document = document_of(report, proof)
    if output is RunFormat.JSON:
        streams.say(as_text(document))
    else:
        Events(connection.current().clock().now).say(reported(document, report.exit_code))


def document_of(report: "Report", proof: "Proof | None") -> dict[str, Any]:
    """The report for programs, with what was proved of each stack."""
    from cfstream.cli.proving import with_proofs
    from cfstream.render.report import report_document

    return with_proofs(report_document(report), proof)
