"""Generate the page of commands: usage, arguments and options as tables, examples, exit codes."""

import inspect
import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from typer.main import get_command

from cfstream import exit_codes
from cfstream.cli.invocation import Invocation
from cfstream.cli.main import app
from cfstream.cli.table import SECTIONS
from cfstream.exit_codes import ExitCode

_EXAMPLES = re.compile(r"^Examples?:", re.MULTILINE)
_AS_WRITTEN = "\b"
"""Begins a paragraph whose lines are not joined."""


def commands() -> Iterator[str]:
    """Yield every command, in the sections of `cfstream --help`, and before them what all have in common."""
    root, context = _entered(get_command(app), "cfstream", None)
    yield from ("# Commands", "", "`cfstream help COMMAND` shows the same in a terminal.", "")
    for section, names in SECTIONS.items():
        listed = ", ".join(f"[`{name}`](#cfstream-{name})" for name in names)
        yield from (f"**{section}**: {listed}", "")
    yield from (
        "## Common options",
        "",
        "All commands have these, before or after the name of the command.",
        "",
    )
    yield from _options((each for each in root.params if each.param_type_name == "option"), context)
    yield from _exits()
    for section, names in SECTIONS.items():
        yield from (f"## {section}", "")
        for name in names:
            yield from _command(*_entered(_found(root, context, name), name, context))


def _found(group: Any, context: Any, name: str) -> Any:
    found = group.get_command(context, name)
    if found is None:
        raise SystemExit(f"cfstream has no command {name}")
    return found


def _entered(command: Any, name: str, parent: Any) -> tuple[Any, Any]:
    """Return a command with a context for its usage. No arguments are parsed."""
    return command, command.context_class(command, info_name=name, parent=parent, obj=Invocation())


def _command(command: Any, context: Any) -> Iterator[str]:
    """Yield a command, and the commands in it."""
    yield from (f"{'#' * (2 + context.command_path.count(' '))} {context.command_path}", "")
    meaning, *examples = _EXAMPLES.split(inspect.cleandoc(command.help or ""))
    for paragraph in meaning.strip().split("\n\n"):
        yield from _paragraph(paragraph)
    pieces = command.collect_usage_pieces(context)
    yield from ("```text", f"{context.command_path} {' '.join(pieces)}", "```", "")
    if not hasattr(command, "list_commands"):
        yield from _arguments(_visible(command, "argument"), pieces[1:])
    yield from _options(_visible(command, "option"), context)
    lines = [line.strip(f"{_AS_WRITTEN} ") for text in examples for line in text.splitlines()]
    if shown := [f"$ {line}" for line in lines if line]:
        yield from ("```console", *shown, "```", "")
    if hasattr(command, "list_commands"):
        for name in command.list_commands(context):
            yield from _command(*_entered(_found(command, context, name), name, context))


def _visible(command: Any, kind: str) -> list[Any]:
    return [
        each for each in command.params if each.param_type_name == kind and not getattr(each, "hidden", False)
    ]


def _paragraph(text: str) -> Iterator[str]:
    if text.startswith(_AS_WRITTEN):
        yield from ("```text", *text.removeprefix(_AS_WRITTEN).strip("\n").splitlines(), "```", "")
    else:
        # An option is code, or its two dashes become one sign.
        yield from (re.sub(r"(?<![\w`])(--[a-z][a-z-]*)", r"`\1`", " ".join(text.split())), "")


def _arguments(arguments: Iterable[Any], written: Iterable[str]) -> Iterator[str]:
    rows = [
        f"| {_code(name.strip('[]'))} | {_cell(each.help or '')} |"
        for each, name in zip(arguments, written, strict=True)
    ]
    if rows:
        yield from ("| argument | meaning |", "|---|---|", *rows, "")


def _options(options: Iterable[Any], context: Any) -> Iterator[str]:
    records = [each.get_help_record(context) for each in options]
    rows = [f"| {_code(name)} | {_cell(meaning)} |" for name, meaning in filter(None, records)]
    if rows:
        yield from ("| option | meaning |", "|---|---|", *rows, "")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "&#124;")


def _code(text: str) -> str:
    """Return code for a cell of a table, where a backslash before a pipe would be visible between backticks."""
    return f"<code>{_cell(escape(text, quote=False))}</code>" if "|" in text else f"`{text}`"


def _exits() -> Iterator[str]:
    yield from ("## Exit codes", "", "| exit | means |", "|---|---|")
    yield from (f"| {code.value} | {code.meaning} |" for code in ExitCode)
    yield from ("", "If a run has several stacks, its exit code is the first of these that a stack has:")
    yield from (", ".join(str(code.value) for code in exit_codes.PRECEDENCE) + ".", "")
