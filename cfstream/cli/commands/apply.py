"""`cfstream apply`: show the plan, ask, run it, and report."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from cfstream.cli.invocation import Invocation, invocation_of
from cfstream.cli.options import (
    AllObjectsOfPlan,
    Allow,
    ChangedSince,
    FailFast,
    Length,
    Notify,
    NoWait,
    Only,
    Output,
    RunFormat,
    Yes,
    is_brief,
)
from cfstream.cli.pasting import repeat_flags
from cfstream.cli.running import RunResult, carry_out, conclude, print_for_programs, show
from cfstream.cli.terminal import completion, notifying
from cfstream.cli.terminal.confirming import is_confirmed
from cfstream.cli.terminal.streams import Terminal
from cfstream.errors import CfstreamError
from cfstream.exit_codes import ExitCode
from cfstream.render.hazards import Allowed, saved_as
from cfstream.steps.hazards import hazards_named

if TYPE_CHECKING:
    from cfstream.applying import Report
    from cfstream.planning import Plan
    from cfstream.ports import World
    from cfstream.spec.load import Stack
    from cfstream.use_cases.apply import AppliedProof
    from cfstream.use_cases.saved_plan import SavedPlan
    from cfstream.verification.finding import StackProof

SpecsOrPlan = Annotated[
    list[str],
    typer.Argument(
        metavar="SPEC...|PLANFILE",
        autocompletion=completion.specs_and_plans,
        help="YAML files, directories of them, or -; or one plan saved by: cfstream plan --out.",
        show_default=False,
    ),
]


def apply(
    ctx: typer.Context,
    specs: SpecsOrPlan,
    *,
    yes: Yes = False,
    no_wait: NoWait = False,
    allow: Allow = None,
    no_verify: Annotated[bool, typer.Option("--no-verify", help="Do not run verify at the end.")] = False,
    output: Output = RunFormat.TEXT,
    notify: Notify = None,
    only: Only = None,
    changed_since: ChangedSince = None,
    fail_fast: FailFast = False,
    all_objects: AllObjectsOfPlan = False,
    length: Length = None,
) -> None:
    """Run the plan after you confirm it.

    Shows the plan, asks, runs its steps in order, and prints a report. A resource that changed since it was read is
    refused, never overwritten. If it is interrupted, run the same command again; it resumes. When everything is
    Deployed, runs verify without a key.

    Example: cfstream apply specs/ --yes --allow cuts-viewers
    """
    allowed = hazards_named(allow or ())
    notifying.check(notify)

    from cfstream.applying import RunOptions
    from cfstream.spec.load import load
    from cfstream.use_cases.former_specs import with_former
    from cfstream.use_cases.saved_plan import find
    from cfstream.use_cases.selection import select
    from cfstream.workflow import make_plan

    run = invocation_of(ctx)
    saved = find(specs)
    stacks = load(saved.specs if saved else specs, only=only or ())
    chosen = saved.chosen(only, changed_since) if saved else select(stacks, only or (), changed_since)
    clock = run.connection.clock()
    world = replace(
        run.connection.world(clock), all_objects=all_objects or (saved is not None and saved.all_objects)
    )
    plan = with_former(make_plan(stacks, world, only=chosen), stacks, changed_since)
    if saved:
        _refuse_stale(saved, plan, output, run)
    file = saved_as(saved.file, plan.stacks, allowed) if saved else None
    _show_and_ask(plan, output, run.terminal, allowed=Allowed(allowed, saved=file), yes=yes, length=length)
    options = RunOptions(allowed, no_wait, fail_fast)
    report = carry_out(plan, world, clock, output, run.terminal, options=options)
    result = RunResult(plan, report, saved=file)
    result = result if no_verify else _verified(stacks, result, world, run)
    again = run.again({specs[0]: saved.arguments}) if saved else ""
    conclude(result, output, run, notify=notify, again=again)
    raise typer.Exit(result.report.exit_code)


def _refuse_stale(saved: "SavedPlan", plan: "Plan", output: RunFormat, run: Invocation) -> None:
    """Return if the saved plan is the plan of now. Otherwise report what has changed, and raise typer.Exit."""
    from cfstream.outputs import stale_report
    from cfstream.planning.saved import Mismatch, check_saved

    try:
        check_saved(saved.document, plan, saved.again)
    except Mismatch as moved:
        repeat_flags(moved, run.connection.flags())
        if output is not RunFormat.TEXT:
            print_for_programs(RunResult(plan, stale_report(plan, moved)), output, run)
        run.terminal.error(moved)
        raise typer.Exit(ExitCode.STALE) from moved


def _show_and_ask(
    plan: "Plan",
    output: RunFormat,
    terminal: Terminal,
    *,
    allowed: Allowed,
    yes: bool,
    length: bool | None,
) -> None:
    """Show the plan, and return if it is confirmed. Does not ask with `yes`, or if no step would run."""
    from cfstream.use_cases.apply import that_would_run

    brief = is_brief(len(plan.stacks), length, yes=yes)
    asking = not yes and bool(that_would_run(plan, frozenset(allowed.names)))
    show(plan, output, terminal, brief=brief, allowed=replace(allowed, advises=asking))
    if asking:
        _ask(terminal)


def _ask(terminal: Terminal) -> None:
    """Return if the answer is ``yes``. Raises WrongUsage without a terminal, or CfstreamError."""
    if not is_confirmed("apply", terminal, command="apply", do="add --yes to confirm"):
        raise CfstreamError(
            "nothing was written: the answer was not yes",
            "to apply, run the same command again, and type yes",
        )


def _verified(stacks: "Sequence[Stack]", result: RunResult, world: "World", run: Invocation) -> RunResult:
    """Verify the stacks that are Deployed, print what was verified, and return the result with it."""
    from cfstream.use_cases.apply import verify_applied
    from cfstream.verification.report import with_proof

    applied = verify_applied(stacks, result.report, world, run.connection.viewer(world))
    _print_proof(applied, result.report, world.flags, run.terminal)
    if applied.proof is None:
        return result
    report = with_proof(result.report, applied.proof, result.plan)
    return replace(result, report=report, proof=applied.proof)


def _print_proof(applied: "AppliedProof", report: "Report", flags: str, terminal: Terminal) -> None:
    """Print on stderr what was verified of the changed stacks, and what could not be verified."""
    from cfstream.applying import StackOutcome
    from cfstream.render.accounts import several

    for stack in sorted(applied.pending, key=lambda each: each.name):
        later = f"cfstream verify {shlex.quote(stack.spec)}{flags}"
        terminal.note(f"{stack.name}: not verified, because it is not Deployed yet; run later: {later}\n")
    if applied.error is not None:
        terminal.note(f"not verified: {applied.error.what}\n")
    if applied.proof is not None:
        changed = {each.key for each in report.stacks if each.outcome is StackOutcome.APPLIED}
        proofs = [each for each in applied.proof.stacks if each.key in changed]
        short = is_brief(len(proofs), None)
        for line in _proof_lines(proofs, many=several(report.stacks), short=short):
            terminal.note(line + "\n")


def _proof_lines(proofs: Sequence["StackProof"], *, many: bool, short: bool) -> Iterator[str]:
    """Yield a line for each stack in which no check failed; `many` is whether the run covers several accounts.

    With `short`, one line counts all stacks that are verified.
    """
    from cfstream.render.accounts import named

    whole = [proof for proof in proofs if short and not proof.broken and not proof.unproved]
    if whole:
        yield f"{len(whole)} stacks: verified, {sum(len(proof.findings) for proof in whole)} checks passed"
    for proof in (each for each in proofs if each not in whole):
        if proof.broken:
            continue
        name = named(proof, several=many)
        why = "; ".join(dict.fromkeys(each.why for each in proof.unproved))
        held = len(proof.findings) - len(proof.unproved)
        if why:
            total = len(proof.findings)
            yield f"{name}: {held} of {total} checks passed, the others are not verified: {why}"
        else:
            yield f"{name}: verified, {held} checks passed"
