"""`cfstream access`: who can read the objects of a stack, and how."""

import os
import sys
from typing import Annotated

import typer

from cfstream.cli.arguments import specs_argument
from cfstream.cli.invocation import invocation_of
from cfstream.cli.options import Format
from cfstream.cli.terminal.streams import Terminal
from cfstream.exit_codes import ExitCode

YAML = (".yaml", ".yml")


def access(
    ctx: typer.Context,
    specs: Annotated[
        list[str],
        specs_argument(
            "SPEC... [KEY]",
            "YAML files, directories of them, or - for standard input; then the key of one object, if the last "
            "argument is not an existing path.",
        ),
    ],
    output: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
) -> None:
    """Show who can read: every reader, the paths, and how the access is granted.

    Access is given by a behavior, an identity, a policy statement or an ACL. With a KEY, shows for this object each
    link from the host name to the statement, with the line of the spec or the Sid. Readers that the spec does not list
    come first, each with a fix. Reads AWS, and changes nothing. Exits with 1 if a stack cannot be read; the others are
    shown.

    Example: cfstream access lectures.yaml talks/1.mp4
    """
    from cfstream.render.access import access_document, access_text
    from cfstream.render.document import answer
    from cfstream.spec.load import load
    from cfstream.workflow import access_of

    run = invocation_of(ctx)
    files, key = spec_and_key(specs, run.terminal)
    found = access_of(load(files), run.connection.world(), key)
    code = ExitCode.FAILED if any(stack.error for stack in found) else ExitCode.DONE
    if output is Format.JSON:
        run.terminal.say(answer(access_document(found), code))
    else:
        color, width = run.terminal.colored(sys.stdout), run.terminal.width()
        run.terminal.say(access_text(found, color=color, width=width))
    raise typer.Exit(code)


def spec_and_key(arguments: list[str], terminal: Terminal) -> tuple[list[str], str | None]:
    """Return the specs, and the key if the last of several arguments is not an existing path.

    Removes one leading slash: keys in S3 have none, but paths copied from URLs do.
    """
    *specs, last = arguments
    if not specs or last == "-" or os.path.exists(last):
        return arguments, None
    if last.endswith(YAML):
        terminal.note(f"note: {last} does not exist, so it is used as the key of an object\n")
    return specs, last.removeprefix("/")
