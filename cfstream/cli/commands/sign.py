"""`cfstream sign`: signs a URL, cookies or a stream name."""

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Literal, TextIO

import typer

from cfstream.cli.invocation import Invocation, invocation_of
from cfstream.cli.terminal import completion
from cfstream.cli.terminal.streams import Terminal
from cfstream.errors import CfstreamError, Notice, WrongUsage, why_unread
from cfstream.exit_codes import ExitCode, of_error

if TYPE_CHECKING:
    from cfstream.use_cases.signing import Signed, SignRequest


def sign(
    ctx: typer.Context,
    target: Annotated[
        str | None,
        typer.Argument(metavar="URL|KEY", help="A URL, or the key of an object in the spec's bucket."),
    ] = None,
    *,
    from_file: Annotated[
        str | None,
        typer.Option(
            "--from-file",
            metavar="FILE",
            help="Sign each line of FILE, or of stdin for -, and print a line of JSON for each.",
        ),
    ] = None,
    key: Annotated[
        str,
        typer.Option(
            "--key", metavar="FILE", autocompletion=completion.private_keys, help="The private key, as PEM."
        ),
    ],
    expires: Annotated[
        str, typer.Option("--expires", metavar="T", help="The end: 1h from now, or 2026-12-24T20:00Z.")
    ],
    spec: Annotated[
        str | None,
        typer.Option(
            "--spec",
            metavar="SPEC",
            autocompletion=completion.specs,
            help="The spec of the stack, for its host, keys and limits.",
        ),
    ] = None,
    key_id: Annotated[
        str | None,
        typer.Option("--key-id", metavar="ID", help="The id of the public key. Default: found in AWS."),
    ] = None,
    starts: Annotated[
        str | None, typer.Option("--from", metavar="T", help="The start: 10m from now, or a time.")
    ] = None,
    ip: Annotated[
        str | None, typer.Option("--ip", metavar="CIDR", help="Only for this IPv4 address or range.")
    ] = None,
    cookies: Annotated[
        bool,
        typer.Option("--cookies", help="Print the three cookies as Set-Cookie lines, not a URL."),
    ] = False,
    preset: Annotated[
        Literal["hls", "dash", "file"],
        typer.Option("--for", help="The format of the video; hls and dash cover the whole folder."),
    ] = "file",
    domain: Annotated[
        str | None,
        typer.Option("--domain", metavar="HOST", help="Domain of the cookies. Default: the host of the URL."),
    ] = None,
    digest: Annotated[
        Literal["sha1", "sha256"], typer.Option("--hash", help="The hash algorithm of the signature.")
    ] = "sha1",
    output: Annotated[
        Literal["text", "json", "curl"], typer.Option("--format", help="The output format.")
    ] = "text",
    everything: Annotated[
        bool,
        typer.Option(
            "--everything",
            help="Sign for the whole host: '*' with --cookies, or a playlist at the top level.",
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Allow a longer validity than sign.max_validity.")
    ] = False,
) -> None:
    """Sign a URL, cookies or, for delivery rtmp, a stream name.

    With --spec, finds the id of the key in AWS, and refuses a key that is not trusted for this path. With --key-id and
    a URL, does not use AWS. Asks for the passphrase of an encrypted key, or reads it from CFSTREAM_KEY_PASSPHRASE.

    For a playlist with its segments, add --for hls --cookies, which gives access to its folder. For a playlist at the
    top level the folder is the whole host, which needs --everything. Cookies can be for all hosts of a domain: sign
    'https://*.example.com/KEY'. With --sandbox, --format curl prints a command that works, and you can sign
    http://LABEL.cloudfront.localhost:PORT/KEY and open it in a browser.

    With --from-file, loads the key and queries AWS only once. A line that cannot be signed has an error in place of a
    URL; the command then ends with the exit code of the first error.

    Example: cfstream sign a.mp4 --spec lectures.yaml --key 1.pem --expires 1h
    """
    from cfstream.cli.terminal.moments import moment
    from cfstream.cli.terminal.private_key import open_private_key
    from cfstream.use_cases.signing import SignRequest
    from cfstream.use_cases.signing import sign as signed

    run = invocation_of(ctx)
    if (target is None) == (from_file is None):
        raise _no_target(everything=everything and target is None)
    now = run.connection.clock().now()
    request = SignRequest(
        target=target or "",
        open_key=lambda: open_private_key(key, run.terminal),
        now=now,
        starts=moment(starts, "--from", now) if starts else None,
        expires=moment(expires, "--expires", now),
        ip=ip,
        spec=spec,
        key_id=key_id,
        preset=preset,
        cookies=cookies,
        hash=digest,
        domain=domain,
        force=force,
        everything=everything,
    )
    if from_file is not None:
        raise typer.Exit(_many(from_file, request, output, run))
    _print_with_notes(signed(request, run.connection), output, run)


def _no_target(*, everything: bool) -> WrongUsage:
    """Return the error if it is not clear what to sign. With `everything`, the fix names the whole host."""
    whole = "; for the whole host, write '*' and add --cookies" if everything else ""
    return WrongUsage("name a URL or a key, or a file of them", f"write URL|KEY, or --from-file FILE{whole}")


def _print_with_notes(found: "Signed", output: str, run: Invocation) -> None:
    """Print what was signed, and notes about it on stderr. Raises WrongUsage if curl cannot send the request."""
    for notice in found.notices:
        run.terminal.notice(notice)
    edge = run.connection.edge()
    if output == "curl":
        _refuse_curl(found, edge)
    _print(found, output, edge, run.terminal)
    if output == "text":
        _note_domain(found, run.terminal)
        _note_edge(found, edge, run.terminal)


def _refuse_curl(found: "Signed", edge: str) -> None:
    """Raise WrongUsage if curl cannot send this request."""
    from cfstream.sign.resource import sections

    if found.stream is not None and not (edge and found.plain_url):
        raise WrongUsage(
            "curl does not support RTMP", "to print the stream name, remove --format, or use --format json"
        )
    if "*" in sections(found.plain_url).host:
        raise WrongUsage("curl needs one host name", "name the host in the URL, or remove --format")


def _many(file: str, request: "SignRequest", output: str, run: Invocation) -> int:
    """Sign each line of a file, print a line for each, and return the exit code. Raises CfstreamError and OSError."""
    from cfstream.render.signed import line
    from cfstream.use_cases.signing import signing

    if output == "curl":
        raise WrongUsage("--from-file prints JSON", "remove --format")
    sign_one = signing(request, run.connection)
    code, noticed = int(ExitCode.DONE), set[Notice]()
    with nullcontext(sys.stdin) if file == "-" else _opened(file) as lines:
        for target in filter(None, map(str.strip, lines)):
            found: Signed | CfstreamError
            try:
                found = sign_one(target)
            except CfstreamError as error:
                found, code = error, code or int(of_error(error))
            else:
                for notice in {*found.notices} - noticed:
                    run.terminal.notice(notice)
                noticed.update(found.notices)
            run.terminal.say(line(target, found))
    return code


def _opened(file: str) -> TextIO:
    """Return the file of the URLs and keys to sign. Raises WrongUsage if it cannot be read."""
    try:
        return open(file, encoding="utf-8", errors="replace")
    except (OSError, ValueError) as error:
        do = "name a file with a URL or a key on each line, or - for standard input"
        raise WrongUsage(f"{file}: {why_unread(error)}", do) from error


def _print(found: "Signed", output: str, edge: str, terminal: Terminal) -> None:
    """Print the signed URL, cookies or stream name in a format."""
    from cfstream.render.document import answer
    from cfstream.render.signed import cookies_text, document, url_text

    if output == "json":
        terminal.say(answer(document(found), ExitCode.DONE))
    elif found.cookies is not None:
        terminal.say(cookies_text(found, curl=output == "curl", edge=edge))
    else:
        terminal.say(url_text(found, curl=output == "curl", edge=edge))


def _note_domain(found: "Signed", terminal: Terminal) -> None:
    """Print a note if browsers refuse the cookies for every domain."""
    if found.cookies is not None and found.domain is None:
        terminal.note("note: no site can set cookies for cloudfront.net; add a cname to the distribution\n")


def _note_edge(found: "Signed", edge: str, terminal: Terminal) -> None:
    """Print how to try the URL with the sandbox, if its host is not that of the edge."""
    from cfstream.sign.resource import sections
    from cfstream.use_cases.signing import LOOPBACK_ZONE

    url = found.url or found.plain_url
    host = sections(url).host
    if not edge or not url or host.partition(":")[0].endswith(LOOPBACK_ZONE):
        return
    ways = ["add --format curl"] * ("*" not in host) + [f"sign {found.in_browser}"] * bool(found.in_browser)
    if ways:
        terminal.tip(f"note: to try it in the sandbox, {' or '.join(ways)}\n")
