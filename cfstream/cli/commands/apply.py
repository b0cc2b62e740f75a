"""`cfstream apply`: shows the plan, asks, does it, and reports."""

import sys
from typing import Annotated

import typer

from cfstream.cli import connection
from cfstream.cli.exit_codes import ExitCode
from cfstream.cli.options import Allow, Notify, NoWait, Output, RunFormat, Yes
from cfstream.cli.running import carry_out, conclude, show, tell_programs, would_run
from cfstream.cli.terminal import notifying, streams
from cfstream.errors import CfstreamError, WrongUsage
from cfstream.steps.hazards import hazards_named

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
    yes: Yes = False,
    no_wait: NoWait = False,
    allow: Allow = None,
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Do not prove in the end that nobody gets in who must not.")
    ] = False,
    output: Output = RunFormat.TEXT,
    notify: Notify = None,
) -> None:
    """Do what plan shows, after a yes.

    Shows the plan, asks, runs its steps in order, and prints a report. What has moved since it was read is
    refused, never overwritten. Running the same command again goes on from where the last run ended.
    Once all is Deployed, what verify proves without a key is proved.

    Example: cfstream apply specs/ --yes --allow cuts-viewers
    """
    allowed = hazards_named(allow or ())
    notifying.check(notify)

    from cfstream.cli.proving import prove_applied
    from cfstream.cli.saved_plan import find
    from cfstream.outputs import stale_report
    from cfstream.planning.saved import Mismatch, check_saved
    from cfstream.spec.load import load
    from cfstream.workflow import make_plan

    saved = find(specs)
    stacks = load(saved.specs if saved else specs, stdin=sys.stdin)
    clock = connection.current().clock()
    world = connection.current().world(clock)
    plan = make_plan(stacks, world)
    show(plan, output)
    try:
        if saved:
            check_saved(saved.document, plan)
    except Mismatch as moved:
        if output is not RunFormat.TEXT:
            tell_programs(stale_report(plan, moved), None, output)
        streams.complain(moved)
        raise typer.Exit(ExitCode.STALE) from moved
    if not yes and any(would_run(stack, allowed) for stack in plan.stacks):
        _ask()
    report = carry_out(plan, world, clock, output, allow=allowed, no_wait=no_wait)
    proved = None if no_verify else prove_applied(stacks, world, report)
    if proved is not None:
        from cfstream.proving.report import with_proof

        report = with_proof(report, proved)
    conclude(plan, report, output, notify, proved)
    raise typer.Exit(report.exit_code)


def _ask() -> None:
    """Returns after a ``yes``. Raises WrongUsage where nobody can be asked, else CfstreamError."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise WrongUsage(
            "apply asks before it writes, and there is no terminal to ask on",
            "add --yes to say it beforehand",
        )
    streams.tell("Type yes to apply: ")
    if sys.stdin.readline().strip() != "yes":
        raise CfstreamError(
            "not applied: the answer was not yes", "nothing was written; run it again when you are ready"
        )
