"""``cfstream init``: writes a commented spec to start from, after a few questions on a terminal."""

import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cfstream.cli.invocation import invocation_of
from cfstream.cli.terminal import completion
from cfstream.use_cases.spec_file import file_exists

if TYPE_CHECKING:
    from cfstream.cli.terminal.questions import Answered, Given


def init(
    ctx: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(help="Name of the stack: writes NAME.yaml. Default: asks, or standard output."),
    ] = None,
    *,
    bucket: Annotated[
        str | None, typer.Option("--bucket", metavar="NAME", help="The bucket with the media.")
    ] = None,
    create_bucket: Annotated[
        bool, typer.Option("--create-bucket", help="Create the bucket if it does not exist.")
    ] = False,
    cname: Annotated[
        list[str] | None, typer.Option("--cname", metavar="HOST", help="Your host name. May be repeated.")
    ] = None,
    delivery: Annotated[
        Literal["http", "rtmp"] | None,
        typer.Option("--delivery", help="How videos are served. Default: http. AWS retired rtmp in 2020."),
    ] = None,
    new_key: Annotated[bool, typer.Option("--new-key", help="Who signs: a new key pair, in keys/.")] = False,
    public_key: Annotated[
        str | None,
        typer.Option(
            "--public-key",
            metavar="FILE",
            autocompletion=completion.public_keys,
            help="Or an existing key pair: its public half.",
        ),
    ] = None,
    key_group: Annotated[
        str | None,
        typer.Option("--key-group", metavar="NAME", help="Or an existing key group of the account."),
    ] = None,
    trusted_signer: Annotated[
        list[str] | None,
        typer.Option(
            "--trusted-signer",
            metavar="ACCOUNT",
            autocompletion=completion.signers,
            help="Or an AWS account, or self. May be repeated.",
        ),
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="Or nobody: anyone can watch.")] = False,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Where to write; - for standard output.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing, and use the defaults.")] = False,
) -> None:
    """Write a commented spec to start from. An existing file is never overwritten.

    On a terminal, asks for what the flags do not set. Ctrl-C writes nothing. With NAME and a flag for who signs, or
    without a terminal, asks nothing and uses the defaults, such as a new bucket NAME-media.

    Example: cfstream init lectures --new-key --cname media.example.com
    """
    from cfstream.cli.terminal.questions import Given, answered
    from cfstream.use_cases.new_spec import refuse_clone

    run = invocation_of(ctx)
    given = Given(
        run.connection, run.terminal, name, bucket, create_bucket, tuple(cname or ()), delivery, new_key,
        public_key, key_group, tuple(trusted_signer or ()), public, out,
    )  # fmt: skip
    asking = not (yes or given.are_enough or out == "-") and _two_way()
    if not asking and name is None and out is None:
        given = replace(given, out="-")
    if given.out is None:
        refuse_clone(Path.cwd())
    _refuse_existing(given)
    _write(given, answered(given, ask=asking))


def _two_way() -> bool:
    """Return whether a person can answer: questions go to stderr, answers come from stdin."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr, sys.stdout))


def _refuse_existing(given: "Given") -> None:
    """Raise WrongUsage, before any question, if the file exists."""
    from cfstream.use_cases.new_spec import ANOTHER

    path = given.path
    if path is not None and os.path.lexists(path):
        raise file_exists(str(path), ANOTHER)


def _write(given: "Given", found: "Answered") -> None:
    from cfstream.use_cases.new_spec import text_of, write_new_spec

    answers, terminal = found.answers, given.terminal
    if given.out == "-":
        terminal.say(text_of(answers))
        return
    path = Path(given.out or f"{answers.name}.yaml")
    written = write_new_spec(path, answers, makes_key=found.makes_key)
    terminal.say("".join(f"wrote {each}\n" for each in written.files))
    for notice in written.notices:
        terminal.notice(notice)
    flags, on_aws = given.connection.flags(), given.connection.has_credentials()
    terminal.note(_next(path, answers.signers, flags, has_key=len(written.files) > 1, on_aws=on_aws))


def _next(path: Path, signers: object, flags: str, *, has_key: bool, on_aws: bool) -> str:
    """Return the commands to run next, with the flags that reach the same AWS; without credentials, the sandbox."""
    from cfstream.spec.template import NewKey

    plan = f"cfstream plan {shlex.quote(str(path))}{flags}"
    steps = [plan if on_aws else f"{plan} --sandbox"]
    if not has_key and isinstance(signers, NewKey) and not (path.parent / signers.file).exists():
        folder = path.parent / "keys"
        where = "" if folder == Path("keys") else f" --dir {shlex.quote(str(folder))}"
        steps.insert(0, f"cfstream keys new {signers.name}{where}")
    found = "" if on_aws else "No AWS credentials were found, so the plan is for the sandbox, a local AWS.\n"
    return "next:\n" + "".join(f"  {step}\n" for step in steps) + found
