"""What `apply` and `destroy` share: show the plan, run it, show its progress, and print the report."""

import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cfstream import ending_signals
from cfstream.cli.invocation import Invocation
from cfstream.cli.options import RunFormat, is_brief
from cfstream.cli.terminal import notifying
from cfstream.cli.terminal.streams import Terminal, is_interactive
from cfstream.startup.frozen import dataclass

if TYPE_CHECKING:
    from cfstream.applying import EventHandler, Report, RunOptions
    from cfstream.aws.clock import SystemClock
    from cfstream.planning import Plan
    from cfstream.ports import World
    from cfstream.render.hazards import Allowed, SavedAs
    from cfstream.verification.finding import Proof


def show(
    plan: "Plan",
    output: RunFormat,
    terminal: Terminal,
    *,
    brief: bool = False,
    allowed: "Allowed | None" = None,
) -> None:
    """Print the plan on stdout; on stderr if stdout is for JSON. `allowed` is that of `plan_text`."""
    from cfstream.render.hazards import NONE_ALLOWED
    from cfstream.render.text import plan_text

    stream = sys.stdout if output is RunFormat.TEXT else sys.stderr
    color, width = terminal.colored(stream), terminal.width(stream)
    on_terminal = is_interactive(stream)
    run = replace(allowed or NONE_ALLOWED, applying=True)
    text = plan_text(plan, color=color, width=width, brief=brief, allowed=run, terminal=on_terminal)
    if output is RunFormat.TEXT:
        terminal.say(text)
    else:
        terminal.note(text)


def _progress(
    plan: "Plan", world: "World", output: RunFormat, terminal: Terminal
) -> "AbstractContextManager[EventHandler]":
    """Return what shows the progress: events for programs, or text for people."""
    from cfstream.cli.terminal.events import Events
    from cfstream.cli.terminal.past_deploys import PastDeploys
    from cfstream.cli.terminal.progress import progress_of
    from cfstream.private_file import cache_folder
    from cfstream.render.events import planned

    if output is not RunFormat.NDJSON:
        past = PastDeploys(cache_folder(), real_aws=world.real_aws)
        return progress_of(plan, past, terminal, world.clock.monotonic)
    events = Events(terminal, world.clock.now)
    events.say(planned(plan))
    return nullcontext(events.tell)


def carry_out(
    plan: "Plan",
    world: "World",
    clock: "SystemClock",
    output: RunFormat,
    terminal: Terminal,
    *,
    options: "RunOptions",
) -> "Report":
    """Apply the plan, and show its progress.

    Ctrl-C, SIGTERM or SIGHUP stops it after the current write, and skips the remaining steps. Another one changes
    nothing.
    """
    from cfstream.workflow import apply_plan

    ending = ending_signals.handled(lambda _: clock.interrupt())
    with ending, _progress(plan, world, output, terminal) as tell:
        return apply_plan(plan, world, replace(options, interrupted=lambda: clock.interrupted), tell=tell)


@dataclass(frozen=True)
class RunResult:
    """What was planned, what was done, and the proof of what was verified after it, if anything was."""

    plan: "Plan"
    report: "Report"
    proof: "Proof | None" = None
    saved: "SavedAs | None" = None
    """The file of the plan, if it was saved."""


def conclude(
    result: RunResult, output: RunFormat, run: Invocation, *, notify: str | None, again: str = ""
) -> None:
    """Print the report, and run the --notify command, unless there was nothing to do.

    `again` is the command that resumes the run, if it is not the one of this run.
    """
    report = result.report
    worked = not result.plan.in_sync or any(stack.steps for stack in report.stacks)
    if output is not RunFormat.TEXT or worked or report.exit_code:
        print_report(result, output, run, again=again or run.again())
    if worked:
        outcomes = [(stack.name, str(stack.outcome)) for stack in report.stacks]
        notifying.notify(notify, document_of(result), report.exit_code, outcomes, run.terminal)


def print_report(result: RunResult, output: RunFormat, run: Invocation, *, again: str) -> None:
    """Print what was done on stdout and what failed on stderr. For programs, also print everything on stdout."""
    from cfstream.render.report import SuggestedCommands, failures_text, report_text
    from cfstream.render.verify import broken_text

    terminal = run.terminal
    width = terminal.width()
    if output is RunFormat.TEXT:
        color, quiet = terminal.colored(sys.stdout), terminal.verbosity < 0
        brief = is_brief(len(result.report.stacks), None)
        terminal.say("\n" + report_text(result.report, color=color, width=width, quiet=quiet, brief=brief))
    else:
        print_for_programs(result, output, run)
    color, width = terminal.colored(sys.stderr), terminal.width(sys.stderr)
    commands = SuggestedCommands(run.connection.flags(), again, result.saved)
    terminal.tell(failures_text(result.report, commands=commands, color=color, width=width))
    if result.proof is not None:
        terminal.tell(broken_text(result.proof, result.plan, color=color, width=width))


def print_for_programs(result: RunResult, output: RunFormat, run: Invocation) -> None:
    """Print the report on stdout: as a document, or as the last event."""
    from cfstream.cli.terminal.events import Events
    from cfstream.render.document import as_text
    from cfstream.render.events import reported

    document = document_of(result)
    if output is RunFormat.JSON:
        run.terminal.say(as_text(document))
    else:
        Events(run.terminal, run.connection.clock().now).say(reported(document, result.report.exit_code))


def document_of(result: RunResult) -> dict[str, Any]:
    """Return the report for programs, each stack with its proof under ``verify``; null without one."""
    from cfstream.render.report import report_document
    from cfstream.render.verify import stack_document

    document = report_document(result.report)
    proofs = {each.key: stack_document(each) for each in result.proof.stacks} if result.proof else {}
    stacks = [
        {**stack, "verify": proofs.get((stack["account"], stack["name"]))} for stack in document["stacks"]
    ]
    return {**document, "stacks": stacks}
