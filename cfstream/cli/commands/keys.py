"""`cfstream keys`: creates key pairs, and rotates keys without breaking URLs."""

import sys
from typing import Annotated, Literal

import typer

from cfstream.cli.arguments import specs_argument
from cfstream.cli.invocation import invocation_of
from cfstream.cli.options import Format
from cfstream.cli.parsing import Command, CommandGroup
from cfstream.cli.terminal import completion
from cfstream.exit_codes import ExitCode

app = typer.Typer(
    cls=CommandGroup,
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Create key pairs, and rotate keys without breaking URLs.\n\nExample: cfstream keys new lectures-2026-11",
)


@app.command(cls=Command, short_help="Create a key pair.")
def new(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The key's name, like lectures-2026-11.")],
    folder: Annotated[str, typer.Option("--dir", metavar="DIR", help="The directory to write to.")] = "keys",
    kind: Annotated[
        Literal["rsa", "ecdsa"], typer.Option("--type", help="RSA of 2048 bits, or ECDSA on P-256.")
    ] = "rsa",
) -> None:
    """Create a key pair: NAME.pem, which only you can read, and NAME.pub.pem, for the spec.

    An existing file is never overwritten.

    Example: cfstream keys new lectures-2026-11
    """
    from cfstream.use_cases.key_pairs import make_pair

    terminal = invocation_of(ctx).terminal
    pair = make_pair(folder, name, kind)
    for notice in pair.notices:
        terminal.notice(notice)
    terminal.say(f"{pair.private}\n{pair.public}\n")
    terminal.tip(f"note: {pair.private} is the private key: never commit it\n")


@app.command(cls=Command, short_help="Rotate the keys of a group, one stage at a time.")
def rotate(
    ctx: typer.Context,
    spec: Annotated[
        str,
        specs_argument("SPEC", "The file of the spec that creates the group."),
    ],
    group: Annotated[
        str | None,
        typer.Argument(
            metavar="GROUP",
            autocompletion=completion.groups,
            help="The key group. Default: the only one.",
            show_default=False,
        ),
    ] = None,
    *,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="The new key's name. Default: from the old name."),
    ] = None,
    replaces: Annotated[
        list[str] | None,
        typer.Option(
            "--replaces",
            metavar="NAME",
            autocompletion=completion.keys,
            help="An old key to replace; may be repeated. Required for a group with several keys.",
        ),
    ] = None,
    now: Annotated[
        bool, typer.Option("--now", help="For a leaked key: remove it at once. Its URLs stop working.")
    ] = False,
    output: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
) -> None:
    """Rotate the keys of a group, one stage at a time: edit the spec, and show what to commit and run next.

    The first stage adds a new key. The last one removes the old keys, when all their URLs have expired. Run apply after
    each stage. If it is interrupted, run it again: it finds the stage from the spec and AWS. After the last stage it
    changes nothing: to begin another rotation, name the key with --replaces.

    Example: cfstream keys rotate lectures.yaml lectures-signers
    """
    from cfstream.render.document import answer
    from cfstream.render.rotation import rotation_document, rotation_text
    from cfstream.use_cases.rotation import rotate as rotated

    run = invocation_of(ctx)
    terminal = run.terminal
    done = rotated(spec, group, run.connection, new=name, replaces=replaces or (), now=now)
    for notice in done.notices:
        terminal.notice(notice)
    if output is Format.JSON:
        terminal.say(answer(rotation_document(done), ExitCode.DONE))
    else:
        terminal.say(rotation_text(done, color=terminal.colored(sys.stdout), width=terminal.width()))
