"""Generate the page of commands: for each one its usage, arguments, options, examples and exit codes."""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from typer.main import get_command

from cfstream import exit_codes
from cfstream.cli import main
from cfstream.cli.exits import EXITS
from cfstream.cli.parsing import NO_BREAK
from cfstream.cli.table import EVERYWHERE, PROGRAM, SECTIONS
from cfstream.exit_codes import ExitCode
from cfstream.steps.hazards import HazardName

HAZARDS = "|".join(name for name in HazardName if "-" in name)
"""The names of hazards that are no words of a sentence."""


def page() -> Iterator[str]:
    """Yield the page, with the commands in the sections of ``cfstream --help``."""
    program: Any = get_command(main.app)
    context = program.make_context(PROGRAM, [], resilient_parsing=True)
    yield from ("# Commands", "")
    yield from ("`cfstream COMMAND --help` shows the same in a terminal.", "")
    for title, entries in SECTIONS.items():
        yield from (f"**{title}**", "", "| command | does |", "|---|---|")
        yield from (
            f"| [`{name}`](#cfstream-{name}) | {_cell(entry.help)} |" for name, entry in entries.items()
        )
        yield ""
    yield from _exit_codes()
    yield from ("## Common options", "", "They can be before or after the name of every command.", "")
    options = [param for param in program.get_params(context) if _name(param) in EVERYWHERE]
    yield from _table("option", (_record(param, context) for param in options))
    for title, entries in SECTIONS.items():
        yield from (f"## {title}", "")
        for name in entries:
            yield from _command(program.get_command(context, name), context, name)


def _exit_codes() -> Iterator[str]:
    yield from ("## Exit codes", "", "| exit | means |", "|---|---|")
    yield from (f"| {code.value} | {code.meaning} |" for code in ExitCode)
    yield from ("", "If a run has several stacks, its exit code is the first of these that a stack has:")
    yield from (", ".join(str(code.value) for code in exit_codes.PRECEDENCE) + ".", "")


def _command(command: Any, above: Any, name: str) -> Iterator[str]:
    """Yield the section of a command, and of its subcommands."""
    context = command.make_context(name, [], parent=above, resilient_parsing=True)
    words = context.command_path
    text, _, examples = (command.help or "").replace(NO_BREAK, "-").partition("\nExample")
    yield from (f"### {words}", "", *_paragraphs(text))
    usage = command.get_usage(context).removeprefix("Usage: ")
    yield from ("```text", " ".join(usage.split()), "```", "")
    params = [param for param in command.get_params(context) if not getattr(param, "hidden", False)]
    own = [param for param in params if _name(param) not in {*EVERYWHERE, "help"}]
    arguments = [param for param in own if param.param_type_name == "argument"]
    yield from _table("argument", ((_usage_name(param), param.help or "") for param in arguments))
    options = [param for param in own if param.param_type_name == "option"]
    yield from _table("option", (_record(param, context) for param in options))
    yield from _examples(examples)
    yield from _table("exit", _exits_of(words.removeprefix(f"{PROGRAM} ")))
    for inner, subcommand in getattr(command, "commands", {}).items():
        yield from _command(subcommand, context, inner)


def _exits_of(command: str) -> Iterator[tuple[str, str]]:
    """Yield each exit code of a command, with its reason; nothing for a group of commands."""
    for code, reason in sorted(EXITS.get(command, {}).items()):
        yield str(code.value), reason


def _name(param: Any) -> str:
    return str(param.name)


def _usage_name(argument: Any) -> str:
    """Return an argument as the usage shows it, without the brackets of an optional one."""
    name = str(argument.metavar or argument.name.upper()).replace("…", "...")
    return name + "..." * (argument.nargs == -1 and "..." not in name)


def _record(param: Any, context: Any) -> tuple[str, str]:
    """Return an option with its value, and its help."""
    name, text = param.get_help_record(context) or ("", "")
    return name, text.replace(NO_BREAK, "-")


def _table(head: str, rows: Any) -> Iterator[str]:
    """Yield a table of names and their meaning; nothing without rows."""
    lines = [
        f"| <code>{escape(name).replace('|', '&#124;')}</code> | {_cell(text)} |"
        for name, text in rows
        if name
    ]
    if lines:
        yield from (f"| {head} | means |", "|---|---|", *lines, "")


def _cell(text: str) -> str:
    """Return text for a cell: flags and names of hazards are code, and no sign is markup."""
    shown = escape(" ".join(text.split()), quote=False).replace("|", "&#124;").replace("*", "&#42;")
    shown = shown.replace("[", "&#91;").replace("_", "&#95;")
    return re.sub(rf"(?<![\w-])(--[a-z][a-z-]*[a-z]|{HAZARDS})", r"`\1`", shown)


def _paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs of a help."""
    for paragraph in re.split(r"\n\s*\n", text.replace("\b", "").strip()):
        yield from (_cell(paragraph), "")


def _examples(text: str) -> Iterator[str]:
    """Yield the commands after ``Example:``."""
    lines = [line.strip() for line in text.partition(":")[2].replace("\b", "").splitlines()]
    if any(lines):
        yield from ("```console", *(f"$ {line}" for line in lines if line), "```", "")
