"""`cfstream explain`: takes a signature apart, and says why CloudFront would refuse it."""

import sys
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Annotated

import typer

from cfstream.cli import connection
from cfstream.cli.exit_codes import ExitCode
from cfstream.cli.options import Format
from cfstream.cli.terminal import streams
from cfstream.errors import WrongUsage
from cfstream.sign.resource import own_parameters


def explain(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The URL that a viewer asks for, signed or with cookies.")
    ],
    *,
    spec: Annotated[
        str | None, typer.Option("--spec", metavar="SPEC", help="The stack: its live keys and behaviors.")
    ] = None,
    cookies: Annotated[
        str, typer.Option("--cookies", metavar="'K=V; ...'", help="The cookies that come with the request.")
    ] = "",
    ip: Annotated[str | None, typer.Option("--ip", metavar="ADDRESS", help="The viewer's address.")] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Exit with 7 when it would be refused, with 1 when that is not known."),
    ] = False,
    output: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
) -> None:
    """Take a signed URL, cookies or a stream name apart, and say why CloudFront would refuse it.

    With --spec also by the live distribution: whether the key is trusted there, and whether the signature fits.
    Exits with 0 whatever it finds: it was asked to explain. For scripts there is --check, and `accepted` in the JSON.

    Example: cfstream explain "$(cat url.txt)" --spec lectures.yaml
    """
    from cfstream.cli.signing import one_stack, read_guards
    from cfstream.explain.judging import explain as explained
    from cfstream.render.explain import explain_document, explain_text
    from cfstream.render.json import as_text

    if ip is not None:
        _refuse_no_address(ip)
    stack = one_stack(spec) if spec is not None else None
    if stack is None or stack.spec.delivery == "http":
        _refuse_no_url(url)
    guards = read_guards(stack) if stack is not None else None
    now = int(connection.current().clock().now().timestamp())
    told = explained(url, now=now, cookies=cookies, guards=guards, viewer=ip)
    if output is Format.JSON:
        streams.say(as_text(explain_document(told, local=local)))
    else:
        color, width = streams.colored(sys.stdout), streams.width()
        streams.say(explain_text(told, now=now, local=local, color=color, width=width))
    if check and not told.accepted:
        raise typer.Exit(ExitCode.EXPOSED if told.reasons else ExitCode.FAILED)


def local(second: int) -> str:
    """A second since 1970 in the zone of this machine, with its offset; the number where no calendar has it."""
    try:
        text = datetime.fromtimestamp(second, UTC).astimezone().isoformat(" ")
    except (ValueError, OverflowError, OSError):
        return str(second)
    return f"{text[:19]} {text[19:]}"


def _refuse_no_url(text: str) -> None:
    """Refuses what is neither a URL nor a signed stream name, as if it were one that nobody has signed."""
    if "://" in text or own_parameters(text.partition("?")[2]) or "%3F" in text:
        return
    raise WrongUsage(
        f"{text[:60]!r} is neither a URL nor a signed stream name",
        "write the whole URL, in quotes: https://HOST/PATH?…",
    )


def _refuse_no_address(text: str) -> None:
    try:
        ip_address(text)
    except ValueError:
        raise WrongUsage(f"--ip {text[:60]}: that is no address", "write one like 203.0.113.7") from None
