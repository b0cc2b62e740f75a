"""`cfstream plan`: what apply would do, shown, and saved if asked."""

import shlex
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cfstream.cli import connection
from cfstream.cli.options import Specs
from cfstream.cli.terminal import streams
from cfstream.errors import Problem, SpecProblems, WrongUsage

if TYPE_CHECKING:
    from cfstream.planning import Plan
    from cfstream.ports import World
    from cfstream.spec.load import Stack


class PlanFormat(StrEnum):
    """How a plan is written: for eyes, for programs, and for those who review a pull request."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    MERMAID = "mermaid"
    SARIF = "sarif"


def plan(
    specs: Specs,
    *,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Save the plan, for: cfstream apply FILE.")
    ] = None,
    output: Annotated[
        PlanFormat,
        typer.Option("--format", metavar="FORMAT", help=f"How to print it: {', '.join(PlanFormat)}."),
    ] = PlanFormat.TEXT,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 3 when there is something to do.")
    ] = False,
    live: Annotated[
        str | None,
        typer.Option("--live", metavar="SNAPSHOT", help="Plan from what cfstream snapshot recorded."),
    ] = None,
    max_age: Annotated[
        str | None, typer.Option("--max-age", metavar="TIME", help="Refuse an older SNAPSHOT, as in 24h.")
    ] = None,
) -> None:
    """Show what apply would do, and change nothing.

    Reads the specs and what is live, and prints each step with its reason, its place in the spec, every
    changed field before and after, and who could read the videos before and after. Exits with 2 when
    something stands in the way. With --live nothing is read from AWS, and no credentials are needed.

    Example: cfstream plan specs/ --out tonight.plan
    """
    from cfstream.cli.exit_codes import of_plan
    from cfstream.cli.saved_plan import refuse_foreign, save
    from cfstream.spec.load import load
    from cfstream.workflow import make_plan

    if out is not None:
        refuse_foreign(out)
    try:
        stacks = load(specs, stdin=sys.stdin)
    except SpecProblems as found:
        streams.say(_problems(found.problems, output))
        raise
    if max_age is not None and live is None:
        raise WrongUsage("--max-age speaks of a snapshot, and there is none", "name one with --live")
    world = _recorded(live, specs, stacks, out, max_age) if live is not None else connection.current().world()
    made = make_plan(stacks, world)
    streams.say(_shown(made, output))
    if out is not None:
        save(made, specs, out)
        flags = connection.current().flags()
        streams.note(f"Saved to {out}. To do exactly this: cfstream apply {shlex.quote(out)}{flags}\n")
    raise typer.Exit(of_plan(made, check=check))


def _shown(plan: "Plan", output: PlanFormat) -> str:
    """The plan in the format asked for, each imported when it is asked for."""
    match output:
        case PlanFormat.TEXT:
            from cfstream.render.text import plan_text

            return plan_text(plan, color=streams.colored(sys.stdout), width=streams.width())
        case PlanFormat.JSON:
            from cfstream.render.json import as_text, plan_document

            return as_text(plan_document(plan))
        case PlanFormat.MARKDOWN:
            from cfstream.render.markdown import plan_markdown

            return plan_markdown(plan)
        case PlanFormat.HTML:
            from cfstream.render.html import plan_html

            return plan_html(plan)
        case PlanFormat.MERMAID:
            from cfstream.render.mermaid import plan_mermaid

            return plan_mermaid(plan)
        case PlanFormat.SARIF:
            from cfstream.render.json import as_text
            from cfstream.render.sarif import plan_sarif

            return as_text(plan_sarif(plan))


def _problems(problems: tuple[Problem, ...], output: PlanFormat) -> str:
    """What stdout gets when specs cannot be read: reviewers are told too; text and JSON leave it to stderr."""
    match output:
        case PlanFormat.TEXT | PlanFormat.JSON:
            return ""
        case PlanFormat.MARKDOWN:
            from cfstream.render.markdown import problems_markdown

            return problems_markdown(problems)
        case PlanFormat.HTML:
            from cfstream.render.html import problems_html

            return problems_html(problems)
        case PlanFormat.MERMAID:
            from cfstream.render.mermaid import problems_mermaid

            return problems_mermaid(problems)
        case PlanFormat.SARIF:
            from cfstream.render.json import as_text
            from cfstream.render.sarif import problems_sarif

            return as_text(problems_sarif(problems))


def _recorded(
    file: str, specs: Sequence[str], stacks: "Sequence[Stack]", out: str | None, max_age: str | None
) -> "World":
    """The world that a snapshot is, which is told of on stderr. Raises WrongUsage, as `recall`."""
    from cfstream.cli.snapshot_file import recall, refuse_company

    refuse_company(out)
    recalled = recall(file, specs, stacks, max_age)
    (streams.tell if recalled.old else streams.note)(recalled.told)
    return recalled.world
