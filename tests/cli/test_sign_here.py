"""`cfstream sign` and `explain` with an edge on this machine, and their notes."""

import json
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from cfstream.sandbox.accounts import ACCOUNT
from tests.cli.conftest import Result
from tests.cli.signing_account import Folder
from tests.world.clients import clients_for
from tests.world.sandbox import Sandbox
from tests.world.signing import public_pem, rsa_key

Sign = Callable[..., Result]

KEY = "hls/week 1.m3u8"


@pytest.fixture
def edge(stack: Folder, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the edge, in the environment as the sandbox prints it, and a playlist at it."""
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    monkeypatch.setenv("CFSTREAM_EDGE_URL", endpoint)
    clients_for(endpoint)("s3").put_object(Bucket="lectures-media", Key=KEY, Body=b"#EXTM3U\n")
    return endpoint


def status_of(line: str) -> int:
    """Return the status of a printed curl command: its headers, cookies and URL, parsed like a shell does."""
    curl, *words = shlex.split(line)
    assert curl == "curl"
    *flags, url = words
    pairs = list(zip(flags[::2], flags[1::2], strict=True))
    headers = dict(value.split(": ", 1) for flag, value in pairs if flag == "-H")
    cookies = [value for flag, value in pairs if flag == "--cookie"]
    headers |= {"Cookie": cookies[0]} if cookies else {}
    return httpx.get(url, headers=headers).status_code


@pytest.mark.parametrize(
    "flags", [(), ("--ip", "127.0.0.1"), ("--for", "hls"), ("--for", "hls", "--cookies")]
)
def test_the_curl_command_works(sign: Sign, edge: str, flags: tuple[str, ...]) -> None:
    """It requests the edge, with the distribution's host."""
    line = sign(KEY, "--format", "curl", *flags).out
    assert f"{edge}/hls/week%201.m3u8" in line
    assert status_of(line) == 200


def test_an_invalid_edge_url_is_refused(sign: Sign) -> None:
    """No curl command is printed."""
    result = sign(KEY, "--format", "curl", "--edge-url", "nowhere")
    assert (result.code, result.out) == (2, "")
    assert "not a valid URL" in " ".join(result.err.split())


def test_the_curl_command_for_plain_http(sign: Sign, edge: str) -> None:
    """The edge gets the scheme, and redirects to https like CloudFront."""
    https = sign(KEY, "--format", "json").out
    line = sign(json.loads(https)["url"].partition("?")[0].replace("https", "http"), "--format", "curl").out
    assert status_of(line) == 301


def test_a_url_that_a_browser_can_open(
    sign: Sign,
    edge: str,
    cfstream: Callable[..., Result],
    stack: Folder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A note on a terminal has the URL, and none is written for a script. Signed, the URL is accepted."""
    assert "sandbox" not in sign(KEY).err
    with monkeypatch.context() as terminal:
        terminal.setattr("cfstream.cli.terminal.streams.is_interactive", lambda stream: stream is sys.stdout)
        notes = sign(KEY).err
        assert "sandbox" not in sign(KEY, "-q").err
    browser = notes[notes.index("http://", notes.index("add --format curl or sign")) :].split()[0]
    port = edge.rpartition(":")[2]
    assert browser.endswith(f".cloudfront.localhost:{port}/hls/week%201.m3u8")
    for flags in ((), ("--from", "2026-01-01T00:00Z")):
        result = sign(browser, *flags)
        assert "answers at" not in result.err
        signed = result.out.strip()
        host, _, path = signed.removeprefix("http://").partition("/")
        assert httpx.get(f"{edge}/{path}", headers={"Host": host}).status_code == 200
        explanation: Any = json.loads(
            cfstream("explain", signed, "--spec", stack.spec, "--format", "json").out
        )
        assert (explanation["accepted"], explanation["reasons"]) == (True, [])


RTMP = """\
version: 1
name: seminars
delivery: rtmp
bucket: lectures-media
trusted_signers: [self]
"""


@pytest.fixture
def streams(
    cfstream: Callable[..., Result], running_sandbox: Sandbox, edge: str, stack: Folder, tmp_path: Path
) -> tuple[str, ...]:
    """Return the flags to sign for a streaming distribution of the bucket whose account has a key pair."""
    spec = tmp_path / "seminars.yaml"
    spec.write_text(RTMP)
    assert cfstream("apply", str(spec), "--yes", "--no-verify").code == 0
    key_pair = running_sandbox.cloudfront.state.key_pairs.register(
        ACCOUNT, public_pem(rsa_key("lectures-1")).decode()
    )
    return ("--spec", str(spec), "--key", stack.key("lectures-1"), "--key-id", key_pair, "--expires", "1h")


def test_the_curl_command_for_a_stream(
    cfstream: Callable[..., Result], edge: str, streams: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It requests the path where the edge serves streams. Without an edge there is no command."""
    clients_for(edge)("s3").put_object(Bucket="lectures-media", Key="talks/a.mp4", Body=b"-")
    line = cfstream("sign", "mp4:talks/a.mp4", *streams, "--format", "curl").out
    assert f"{edge}/cfx/st/talks/a.mp4?Expires=" in line
    assert status_of(line) == 200
    assert status_of(line.replace("Expires=1", "Expires=2")) == 403
    monkeypatch.delenv("CFSTREAM_EDGE_URL")
    result = cfstream("sign", "mp4:talks/a.mp4", *streams, "--format", "curl")
    assert (result.code, result.out) == (2, "")
    assert "curl does not support RTMP" in result.err


@pytest.mark.parametrize(
    ("target", "flags", "advice"),
    [
        ("hls/a.m3u8", (), "for a player: --for hls --cookies"),
        ("hls/a.M3U8", ("--cookies",), "for a player: --for hls\n"),
        ("dash/a.mpd", (), "for a player: --for dash --cookies"),
        ("hls/a.m3u8", ("--for", "hls"), "most players need --cookies"),
        ("hls/a.m3u8", ("--for", "hls", "--cookies"), ""),
        ("a.mp4", (), ""),
    ],
)
def test_signing_only_a_playlist_gives_a_note(
    sign: Sign, target: str, flags: tuple[str, ...], advice: str
) -> None:
    """The note explains that the segments are not included, and what to use."""
    result = sign(target, *flags)
    assert result.code == 0
    assert advice in result.err
    assert ("note: this opens" in result.err or "note: the files" in result.err) is bool(advice)


def test_explain_check_has_exit_codes(cfstream: Callable[..., Result], sign: Sign, stack: Folder) -> None:
    """0 if accepted, 7 if refused, 1 if unknown. Without --check all are 0."""
    good = sign("a.mp4").out.strip()
    for url, flags, code in (
        (good, ("--spec", stack.spec), 0),
        (f"{good}&x=1", ("--spec", stack.spec), 7),
        (good, (), 1),
    ):
        result = cfstream("explain", url, "--check", *flags)
        assert result.code == code
        unchecked = cfstream("explain", url, *flags)
        verdict, *_ = unchecked.out.splitlines()  # all else tells how much time is left
        assert (unchecked.code, result.out.splitlines()[0]) == (0, verdict)


@pytest.mark.parametrize("text", ["hallo", "talks/a.mp4", "", "ftp://media.example.com/a.mp4"])
def test_explain_needs_a_url(cfstream: Callable[..., Result], stack: Folder, text: str) -> None:
    """Anything else is not treated as an unsigned URL. Only rtmp has signed names without a host name."""
    signed = f"{text}a?Expires=1&Signature=a&Key-Pair-Id=K1"
    for asked, flags, what in (
        (text, (), "neither a URL nor a signed stream name"),
        (text, ("--spec", stack.spec), "not a URL"),
        (signed, ("--spec", stack.spec), "not a URL"),
    ):
        result = cfstream("explain", asked, *flags)
        assert (result.code, result.out) == (2, "")
        assert f"is {what}" in " ".join(result.err.split())
    assert cfstream("explain", signed).code == 0
