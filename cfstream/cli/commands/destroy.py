"""`cfstream destroy`: shows what goes, asks for the stack's name, and takes it away."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from cfstream.cli import connection
from cfstream.cli.options import Allow, Notify, NoWait, Output, RunFormat, Specs, Yes
from cfstream.cli.running import carry_out, conclude, show, would_run
from cfstream.cli.terminal import notifying
from cfstream.cli.terminal.streams import note, tell
from cfstream.errors import CfstreamError, WrongUsage
from cfstream.steps.hazards import HazardName, hazards_named

if TYPE_CHECKING:
    from cfstream.applying import Report
    from cfstream.planning import Plan, StackPlan
    from cfstream.spec.load import Stack

IMPLIED = frozenset({HazardName.DELETES, HazardName.CUTS_VIEWERS})
"""The hazards that are what destroying means: the yes allows them."""


def destroy(
    specs: Specs,
    *,
    yes: Yes = False,
    no_wait: NoWait = False,
    allow: Allow = None,
    output: Output = RunFormat.TEXT,
    notify: Notify = None,
) -> None:
    """Take away all that is the stack's, after its name is typed: never the bucket, never an object.

    Shows what goes and what stays, and asks. The distribution is disabled, waited for and deleted; then go our grants,
    key groups, public keys, policies and identity, as far as nothing else uses them. Records go first. What is not ours
    stays as it is. A spec that says protect: true is refused. Stopped anywhere, the same command goes on from there.

    Example: cfstream destroy lectures.yaml
    """
    allowed = hazards_named(allow or ()) | IMPLIED
    notifying.check(notify)

    from cfstream.spec.load import load
    from cfstream.workflow import make_plan

    stacks = load(specs, stdin=sys.stdin)
    clock = connection.current().clock()
    world = connection.current().world(clock)
    plan = make_plan(stacks, world, destroying=True)
    show(plan, output)
    going = [stack for stack in plan.stacks if would_run(stack, allowed)]
    if going and not yes:
        _ask(going)
    report = carry_out(plan, world, clock, output, allow=allowed, no_wait=no_wait)
    conclude(plan, report, output, notify)
    _tell_of_adopted(stacks, report)
    if len(going) > 1 and not report.exit_code:
        _tell_of_the_rest(make_plan(stacks, world, destroying=True))
    raise typer.Exit(report.exit_code)


def _tell_of_adopted(stacks: "Sequence[Stack]", report: "Report") -> None:
    """A spec that names the distribution that is gone could not be applied again as it is."""
    from cfstream.render.report import WENT_WELL

    gone = {each.name for each in report.stacks if each.outcome in WENT_WELL}
    for stack in stacks:
        if stack.spec.name in gone and stack.spec.adopt:
            note(
                f"note: {stack.path} adopts {stack.spec.adopt}, which is gone: take `adopt` out of it before it is "
                "applied again\n"
            )


def _tell_of_the_rest(plan: "Plan") -> None:
    """Of several stacks one may have used what is another's, which could not go before it."""
    left = [stack.name for stack in plan.stacks if stack.steps]
    if left:
        note(
            f"note: what others of these stacks used of {', '.join(left)} can go now: run the same command again\n"
        )


def _ask(stacks: "Sequence[StackPlan]") -> None:
    """Returns when every stack's name was typed. Raises WrongUsage where nobody can be asked, else CfstreamError."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise WrongUsage(
            "destroy asks before it destroys, and there is no terminal to ask on",
            "read what would go, and add --yes",
        )
    for stack in stacks:
        tell(f"Type {stack.name} to destroy it: ")
        if sys.stdin.readline().strip() != stack.name:
            raise CfstreamError(
                f"the answer was not {stack.name}: nothing was destroyed",
                f"to destroy it, run the same command again and type {stack.name}",
            )
