"""How commands are found and parsed: each is imported when it is asked for, and gets the flags that all share.

`table` lists the commands. Streams and exit codes are in `main`.
"""

import sys
from copy import copy
from dataclasses import replace
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from cfstream.cli import connection
from cfstream.cli.table import ENTRIES, EVERYWHERE, PROGRAM, SECTIONS, Entry
from cfstream.cli.terminal import completion, streams
from cfstream.errors import Interrupted, WrongUsage

EPILOG = (
    "\b\nEverywhere: --profile --region --endpoint-url --sandbox -v -q --no-color\n"
    "--edge-url (see: cfstream --help)"
)


class Commands(TyperGroup):
    """The commands in their sections, each imported when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 (the signature is typer's)
        return list(ENTRIES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        entry = ENTRIES.get(cmd_name)
        if entry is None:
            return None
        if cmd_name not in self.commands:
            self.commands[cmd_name] = _furnished(_load(cmd_name, entry), self)
        return self.commands[cmd_name]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that `args` name first. Raises WrongUsage for one that is not there, with the nearest."""
        if args[0] not in ENTRIES and not ctx.resilient_parsing:
            near = get_close_matches(args[0], ENTRIES, n=1)
            raise WrongUsage(
                f"there is no command {args[0]!r}",
                f"run: {PROGRAM} {near[0]}" if near else f"see: {PROGRAM} --help",
            )
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """The commands and flags that begin so."""
        shown = [param for param in self.get_params(ctx) if not getattr(param, "hidden", False)]
        helps = {name: entry.help for name, entry in ENTRIES.items()}
        return completion.commands(helps, incomplete) + completion.flags(shown, incomplete)

    def invoke(self, ctx: Any) -> Any:
        """What the command returns. A reader of stdout that has gone away ends it quietly."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            streams.hush(sys.stdout)
            return None
        except KeyboardInterrupt as stop:
            raise Interrupted("interrupted") from stop

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The commands by section, and then the options."""
        for title, entries in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(8), entry.help) for name, entry in entries.items()])
        super().format_options(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Nothing more: the sections have listed them."""


class Command(TyperCommand):
    """A command whose help shows its arguments as people write them: ``SPEC...``, or ``[NAME]``."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        arguments = [param for param in self.get_params(ctx) if param.param_type_name == "argument"]
        written = [_written(param) for param in arguments]
        return [
            "[OPTIONS]",
            *(name if p.required else f"[{name}]" for name, p in zip(written, arguments, strict=True)),
        ]

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """The flags that begin so, and those of `cfstream` itself, which help does not repeat."""
        return completion.flags(self.get_params(ctx), incomplete)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The arguments, and then the options."""
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
                    formatter.write_dl(rows)


def _written(argument: Any) -> str:
    """How an argument is written in help: ``SPEC...`` for one or more."""
    name = str(argument.metavar or argument.name.upper()).replace("…", "...")
    return name + "..." * (argument.nargs == -1 and "..." not in name)


def _load(name: str, entry: Entry) -> TyperCommand | TyperGroup:
    """The command, made from the function or the Typer that its module holds."""
    found = getattr(import_module(entry.module), entry.attribute)
    if isinstance(found, typer.Typer):
        app = found
    else:
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(name, cls=Command)(found)
    command = get_command(app)
    command.name = name
    assert isinstance(command, TyperCommand | TyperGroup)  # noqa: S101 (a promise of get_command that its type lacks)
    return command


def _furnished(command: Any, program: TyperGroup) -> Any:
    """The command with what all have: the flags of `cfstream` itself, and examples that are not reflowed."""
    own = {option for param in command.params for option in param.opts}
    for param in program.params:
        if param.name in EVERYWHERE and not own.intersection(param.opts):
            command.params.append(_taken_later(param))
    for param in command.params:
        if words := completion.words_for(param):
            param.shell_complete = completion.offering(words)
    command.rich_markup_mode = None
    command.help = verbatim_examples(command.help or "")
    command.epilog = command.epilog or EPILOG
    for member in getattr(command, "commands", {}).values():
        _furnished(member, program)
    return command


def _taken_later(param: Any) -> Any:
    """A flag of `cfstream`, taken after a command's name: it speaks to the connection, not to the command."""
    taken = copy(param)
    taken.expose_value = False
    taken.hidden = True
    taken.callback = lambda *given: remember_flag(param.name, given[-1])
    return taken


def verbatim_examples(text: str) -> str:
    """Help in which paragraphs that are indented, and those marked as such, keep their line breaks."""
    paragraphs = text.replace("\\b\n", "\b\n").split("\n\n")
    return "\n\n".join(f"\b\n{part}" if part.startswith("    ") else part for part in paragraphs)


def remember_flag(flag: str, value: Any) -> None:
    """Notes a flag of every command for whoever connects; flags that were not given change nothing."""
    if not value:
        return
    known = connection.current()
    match flag:
        case "verbose":
            known = replace(known, verbosity=known.verbosity + value)
        case "quiet":
            known = replace(known, verbosity=-1)
        case "no_color":
            known = replace(known, color=False)
        case _:
            known = replace(known, **{flag: value})
    connection.remember(known)
    if known.verbosity > 0:
        _log(known.verbosity)


def _log(verbosity: int) -> None:
    """Sends the package's log to stderr: at -v a line for each call to AWS, at -vv all there is."""
    import logging

    logger = logging.getLogger(PROGRAM)
    logger.setLevel(logging.DEBUG if verbosity > 1 else logging.INFO)
    if not logger.handlers:
        logger.addHandler(logging.StreamHandler(sys.stderr))
