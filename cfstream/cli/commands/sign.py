"""`cfstream sign`: a signed URL, the cookies, or a signed stream name."""

from typing import Annotated, Literal

import typer

from cfstream.cli import connection
from cfstream.cli.terminal import streams
from cfstream.errors import WrongUsage


def sign(
    target: Annotated[
        str, typer.Argument(metavar="URL|KEY", help="A URL, or the key of an object in the spec's bucket.")
    ],
    *,
    key: Annotated[str, typer.Option("--key", metavar="FILE", help="The private key, as PEM.")],
    expires: Annotated[
        str, typer.Option("--expires", metavar="T", help="Until when: 1h from now, or 2026-12-24T20:00Z.")
    ],
    spec: Annotated[
        str | None, typer.Option("--spec", metavar="SPEC", help="The stack: its host, keys and limits.")
    ] = None,
    key_id: Annotated[
        str | None,
        typer.Option("--key-id", metavar="ID", help="The id of the public key. Absent: looked for in AWS."),
    ] = None,
    starts: Annotated[
        str | None, typer.Option("--from", metavar="T", help="Not before: 10m from now, or a time.")
    ] = None,
    ip: Annotated[
        str | None, typer.Option("--ip", metavar="CIDR", help="Only for this IPv4 address or range.")
    ] = None,
    cookies: Annotated[
        bool, typer.Option("--cookies", help="The three cookies, as Set-Cookie lines, in place of a URL.")
    ] = False,
    preset: Annotated[
        Literal["hls", "dash", "file"],
        typer.Option("--for", help="What is played; hls and dash: all in the folder."),
    ] = "file",
    domain: Annotated[
        str | None,
        typer.Option("--domain", metavar="HOST", help="Domain of the cookies. Default: the host of the URL."),
    ] = None,
    digest: Annotated[
        Literal["sha1", "sha256"], typer.Option("--hash", help="The hash that is signed.")
    ] = "sha1",
    output: Annotated[
        Literal["text", "json", "curl"], typer.Option("--format", help="How to print it.")
    ] = "text",
    everything: Annotated[
        bool, typer.Option("--everything", help="Allow to open all of the host, not one folder of it.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Also for longer than sign.max_validity.")] = False,
) -> None:
    """Sign a URL, the cookies, or for delivery rtmp a stream name.

    With --spec the id of the key is found in AWS, and a key that does not guard this path is refused. With --key-id
    and a URL, AWS is not asked. A passphrase is asked for, or taken from CFSTREAM_KEY_PASSPHRASE.

    For a playlist with its segments, add --for hls --cookies: that opens its folder. At the top level the folder is all
    of the host, which needs --everything. With --sandbox, --format curl writes a command that works
    as it is, and http://LABEL.cloudfront.localhost:PORT/KEY is a URL that can be signed, and opened in a browser.

    Example: cfstream sign talks/a.mp4 --spec lectures.yaml --key keys/lectures-1.pem --expires 1h
    """
    from cfstream.cli.signing import Asked, signed
    from cfstream.cli.terminal.sign_notes import note_domain, note_edge
    from cfstream.render.signed import cookies_text, document, url_text

    asked = Asked(
        target, key, expires, starts, ip, spec, key_id, preset, cookies, digest, domain, force, everything
    )
    found = signed(asked)
    edge = connection.current().edge()
    if output == "curl" and found.stream is not None and not (edge and found.plain_url):
        raise WrongUsage(
            "curl speaks no RTMP", "take the stream name: leave --format out, or use --format json"
        )
    if output == "json":
        from cfstream.render.json import as_text

        streams.say(as_text(document(found)))
    elif cookies:
        streams.say(cookies_text(found, curl=output == "curl", edge=edge))
    else:
        streams.say(url_text(found, curl=output == "curl", edge=edge))
    if output == "text":
        note_domain(found)
        note_edge(found, edge)
