"""`cfstream import`: a live distribution, or all of an account, as specs whose plans are empty."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cfstream.cli import connection
from cfstream.cli.options import Format
from cfstream.cli.spec_file import create_spec, is_there
from cfstream.cli.terminal import streams
from cfstream.errors import WrongUsage

if TYPE_CHECKING:
    from cfstream.adoption import Imported
    from cfstream.adoption.proof import Judge
    from cfstream.ports import Reads, World

ANOTHER = "name another, or move that one away"
"""What to do where a spec would be written and something is."""


def import_(
    target: Annotated[
        str | None,
        typer.Argument(metavar="ID|ARN|DOMAIN|CNAME", help="Which distribution, of either kind."),
    ] = None,
    *,
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", help="Write the spec there. Absent: standard output."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="The stack's name. Absent: told by cname or comment."),
    ] = None,
    folder: Annotated[
        str | None,
        typer.Option("--all", metavar="DIR", help="The whole account: a spec for each, in this folder."),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print what was found.")] = Format.TEXT,
) -> None:
    """Write a live distribution down as a commented spec whose plan is empty. Changes nothing in AWS.

    Only what a plan would compare is in it, and what tells you what this is. What the language has no words for is
    listed in comments: it stays as it is. Files that exist are never overwritten.

    Examples: cfstream import media.example.com --out lectures.yaml

              cfstream import --all specs
    """
    if (target is None) == (folder is None):
        do = "write one of: cfstream import E1UGDLB9XZBD79, cfstream import --all specs"
        raise WrongUsage("import wants one distribution, or --all and a folder", do)
    if folder is not None and (out or name):
        flag = "--out" if out else "--name"
        raise WrongUsage(f"--all and {flag} exclude each other", f"leave {flag} out: each spec has its own")
    if folder is not None:
        _all(Path(folder), output)
    else:
        _one(target or "", Path(out) if out else None, _checked(name), output)


def _one(target: str, out: Path | None, name: str, output: Format) -> None:
    from cfstream.adoption import find, import_one, read_account

    if out is not None and out.exists():
        raise is_there(str(out), ANOTHER)
    world = connection.current().world()
    reads = world.reads()
    account = read_account(reads, world.account)
    imported = import_one(reads, account, find(account, target), _judge(world, reads), name)
    if out is not None:
        _write({out: imported})
        imported = replace(imported, file=str(out))
    if output is Format.JSON:
        _print(world.account, [imported], output)
    elif out is None:
        streams.say(imported.text)
    else:
        streams.say(f"wrote {out}\n")
    if output is Format.TEXT:
        _tell(imported)


def _all(folder: Path, output: Format) -> None:
    from cfstream.adoption import import_all, read_account

    world = connection.current().world()
    reads = world.reads()
    account = read_account(reads, world.account)
    found = []
    for each in import_all(reads, account, _judge(world, reads)):
        told = f"no spec: {each.refusal.what}" if each.refusal else each.name
        streams.note(f"{each.row.id}  {told}\n")
        found.append(replace(each, file=str(folder / f"{each.name}.yaml")) if each.text else each)
    folder.mkdir(parents=True, exist_ok=True)
    _write({Path(each.file): each for each in found if each.text})
    _print(world.account, found, output)


def _judge(world: "World", reads: "Reads") -> "Judge":
    """Plans a stack with what has been read already: many guesses at a spec, and AWS is asked once."""
    from cfstream.workflow import make_plan

    remembering = replace(world, reads=lambda: reads)
    return lambda stack: make_plan([stack], remembering).stacks[0]


def _checked(name: str | None) -> str:
    from cfstream.spec.fields import STACK_NAME

    if name is not None and not STACK_NAME.fullmatch(name):
        what = f"{name!r} is no name for a stack: it wants a-z first, then at most 31 of a-z, 0-9 and -"
        raise WrongUsage(what, "choose a name like lectures")
    return name or ""


def _write(specs: "dict[Path, Imported]") -> None:
    """Writes each spec to its file. One that says the same already stays; raises WrongUsage before any is written
    where a file says something else.
    """
    new = {}
    for path, imported in specs.items():
        if not path.exists():
            new[path] = imported.text
        elif not path.is_file() or path.read_bytes() != imported.text.encode():
            raise is_there(str(path), ANOTHER)
    for path, text in new.items():
        create_spec(str(path), text, do=ANOTHER)


def _print(account: str, found: "Sequence[Imported]", output: Format) -> None:
    from cfstream.render.adoption import import_document, import_text
    from cfstream.render.json import as_text

    if output is Format.JSON:
        streams.say(as_text(import_document(account, found)))
    else:
        color, width = streams.colored(sys.stdout), streams.width()
        streams.say(import_text(account, found, color=color, width=width))


def _tell(imported: "Imported") -> None:
    """What its owner should know, on stderr: also where the spec goes to a file or a pipe."""
    from cfstream.render.adoption import told_text

    width = streams.width()
    text = told_text(imported, color=streams.colored(sys.stderr), width=width)
    if imported.pending:
        streams.tell(text)
    else:
        streams.note(text)
