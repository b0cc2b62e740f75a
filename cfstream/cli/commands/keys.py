"""`cfstream keys`: new key pairs, and rotations without a dead URL."""

import sys
from dataclasses import replace
from typing import Annotated, Literal

import typer

from cfstream.cli import connection
from cfstream.cli.options import Format
from cfstream.cli.parsing import Command
from cfstream.cli.terminal import streams

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Make key pairs, and replace keys without a dead URL.\n\nExample: cfstream keys new lectures-2026-11",
)


@app.command(cls=Command, short_help="Make a key pair.")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The key's name, like lectures-2026-11.")],
    folder: Annotated[str, typer.Option("--dir", metavar="DIR", help="Where to write it.")] = "keys",
    kind: Annotated[
        Literal["rsa", "ecdsa"], typer.Option("--type", help="RSA of 2048 bits, or ECDSA on P-256.")
    ] = "rsa",
) -> None:
    """Make a key pair: NAME.pem, for its owner's eyes alone, and NAME.pub.pem, which the spec names.

    A file that exists is never overwritten.

    Example: cfstream keys new lectures-2026-11
    """
    from cfstream.cli.key_pair import make_pair

    pair = make_pair(folder, name, kind)
    streams.say(f"{pair.private}\n{pair.public}\n")
    streams.note(
        f"note: {pair.private} signs: keep it out of version control, and where only signers read it\n"
    )


@app.command(cls=Command, short_help="Replace the keys of a group, a stage at a time.")
def rotate(
    spec: Annotated[str, typer.Argument(metavar="SPEC", help="The file of the spec that makes the group.")],
    group: Annotated[
        str | None,
        typer.Argument(metavar="GROUP", help="The key group. Absent: the only one.", show_default=False),
    ] = None,
    *,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="The new key's name. Absent: told by the old one's."),
    ] = None,
    now: Annotated[
        bool, typer.Option("--now", help="For a leaked key: take the old one out at once. URLs of it die.")
    ] = False,
    output: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
) -> None:
    """Replace the keys of a group, a stage at a time: edit the spec, and say what to commit and to run.

    First a new key joins; when every URL of the old ones has run out, they leave. In between, apply. It can be stopped
    anywhere and run again: where it stands is told by the spec and by AWS.

    Example: cfstream keys rotate lectures.yaml lectures-signers
    """
    from cfstream.cli.rotating import rotate as rotated
    from cfstream.render.json import as_text
    from cfstream.render.rotation import rotation_document, rotation_text

    done = replace(rotated(spec, group, new=name, now=now), flags=connection.current().flags())
    if output is Format.JSON:
        streams.say(as_text(rotation_document(done)))
    else:
        streams.say(rotation_text(done, color=streams.colored(sys.stdout), width=streams.width()))
