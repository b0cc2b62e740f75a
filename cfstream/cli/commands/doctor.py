"""``cfstream doctor``: checks that this machine and this account have what commands need."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cfstream.cli.arguments import specs_argument
from cfstream.cli.invocation import invocation_of
from cfstream.cli.options import Format
from cfstream.cli.terminal.streams import Terminal
from cfstream.exit_codes import ExitCode

if TYPE_CHECKING:
    from cfstream.spec.load import Stack
    from cfstream.use_cases.doctor.check import DoctorCheck


def doctor(
    ctx: typer.Context,
    specs: Annotated[
        list[str] | None,
        specs_argument("SPEC...", "Also try each read that a plan of these specs needs."),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
) -> None:
    """Check that this machine and this account have what commands need, and show how to fix what is missing.

    Checks versions, extras, git, the terminal and the sandbox; then profile, region, credentials, identity, clock and
    permissions. Changes nothing and prints no secret. Exits with 1 if a command would fail.

    Example: cfstream doctor lectures.yaml
    """
    from cfstream.render.checkup import checkup_document, checkup_text
    from cfstream.render.document import answer
    from cfstream.use_cases.doctor.account import account_checks
    from cfstream.use_cases.doctor.check import all_passed
    from cfstream.use_cases.doctor.machine import machine_checks

    run = invocation_of(ctx)
    terminal = run.terminal
    stacks: tuple[Stack, ...] = ()
    if specs:
        from cfstream.spec.load import load

        stacks = load(specs)
    checks = [*machine_checks(), _output_check(terminal), *account_checks(stacks, run.connection)]
    code = ExitCode.DONE if all_passed(checks) else ExitCode.FAILED
    if output is Format.JSON:
        terminal.say(answer(checkup_document(checks), code))
    else:
        terminal.say(checkup_text(checks, color=terminal.colored(sys.stdout), width=terminal.width()))
    raise typer.Exit(code)


def _output_check(terminal: Terminal) -> "DoctorCheck":
    from cfstream.use_cases.doctor.check import DoctorCheck, State

    encoding = getattr(sys.stdout, "encoding", None) or "no encoding"
    if terminal.colored(sys.stdout):
        colors = "in colours"
    elif terminal.color is False or os.environ.get("NO_COLOR"):
        colors = "no colours, as requested"
    elif sys.stdout is not None and sys.stdout.isatty():
        colors = f"no colours: TERM is {os.environ.get('TERM', '') or 'empty'}"
    else:
        colors = "no colours: not a terminal"
    return DoctorCheck("output", State.WELL, f"{encoding}, {terminal.width()} columns, {colors}")
