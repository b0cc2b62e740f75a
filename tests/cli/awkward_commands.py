"""Commands for tests of the parser: one prints its flags, and one fails in a chosen way."""

from typing import Annotated

import typer

from cfstream.cli.invocation import invocation_of
from cfstream.errors import (
    CfstreamError,
    Interrupted,
    NoCredentials,
    NotAuthorized,
    Problem,
    Refused,
    ReplyLost,
    SpecProblems,
    Stale,
    TimedOut,
    Unreachable,
    VersionMoved,
    Where,
    WrongUsage,
)

ERRORS: dict[str, BaseException] = {
    "plain": CfstreamError("it does not work", "do something else"),
    "problems": SpecProblems((Problem(Where("a.yaml", 2, 3), "no such field", "delete it"),)),
    "usage": WrongUsage("that is no flag"),
    "credentials": NoCredentials("there are no credentials", "run aws configure"),
    "unreachable": Unreachable("no answer"),
    "lost": ReplyLost("there was no answer"),
    "stale": Stale("distribution:lectures moved"),
    "late": TimedOut("not Deployed in time"),
    "stopped": Interrupted("interrupted"),
    "refused": Refused("CreateDistribution", "TooManyDistributions", "no more of them"),
    "unauthorized": NotAuthorized("ListTags", "AccessDenied", "not allowed", do="allow cloudfront:ListTags"),
    "version": VersionMoved("DeleteDistribution", "PreconditionFailed", "The If-Match version is missing"),
    "file": FileNotFoundError(2, "No such file or directory", "keys/a.pem"),
    "bug": KeyError("Items"),
    "sigint": KeyboardInterrupt(),
    "pipe": BrokenPipeError(32, "Broken pipe"),
    "exit": typer.Exit(3),
}


def fail(how: str) -> None:
    """Fail in the named way.

    Example: cfstream fail bug
    """
    raise ERRORS[how]


def flags(ctx: typer.Context, words: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Print the flags of every command as they were parsed.

    Example: cfstream flags -v
    """
    run = invocation_of(ctx)
    known, terminal = run.connection, run.terminal
    terminal.say(
        f"{known.profile} {known.region} {known.endpoint_url} {known.sandbox} {terminal.verbosity} {terminal.color}"
        f" {words or []}\n"
    )
    terminal.note("a remark\n")
