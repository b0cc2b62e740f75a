"""``cfstream validate``: checks specs, without AWS."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cfstream.cli.arguments import specs_argument
from cfstream.cli.invocation import invocation_of
from cfstream.cli.terminal.streams import Terminal
from cfstream.errors import Notice, Problem, SpecProblems
from cfstream.exit_codes import ExitCode

if TYPE_CHECKING:
    from cfstream.spec.load import Stack


def validate(
    ctx: typer.Context,
    specs: Annotated[
        list[str],
        specs_argument(
            "SPEC...", "Files, directories (every *.yaml and *.yml in them), or - for standard input."
        ),
    ],
    output: Annotated[
        Literal["text", "json", "sarif"],
        typer.Option("--format", help="Text for people, JSON for programs, SARIF for code hosts."),
    ] = "text",
) -> None:
    """Check specs, without AWS. Reports every problem of every file at once.

    Example: cfstream validate specs/
    """
    from cfstream.render.document import answer
    from cfstream.spec.limits import notices
    from cfstream.spec.load import load

    terminal = invocation_of(ctx).terminal
    skipped: list[str] = []
    try:
        stacks = load(specs, skipped=skipped)
    except SpecProblems as found:
        # The specs without problems are valid, and nothing else is done with them.
        found.do = ""
        _print_problems(found, output, terminal)
        raise
    for file in skipped:
        terminal.note(f"note: {file}: skipped, because it is not a spec\n")
    checked = [(stack, notices(stack)) for stack in stacks]
    if output == "json":
        rows = [_row(stack, noticed) for stack, noticed in checked]
        terminal.say(answer({"format_version": 1, "stacks": rows, "problems": []}, ExitCode.DONE))
        return
    if output == "sarif":
        terminal.say(_alerts(()))
        return
    for stack, noticed in checked:
        terminal.say(f"ok  {stack.path}: {stack.spec.name} ({stack.spec.delivery})\n")
        for notice in noticed:
            terminal.note(f"note: {stack.path}: {notice.text}\n")


def _print_problems(found: SpecProblems, output: str, terminal: Terminal) -> None:
    """Print the problems for programs. For people, they are printed with the error."""
    from cfstream.render.document import answer
    from cfstream.render.errors import error_document

    if output == "json":
        terminal.say(answer({**error_document(found, ExitCode.USAGE), "stacks": []}, ExitCode.USAGE))
    if output == "sarif":
        terminal.say(_alerts(found.problems))


def _row(stack: "Stack", noticed: Iterable[Notice]) -> dict[str, Any]:
    """Return what programs get of a spec without problems."""
    return {
        "name": stack.spec.name,
        "delivery": stack.spec.delivery,
        "spec": stack.path,
        "line": stack.line("name"),
        "spec_sha256": stack.spec_sha256,
        "notices": [{"text": notice.text, "warning": notice.warning} for notice in noticed],
    }


def _alerts(problems: tuple[Problem, ...]) -> str:
    from cfstream.render.document import as_text
    from cfstream.render.sarif import problems_sarif

    return as_text(problems_sarif(problems))
