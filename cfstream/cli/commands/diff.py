"""``cfstream diff``: what a change of specs changes in meaning. It needs git, and no AWS."""

import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cfstream.cli.terminal import streams
from cfstream.errors import SpecProblems, WrongUsage

if TYPE_CHECKING:
    from cfstream.spec.load import Stack


class DiffFormat(StrEnum):
    """How a comparison is written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def diff(
    before: Annotated[
        str,
        typer.Argument(
            metavar="SPEC@REV", help="The specs as they were: a file or folder at a git revision."
        ),
    ],
    after: Annotated[
        str | None,
        typer.Argument(
            metavar="SPEC", help="As they are, or at another revision. Default: the same path now."
        ),
    ] = None,
    output: Annotated[DiffFormat, typer.Option("--format", help="How to print it.")] = DiffFormat.TEXT,
) -> None:
    """Show what a change of specs changes in meaning, field by field with the defaults filled in, without AWS.

    Order, comments and spelling do not count; the content of key files does. Hazards are those that specs alone show:
    a plan knows more. Either side may be a plain file, too.

    Example: cfstream diff specs/@main specs/
    """
    from cfstream.comparing import compare
    from cfstream.render.comparison import comparison_document, comparison_markdown, comparison_text
    from cfstream.render.json import as_text

    path, revision = _split(before)
    new = after if after is not None else path
    if after is None and not revision:
        raise WrongUsage(
            "there is nothing to compare it with", f"name a revision: cfstream diff {before}@main"
        )
    old_stacks, new_stacks = _stacks(before), _stacks(new)
    if old_stacks is None and new_stacks is None:
        raise WrongUsage(f"there is neither {before} nor {new}", "check the names")
    if None in (old_stacks, new_stacks) and not revision and not _split(new)[1]:
        # Only what was under version control can be new, or gone; between two files it is a slip.
        raise WrongUsage(f"there is no {before if old_stacks is None else new}", "check the name")
    found = compare(old_stacks or (), new_stacks or ())
    if output is DiffFormat.JSON:
        streams.say(as_text(comparison_document(found)))
    elif output is DiffFormat.MARKDOWN:
        streams.say(comparison_markdown(found))
    else:
        streams.say(comparison_text(found, color=streams.colored(sys.stdout), width=streams.width()))


def _split(named: str) -> tuple[str, str]:
    """Path and revision. A file may have an @ in its name, and so may a revision: ``a.yaml@HEAD@{1}``."""
    if "@" not in named or Path(named).exists():
        return named, ""
    cuts = [place for place, sign in enumerate(named) if sign == "@"]
    cut = next((cut for cut in cuts if Path(named[:cut] or ".").exists()), cuts[0])
    return named[:cut] or ".", named[cut + 1 :]


def _stacks(named: str) -> "tuple[Stack, ...] | None":
    """The stacks under a name; None where there is no such file or folder, which is how a spec is new, or gone."""
    from cfstream.cli.git_files import files_at
    from cfstream.spec.load import load

    path, revision = _split(named)
    if not revision:
        return load([path], stdin=sys.stdin) if path == "-" or Path(path).exists() else None
    files = files_at(path, revision)
    if not files.exists(path):
        return None
    try:
        stacks = load([path], files=files)
    except SpecProblems as found:
        problems = [
            replace(problem, where=replace(problem.where, file=f"{problem.where.file}@{revision}"))
            for problem in found.problems
        ]
        raise SpecProblems(tuple(problems)) from found
    return tuple(replace(stack, path=f"{stack.path}@{revision}") for stack in stacks)
