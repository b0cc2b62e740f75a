"""`cfstream plan`: what apply would do, shown, and saved if asked."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from cfstream.cli import connection, terminal


class Format(StrEnum):
    """How a result is written."""

    TEXT = "text"
    JSON = "json"


Specs = Annotated[
    list[str],
    typer.Argument(
        metavar="SPEC...", help="YAML files, folders of them, or - for standard input.", show_default=False
    ),
]


def plan(
    specs: Specs,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Save the plan, for: cfstream apply FILE.")
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 3 when there is something to do.")
    ] = False,
) -> None:
    """Show what apply would do, and change nothing.

    Reads the specs and what is live, and prints each step with its reason, its place in the spec, every
    changed field before and after, and who could read the videos before and after. Exits with 2 when
    something stands in the way.

    Example: cfstream plan specs/ --out tonight.plan
    """
    from cfstream.cli.exit_codes import of_plan
    from cfstream.cli.saved_plan import save
    from cfstream.render.json import as_text, plan_document
    from cfstream.render.text import plan_text
    from cfstream.spec.load import load
    from cfstream.workflow import make_plan

    stacks = load(specs, stdin=sys.stdin)
    made = make_plan(stacks, connection.current().world())
    if output is Format.JSON:
        terminal.say(as_text(plan_document(made)))
    else:
        terminal.say(plan_text(made, color=terminal.colored(sys.stdout), width=terminal.width()))
    if out is not None:
        save(made, specs, out)
        flags = connection.current().flags()
        terminal.note(f"Saved to {out}. To do exactly this: cfstream apply {out}{flags}\n")
    raise typer.Exit(of_plan(made, check=check))
