"""`cfstream destroy`: shows what will be deleted, asks for the stack's name, and deletes it."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from cfstream.cli.invocation import invocation_of
from cfstream.cli.options import (
    AllowInDestroy,
    Length,
    Notify,
    NoWait,
    Only,
    Output,
    RunFormat,
    Specs,
    Yes,
    is_brief,
)
from cfstream.cli.running import RunResult, carry_out, conclude, show
from cfstream.cli.terminal import notifying
from cfstream.cli.terminal.confirming import refuse_without_terminal
from cfstream.cli.terminal.streams import Terminal
from cfstream.errors import CfstreamError
from cfstream.render.hazards import Allowed
from cfstream.spec.wording import by_number, some_of
from cfstream.steps.hazards import hazards_named

if TYPE_CHECKING:
    from cfstream.applying import Report
    from cfstream.planning import Plan, StackPlan
    from cfstream.spec.load import Stack


def destroy(
    ctx: typer.Context,
    specs: Specs,
    *,
    yes: Yes = False,
    no_wait: NoWait = False,
    allow: AllowInDestroy = None,
    only: Only = None,
    output: Output = RunFormat.TEXT,
    notify: Notify = None,
    length: Length = None,
) -> None:
    """Delete everything the stack owns, after you type its name. Never deletes the bucket or an object.

    Shows what will be deleted and what will not, and asks. Deletes the records; then disables the distribution, waits,
    and deletes it; then deletes the grants, key groups, public keys, policies and identity that nothing else uses.
    Never changes what the stack does not own. Refuses a spec with protect: true. If it is interrupted, run the same
    command again; it resumes.

    Example: cfstream destroy lectures.yaml
    """
    from cfstream.use_cases.apply import DESTROY_IMPLIES, that_would_run

    allowed = hazards_named(allow or ()) | DESTROY_IMPLIES
    notifying.check(notify)

    from cfstream.applying import RunOptions
    from cfstream.spec.load import load
    from cfstream.use_cases.selection import select
    from cfstream.workflow import make_plan

    run = invocation_of(ctx)
    stacks = load(specs, only=only or ())
    chosen = select(stacks, only or ())
    clock = run.connection.clock()
    world = run.connection.world(clock)
    plan = make_plan(stacks, world, destroying=True, only=chosen)
    going = that_would_run(plan, allowed)
    asking = bool(going) and not yes
    brief = is_brief(len(plan.stacks), length, yes=yes)
    allowance = Allowed() if asking else Allowed(allowed, advises=False)
    show(plan, output, run.terminal, brief=brief, allowed=allowance)
    if asking:
        _ask(going, run.terminal)
    options = RunOptions(allowed, no_wait)
    report = carry_out(plan, world, clock, output, run.terminal, options=options)
    conclude(RunResult(plan, report), output, run, notify=notify)
    _note_what_stays(stacks, plan, report, run.terminal)
    if going and len(plan.stacks) > 1 and not report.exit_code:
        _note_more(make_plan(stacks, world, destroying=True, only=chosen), run.terminal)
    raise typer.Exit(report.exit_code)


def _note_what_stays(stacks: "Sequence[Stack]", plan: "Plan", report: "Report", terminal: Terminal) -> None:
    """Print notes about what is left of destroyed stacks, and about specs that must change or stay."""
    from cfstream.use_cases.apply import adopted_and_deleted, destroyed

    for stack in adopted_and_deleted(stacks, report):
        terminal.note(
            f"note: {stack.path} adopts {stack.spec.adopt}, which is deleted: remove `adopt` from it before you apply "
            "it again\n"
        )
    kept = [stack.spec for stack in plan.stacks if stack.keeps]
    gone = destroyed(stacks, report)
    names = {(stack.path, stack.spec.name) for stack in gone}
    left = [name for stack in plan.stacks if (stack.spec, stack.name) in names for name in stack.left]
    terminal.note(_what_stays(gone, kept, [*dict.fromkeys(left)]))


def _note_more(plan: "Plan", terminal: Terminal) -> None:
    """Print a note if the plan, which was made after the run, can delete more.

    A stack may have used a resource of another one, which could not be deleted before.
    """
    left = [stack.name for stack in plan.stacks if stack.steps]
    if left:
        terminal.note(f"note: more of {', '.join(left)} can be deleted now: run the same command again\n")


def _what_stays(gone: "Sequence[Stack]", kept: "Sequence[str]", left: "Sequence[str]") -> str:
    """Return the notes about the buckets and specs of destroyed stacks, about specs to keep, and about what is left.

    `kept` are the specs of the stacks of which others still use something.
    """
    buckets = sorted({stack.spec.bucket.name for stack in gone})
    needed = sorted({*kept} - {"-"})
    files = sorted({stack.path for stack in gone} - {"-", *needed})
    lines = []
    if buckets:
        many, them = by_number(buckets, "bucket", "buckets"), by_number(buckets, "it", "them")
        lines.append(f"note: the {many} {some_of(buckets, _NAMED)} and all objects in {them} stay\n")
    if left:
        lines.append(f"note: these stay too: {some_of(left, _LEFT)}. Delete in AWS what nothing else needs\n")
    if files:
        it, them = ("these stacks", "the specs") if len(gone) > 1 else ("the stack", "that spec")
        lines.append(f"note: the next apply of {some_of(files, _NAMED)} creates {it} again: delete {them}\n")
    if needed:
        lines.append(
            f"note: keep {some_of(needed, _NAMED)}: others still use what the notes above name. When they no longer "
            "do, run destroy again, and then delete the spec. Until then, do not apply it\n"
        )
    return "".join(lines)


_NAMED = 5
"""How many buckets and files a note names."""

_LEFT = 10
"""How many other resources a note names."""


def _ask(stacks: "Sequence[StackPlan]", terminal: Terminal) -> None:
    """Return if every stack's name was typed. Raises WrongUsage without a terminal, or CfstreamError."""
    refuse_without_terminal("destroy", "review what would be deleted, and add --yes")
    for stack in stacks:
        terminal.tell(f"Type {stack.name} to destroy it: ")
        answer = sys.stdin.readline().strip()
        while answer.casefold() in ("y", "yes") and answer != stack.name:
            terminal.tell(f"That is not its name. Type {stack.name} to destroy it: ")
            answer = sys.stdin.readline().strip()
        if answer != stack.name:
            raise CfstreamError(
                f"the answer was not {stack.name}, so nothing was deleted",
                f"to destroy it, run the same command again and type {stack.name}",
            )
