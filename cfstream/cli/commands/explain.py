"""`cfstream explain`: shows what a signature contains, and why CloudFront would refuse it."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from cfstream.cli.invocation import invocation_of
from cfstream.cli.options import Format
from cfstream.cli.terminal import completion
from cfstream.errors import WrongUsage
from cfstream.exit_codes import ExitCode


def explain(
    ctx: typer.Context,
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The URL that a viewer requests, signed or with cookies.")
    ],
    *,
    spec: Annotated[
        str | None,
        typer.Option(
            "--spec",
            metavar="SPEC",
            autocompletion=completion.specs,
            help="The spec of the stack, to check its live distribution.",
        ),
    ] = None,
    cookies: Annotated[
        str,
        typer.Option(
            "--cookies",
            metavar="'K=V; ...'|@FILE",
            help="The cookies of the request, or a file that has them.",
        ),
    ] = "",
    ip: Annotated[str | None, typer.Option("--ip", metavar="ADDRESS", help="The viewer's address.")] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Exit with 7 if CloudFront would refuse it, or 1 if that is unknown. A missing object does not count.",
        ),
    ] = False,
    output: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
) -> None:
    """Show what a signed URL, cookies or a stream name contain, and why CloudFront would refuse them.

    With --spec, also checks the live distribution: whether it trusts the key, and whether the signature is valid. Exits
    with 0 for every result. Scripts can use --check, or `accepted` in the JSON.

    Example: cfstream explain "$(cat url.txt)" --spec lectures.yaml
    """
    from cfstream.render.document import answer
    from cfstream.render.explain import explain_document, explain_text
    from cfstream.use_cases.explanation import explain as explained

    run = invocation_of(ctx)
    now = run.connection.clock().now()
    found = explained(url, run.connection, now=now, spec=spec, cookies=_cookies(cookies), viewer=ip)
    refused = ExitCode.EXPOSED if found.reasons else ExitCode.FAILED
    code = refused if check and not found.accepted else ExitCode.DONE
    if check and found.accepted and found.answers_403:
        note = "CloudFront accepts it, and S3 refuses it: --check judges CloudFront only"
        found = replace(found, notes=(*found.notes, note))
    if output is Format.JSON:
        run.terminal.say(answer(explain_document(found, local=local), code))
    else:
        color, width = run.terminal.colored(sys.stdout), run.terminal.width()
        text = explain_text(found, now=int(now.timestamp()), local=local, color=color, width=width)
        run.terminal.say(text)
    raise typer.Exit(code)


def _cookies(text: str) -> str:
    """Return the cookies: the text, or the content of the file that it names. Raises WrongUsage.

    As for curl, text without ``=`` is the name of a file, with or without ``@``.
    """
    if not text.startswith("@") and (not text.strip() or "=" in text):
        return text
    name = text.removeprefix("@")
    try:
        with open(name, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError as error:
        raise WrongUsage(
            f"the file {name[:200]!r} of --cookies cannot be read: {error.strerror}",
            "write the cookies as 'NAME=VALUE; ...', or the name of a file that has them: @FILE",
        ) from error


def local(second: int) -> str:
    """Return a time in seconds since 1970 in the local zone, with its offset; the number if it is out of range."""
    try:
        text = datetime.fromtimestamp(second, UTC).astimezone().isoformat(" ")
    except (ValueError, OverflowError, OSError):
        return str(second)
    return f"{text[:19]} {text[19:]}"
