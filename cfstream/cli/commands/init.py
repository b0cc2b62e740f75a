"""``cfstream init``: a commented spec to start from, after a few questions on a terminal."""

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cfstream.cli import connection
from cfstream.cli.spec_file import create_spec, is_there
from cfstream.cli.terminal import streams
from cfstream.errors import WrongUsage

if TYPE_CHECKING:
    from cfstream.cli.terminal.questions import Answered, Given

ANOTHER = "choose another name, or edit the file"
"""What to do where the spec would be written and a file is."""


def init(
    name: Annotated[
        str | None,
        typer.Argument(help="Name of the stack: writes NAME.yaml. Absent: to standard output, or asked for."),
    ] = None,
    *,
    bucket: Annotated[
        str | None, typer.Option("--bucket", metavar="NAME", help="The bucket with the media.")
    ] = None,
    create_bucket: Annotated[
        bool, typer.Option("--create-bucket", help="Make the bucket, if there is none.")
    ] = False,
    cname: Annotated[
        list[str] | None, typer.Option("--cname", metavar="HOST", help="A host name of yours; several times.")
    ] = None,
    delivery: Annotated[
        Literal["http", "rtmp"] | None, typer.Option("--delivery", help="How media are served; default http.")
    ] = None,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Who may sign: a key pair that is made now, in keys/.")
    ] = False,
    public_key: Annotated[
        str | None,
        typer.Option("--public-key", metavar="FILE", help="Or one that is there: its public half."),
    ] = None,
    key_group: Annotated[
        str | None, typer.Option("--key-group", metavar="NAME", help="Or a key group of the account.")
    ] = None,
    trusted_signer: Annotated[
        list[str] | None,
        typer.Option(
            "--trusted-signer", metavar="ACCOUNT", help="Or accounts, self among them; several times."
        ),
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="Or nobody needs to: anyone may watch.")] = False,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Where to write; - for standard output.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take what is usual.")] = False,
) -> None:
    """Write a commented spec to start from. A file that exists is never overwritten.

    On a terminal it asks what no flag says; Ctrl-C leaves nothing behind. With NAME and a flag that says who may sign
    it asks nothing and takes what is usual, like a new bucket NAME-media; so it does without a terminal.

    Example: cfstream init lectures --new-key --cname media.example.com
    """
    from cfstream.cli.terminal.questions import Given, answered

    given = Given(
        name, bucket, create_bucket, tuple(cname or ()), delivery, new_key, public_key, key_group,
        tuple(trusted_signer or ()), public, out,
    )  # fmt: skip
    asking = not (yes or given.says_enough or out == "-") and _two_way()
    if not asking and name is None and out is None:
        given = replace(given, out="-")
    _free(given)
    _write(given, answered(given, ask=asking))


def _two_way() -> bool:
    """Whether somebody sits at both ends: questions go to stderr, answers come from stdin."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr, sys.stdout))


def _free(given: "Given") -> None:
    """Returns when the file is not there yet. Raises WrongUsage before a question is asked in vain."""
    path = given.path
    if path is not None and os.path.lexists(path):
        raise is_there(str(path), ANOTHER)


def _write(given: "Given", found: "Answered") -> None:
    from cfstream.cli.key_pair import make_pair, pair_in
    from cfstream.spec.template import NewKey, spec_text

    answers = found.answers
    text = spec_text(answers)
    _hold_together(text)
    path = Path(given.out or f"{answers.name}.yaml")
    if given.out == "-":
        streams.say(text)
        return
    key = answers.signers if found.makes_key and isinstance(answers.signers, NewKey) else None
    folder = str(path.parent / "keys")
    pair = pair_in(folder, key.name) if key else None
    new = [pair.private, pair.public, path] if pair else [path]
    with _all_or_nothing(new):
        create_spec(str(path), text, do=ANOTHER)
        if key:
            make_pair(folder, key.name, "rsa")
    streams.say("".join(f"wrote {each}\n" for each in new))
    streams.note(_next(path, answers.signers, key=key is not None))


def _hold_together(text: str) -> None:
    """Returns when the answers go together. Raises WrongUsage in the words of the rule that they break."""
    from cfstream.spec.compose import documents
    from cfstream.spec.draft import draft_of
    from cfstream.spec.source import Source

    for document in documents(Source("spec", text), []):
        for problem in sorted(draft_of(document).problems):
            raise WrongUsage(problem.what, problem.do)


@contextmanager
def _all_or_nothing(files: Sequence[Path]) -> Iterator[None]:
    """Takes away again those of the files that were not there before, when what is done here fails or is stopped."""
    before = [file for file in files if os.path.lexists(file)]
    try:
        yield
    except BaseException:
        for file in files:
            if file not in before:
                file.unlink(missing_ok=True)
        raise


def _next(path: Path, signers: object, *, key: bool) -> str:
    """What to run next, with the flags that lead to the same AWS."""
    from cfstream.spec.template import NewKey

    flags = connection.current().flags()
    steps = [f"cfstream plan {shlex.quote(str(path))}{flags}"]
    if not key and isinstance(signers, NewKey) and not (path.parent / signers.file).exists():
        folder = path.parent / "keys"
        where = "" if folder == Path("keys") else f" --dir {shlex.quote(str(folder))}"
        steps.insert(0, f"cfstream keys new {signers.name}{where}")
    return "next:\n" + "".join(f"  {step}\n" for step in steps)
