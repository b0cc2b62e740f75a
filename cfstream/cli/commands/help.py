"""``cfstream help``: shows what ``--help`` shows."""

from typing import Annotated

import typer
from typer.core import TyperGroup

from cfstream.cli.invocation import invocation_of
from cfstream.cli.other_words import instead
from cfstream.cli.table import PROGRAM
from cfstream.cli.terminal import completion
from cfstream.errors import WrongUsage


def help_(
    ctx: typer.Context,
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="COMMAND...",
            autocompletion=completion.help_commands,
            help="A command, such as plan or keys rotate.",
        ),
    ] = None,
) -> None:
    """Show the help of a command, or of the program.

    Example: cfstream help keys rotate
    """
    here = ctx.find_root()
    for word in command or ():
        if not isinstance(here.command, TyperGroup):
            raise WrongUsage(
                f"{here.command_path} has no command {word!r}", f"see: {here.command_path} --help"
            )
        name, found, _ = here.command.resolve_command(here, [word])
        if found is None:
            path, known = here.command_path, here.command.list_commands(here)
            what = f"{word!r} is not a command" if path == PROGRAM else f"{path} has no command {word!r}"
            raise WrongUsage(what, instead(word, known, path))
        here = type(here)(found, info_name=name, parent=here)
    invocation_of(ctx).terminal.say(here.get_help() + "\n")
