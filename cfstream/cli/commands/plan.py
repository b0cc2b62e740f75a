"""`cfstream plan`: shows what apply would do, and saves it with --out."""

import os
import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cfstream.cli.invocation import Invocation, invocation_of
from cfstream.cli.options import AllObjectsOfPlan, AllowInPlan, ChangedSince, Length, Only, Specs, is_brief
from cfstream.cli.terminal import completion
from cfstream.cli.terminal.streams import Terminal, is_interactive
from cfstream.errors import Problem, SpecProblems, WrongUsage
from cfstream.steps.hazards import hazards_named

if TYPE_CHECKING:
    from cfstream.planning import Plan
    from cfstream.ports import World
    from cfstream.render.hazards import Allowed
    from cfstream.spec.load import Stack
    from cfstream.use_cases.snapshot import Recalled


class PlanFormat(StrEnum):
    """The output formats of a plan: for people, for programs, and for reviews of pull requests."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    MERMAID = "mermaid"
    SARIF = "sarif"


def plan(
    ctx: typer.Context,
    specs: Specs,
    *,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Save the plan, for: cfstream apply FILE.")
    ] = None,
    output: Annotated[
        PlanFormat,
        typer.Option("--format", metavar="FORMAT", help=f"The output format: {', '.join(PlanFormat)}."),
    ] = PlanFormat.TEXT,
    check: Annotated[bool, typer.Option("--check", help="Exit with 3 if there is something to do.")] = False,
    live: Annotated[
        str | None,
        typer.Option(
            "--live",
            metavar="SNAPSHOT",
            autocompletion=completion.snapshots,
            help="Plan from a file that cfstream snapshot recorded.",
        ),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Read every distribution from AWS, not from the cache.")
    ] = False,
    max_age: Annotated[
        str | None,
        typer.Option("--max-age", metavar="TIME", help="Refuse a SNAPSHOT older than this, like 24h."),
    ] = None,
    only: Only = None,
    changed_since: ChangedSince = None,
    all_objects: AllObjectsOfPlan = False,
    allow: AllowInPlan = None,
    length: Length = None,
) -> None:
    """Show what apply would do, and change nothing.

    Compares the specs with AWS. Prints each step with its reason, its line in the spec and every changed field, and who
    can read the videos before and after. Exits with 2 if a problem prevents apply. With --live, does not use AWS and
    needs no credentials.

    Example: cfstream plan specs/ --out tonight.plan
    """
    from cfstream.exit_codes import of_plan
    from cfstream.render.hazards import Allowed, saved_as
    from cfstream.use_cases.former_specs import with_former
    from cfstream.use_cases.saved_plan import refuse_foreign
    from cfstream.use_cases.selection import select

    allowed = Allowed(hazards_named(allow or ()))
    run = invocation_of(ctx)
    run.connection = replace(run.connection, cache=not no_cache)
    terminal = run.terminal

    if out is not None:
        refuse_foreign(out)
    stacks = _loaded(specs, only or (), output, terminal)
    if max_age is not None and live is None:
        raise WrongUsage("--max-age needs --live", "add --live SNAPSHOT, or remove --max-age")
    recorded = None if live is None else _recorded(live, specs, stacks, run, out=out, max_age=max_age)
    chosen = select(stacks, only or (), changed_since)
    world = replace(recorded.world if recorded else run.connection.world(), all_objects=all_objects)
    made = with_former(_planned(stacks, world, chosen, recorded), stacks, changed_since)
    code = of_plan(made, check=check)
    brief = is_brief(len(made.stacks), length)
    saved = None if out is None else saved_as(out, made.stacks, allowed.names)
    terminal.say(_shown(made, output, terminal, replace(allowed, saved=saved), brief=brief, code=code))
    if saved is not None:
        save(made, specs, saved.file, only=chosen, all_objects=all_objects)
        command = saved.command(run.connection.flags())
        terminal.note(f"Saved to {out}. To do exactly this: {command}\n")
    raise typer.Exit(code)


def save(
    plan: "Plan",
    specs: Sequence[str],
    target: str,
    *,
    only: Collection[str] | None = None,
    all_objects: bool = False,
) -> None:
    """Write the plan to a file, for: cfstream apply FILE. `only` are the names of the stacks that were chosen."""
    from cfstream.render.document import as_text
    from cfstream.render.json import saved_document
    from cfstream.use_cases.saved_plan import folder_seen_from, refuse_stdin, write_whole

    refuse_stdin(specs)
    write_whole(
        target, as_text(saved_document(plan, specs, folder_seen_from(target), only, all_objects=all_objects))
    )


def _loaded(
    specs: Sequence[str], only: Sequence[str], output: PlanFormat, terminal: Terminal
) -> "tuple[Stack, ...]":
    """Return the stacks. Print problems in the format of the output, and raise SpecProblems."""
    from cfstream.spec.load import load

    try:
        return load(specs, only=only)
    except SpecProblems as found:
        terminal.say(_problems(found.problems, output))
        raise


def _planned(
    stacks: "Sequence[Stack]", world: "World", only: "frozenset[str] | None", recorded: "Recalled | None"
) -> "Plan":
    """Return the plan, with its snapshot if it is made from one. Raises as `make_plan`."""
    from cfstream.workflow import make_plan

    try:
        made = make_plan(stacks, world, only=only)
    except WrongUsage as lacking:
        if recorded and world.all_objects:
            lacking.do = f"plan without --all-objects; or, with `via: object-acl`, {lacking.do}"
        raise
    return replace(made, snapshot=recorded.source if recorded else None)


def _shown(
    plan: "Plan", output: PlanFormat, terminal: Terminal, allowed: "Allowed", *, brief: bool, code: int
) -> str:
    """Return the plan in a format. Only the module of that format is imported."""
    match output:
        case PlanFormat.TEXT:
            return _as_text(plan, terminal, allowed, brief=brief)
        case PlanFormat.JSON:
            from cfstream.render.document import answer
            from cfstream.render.json import plan_document

            return answer(plan_document(plan, allowed), code)
        case PlanFormat.MARKDOWN:
            from cfstream.render.markdown import plan_markdown
            from cfstream.render.places import Places

            return plan_markdown(plan, Places.of(os.environ), allowed)
        case PlanFormat.HTML:
            from cfstream.render.html import plan_html

            return plan_html(plan, allowed)
        case PlanFormat.MERMAID:
            from cfstream.render.mermaid import plan_mermaid

            return plan_mermaid(plan)
        case PlanFormat.SARIF:
            from cfstream.render.document import as_text
            from cfstream.render.sarif import plan_sarif

            return as_text(plan_sarif(plan, allowed))


def _as_text(plan: "Plan", terminal: Terminal, allowed: "Allowed", *, brief: bool) -> str:
    from cfstream.render.text import plan_text

    color, on_terminal = terminal.colored(sys.stdout), is_interactive(sys.stdout)
    width = terminal.width()
    return plan_text(plan, color=color, width=width, brief=brief, allowed=allowed, terminal=on_terminal)


def _problems(problems: tuple[Problem, ...], output: PlanFormat) -> str:
    """Return the problems of specs for stdout; empty for text and JSON, whose problems go to stderr."""
    match output:
        case PlanFormat.TEXT | PlanFormat.JSON:
            return ""
        case PlanFormat.MARKDOWN:
            from cfstream.render.markdown import problems_markdown
            from cfstream.render.places import Places

            return problems_markdown(problems, Places.of(os.environ))
        case PlanFormat.HTML:
            from cfstream.render.html import problems_html

            return problems_html(problems)
        case PlanFormat.MERMAID:
            from cfstream.render.mermaid import problems_mermaid

            return problems_mermaid(problems)
        case PlanFormat.SARIF:
            from cfstream.render.document import as_text
            from cfstream.render.sarif import problems_sarif

            return as_text(problems_sarif(problems))


def _recorded(
    file: str,
    specs: Sequence[str],
    stacks: "Sequence[Stack]",
    run: Invocation,
    *,
    out: str | None,
    max_age: str | None,
) -> "Recalled":
    """Return the snapshot. Raises WrongUsage."""
    from cfstream.use_cases.snapshot import recall, refuse_flags_of_aws

    refuse_flags_of_aws(run.connection, out)
    return recall(file, specs, stacks, max_age)
