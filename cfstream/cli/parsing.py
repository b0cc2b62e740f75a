"""Finds and parses commands. Each is imported when it is needed, and gets the flags of all commands.

`table` lists the commands. Streams and exit codes are in `main`.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from copy import copy
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from cfstream.cli.exits import EXITS, exits_line
from cfstream.cli.invocation import invocation_of
from cfstream.cli.table import ENTRIES, EVERYWHERE, PROGRAM, SECTIONS, CommandEntry
from cfstream.cli.terminal import completion
from cfstream.cli.terminal.streams import discard
from cfstream.errors import Interrupted, WrongUsage

EPILOG = (
    "\b\nCommon options: --profile --region --endpoint-url --edge-url --sandbox -v -q\n"
    "--no-color (see: cfstream --help)"
)


FORMAT = "--format"

NARROW = 50
"""Columns of a page on which descriptions do not fit beside their names."""

NO_BREAK = "\u2011"
"""A hyphen at which help is not wrapped, so that names like ``cuts-viewers`` stay whole; replaced before output."""


class Commands(TyperGroup):
    """The commands in their sections. Each is imported when it is needed."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 (the signature is typer's)
        return list(ENTRIES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        entry = ENTRIES.get(cmd_name)
        if entry is None:
            return None
        if cmd_name not in self.commands:
            self.commands[cmd_name] = _completed(_load(cmd_name, entry), self, cmd_name)
        return self.commands[cmd_name]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that `args` name first. For an unknown one, raises WrongUsage with the most similar."""
        if args[0] not in ENTRIES and not ctx.resilient_parsing:
            raise _no_command(args[0], ENTRIES)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Return the commands and flags that start with `incomplete`."""
        shown = [param for param in self.get_params(ctx) if not getattr(param, "hidden", False)]
        helps = {name: entry.help for name, entry in ENTRIES.items()}
        return completion.commands(helps, incomplete) + completion.flags(shown, incomplete)

    def invoke(self, ctx: Any) -> Any:
        """Return the result of the command. Ends without an error if the reader of stdout has closed the pipe."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            discard(sys.stdout)
            return None
        except KeyboardInterrupt as stop:
            raise Interrupted("interrupted") from stop

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands by section, then the options."""
        for title, entries in SECTIONS.items():
            with formatter.section(title):
                rows = [(name.ljust(8), entry.help) for name, entry in entries.items()]
                formatter.write_dl(rows, col_max=_first_column(formatter))
        super().format_options(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write nothing: the sections list the commands."""


class CommandGroup(TyperGroup):
    """A command that has commands, such as ``cfstream keys``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that `args` name first. For an unknown one, raises WrongUsage with the likely one."""
        if args[0] not in self.commands and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise _no_command(args[0], self.commands, ctx.command_path)
        return super().resolve_command(ctx, args)


def _no_command(word: str, known: Iterable[str], path: str = PROGRAM) -> WrongUsage:
    """Return the error for a command that does not exist. The words of other tools are imported only for it."""
    from cfstream.cli.other_words import instead

    what = f"{word!r} is not a command" if path == PROGRAM else f"{path} has no command {word!r}"
    return WrongUsage(what, instead(word, known, path))


class Command(TyperCommand):
    """A command whose help shows its arguments as ``SPEC...`` or ``[NAME]``."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        arguments = [param for param in self.get_params(ctx) if param.param_type_name == "argument"]
        written = [_written(param) for param in arguments]
        return [
            "[OPTIONS]",
            *(name if p.required else f"[{name}]" for name, p in zip(written, arguments, strict=True)),
        ]

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Return the flags that start with `incomplete`, including the flags of all commands, which help omits."""
        return completion.flags(self.get_params(ctx), incomplete)

    def get_help(self, ctx: Any) -> str:
        """Return the help. No line breaks a word at a hyphen."""
        return super().get_help(ctx).replace(NO_BREAK, "-")

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, then the options."""
        params = [param for param in self.get_params(ctx) if not getattr(param, "hidden", False)]
        arguments = [
            (_written(param), getattr(param, "help", None) or "")
            for param in params
            if param.param_type_name == "argument"
        ]
        records = [param.get_help_record(ctx) for param in params if param.param_type_name == "option"]
        for title, rows in {
            "Arguments": arguments,
            "Options": [record for record in records if record],
        }.items():
            if rows:
                with formatter.section(title):
                    unbroken = [(name, _unbroken(text)) for name, text in rows]
                    formatter.write_dl(unbroken, col_max=_first_column(formatter))


def _first_column(formatter: Any) -> int:
    """Return the widest first column of a list: on a narrow page most descriptions are below their names."""
    return 30 if formatter.width >= NARROW else 8


def _unbroken(text: str) -> str:
    """Return text that is not wrapped at hyphens inside of words."""
    return re.sub(r"(?<=\w)-(?=\w)", NO_BREAK, text)


def _written(argument: Any) -> str:
    """Return an argument as help shows it: ``SPEC...`` for one or more."""
    name = str(argument.metavar or argument.name.upper()).replace("…", "...")
    return name + "..." * (argument.nargs == -1 and "..." not in name)


def _load(name: str, entry: CommandEntry) -> TyperCommand | TyperGroup:
    """Return the command, made from the function or the Typer of its module."""
    found = getattr(import_module(entry.module), entry.attribute)
    if isinstance(found, typer.Typer):
        app = found
    else:
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(name, cls=Command)(found)
    command = get_command(app)
    command.name = name
    assert isinstance(command, TyperCommand | TyperGroup)  # noqa: S101 (get_command returns no other; its type is wider)
    return command


def _completed(command: Any, program: TyperGroup, path: str) -> Any:
    """Return the command with the flags of all commands, unwrapped examples, and the exit codes of its `path`."""
    own = {option for param in command.params for option in param.opts}
    for param in program.params:
        if param.name in EVERYWHERE and not own.intersection(param.opts):
            command.params.append(_late_flag(param))
    command.rich_markup_mode = None
    command.help = verbatim_examples(command.help or "")
    line = f"\n{exits_line(path)}" if path in EXITS else ""
    command.epilog = command.epilog or EPILOG + line
    for name, member in getattr(command, "commands", {}).items():
        _completed(member, program, f"{path} {name}")
    if completion.is_requested():
        leave_values(command)
    return command


def leave_values(command: Any) -> None:
    """Leave the values of a command as they are typed. To check them, typer would import pydantic first."""
    listed = command.get_params

    def as_typed(ctx: Any) -> list[Any]:
        found: list[Any] = listed(ctx)
        for param in found:
            param.process_value = lambda _ctx, value: value
        return found

    command.get_params = as_typed


def _late_flag(param: Any) -> Any:
    """Return a flag of all commands for use after the command's name. It changes the invocation, not the command."""
    taken = copy(param)
    taken.expose_value = False
    taken.hidden = True
    taken.callback = lambda ctx, _param, value: invocation_of(ctx).take(param.name, value)
    return taken


def with_format_last(arguments: Sequence[str], params: Sequence[Any]) -> list[str]:
    """Return the arguments, with a ``--format`` before the command's name moved after it.

    `params` are the flags of `cfstream` itself.
    """
    valued = {name for param in params for name in param.opts if not (param.is_flag or param.count)}
    at = 0
    while at < len(arguments) and arguments[at].startswith("-"):
        name, joined, _ = arguments[at].partition("=")
        length = 1 if joined or name not in {*valued, FORMAT} else 2
        if name == FORMAT:
            return [*arguments[:at], *arguments[at + length :], *arguments[at : at + length]]
        at += length
    return list(arguments)


def format_of(arguments: Sequence[str]) -> str | None:
    """Return the value of ``--format``, even if the arguments cannot be parsed."""
    for number, argument in enumerate(arguments):
        name, joined, value = argument.partition("=")
        if name == FORMAT:
            return value if joined else next(iter(arguments[number + 1 :]), None)
    return None


def verbatim_examples(text: str) -> str:
    """Return help whose indented and marked paragraphs keep their line breaks."""
    paragraphs = text.replace("\\b\n", "\b\n").split("\n\n")
    return "\n\n".join(f"\b\n{part}" if part.startswith("    ") else part for part in paragraphs)
