"""`cfstream sign` and `cfstream explain` against a stack in the sandbox."""

import io
import json
import os
import re
import shlex
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.conftest import Result
from tests.cli.signing_account import SPEC, Folder, folder
from tests.world.clients import clients_for
from tests.world.signing import PASSPHRASE

Sign = Callable[..., Result]


def test_a_signed_url_is_accepted(sign: Sign, explain: Callable[..., Any]) -> None:
    """The id of the key is found, the object's key is escaped, and the edge accepts the signature."""
    result = sign("talks/a b+c.mp4")
    assert (result.code, result.err) == (0, "")
    explanation = explain(result.out.strip())
    assert explanation["url"].endswith(".cloudfront.net/talks/a%20b%2Bc.mp4")
    assert (explanation["accepted"], explanation["signature"], explanation["policy"]) == (
        True,
        "good",
        "canned",
    )
    assert explanation["key"]["name"] == "lectures-1"


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_a_custom_policy_is_accepted(sign: Sign, explain: Callable[..., Any], digest: str) -> None:
    """Start, address and hash are in the URL, and a note mentions IPv6."""
    result = sign("a.mp4", "--from", "2026-01-01T00:00Z", "--ip", "203.0.113.7", "--hash", digest)
    assert "IPv6 is on" in result.err
    explanation = explain(result.out.strip())
    assert (explanation["accepted"], explanation["hash"]) == (True, digest.upper())
    assert (explanation["starts"], explanation["ip"]) == (1767225600, "203.0.113.7/32")


def test_cookies_open_the_folder_of_a_playlist(
    sign: Sign, explain: Callable[..., Any], tmp_path: Path
) -> None:
    """JSON, Set-Cookie lines and the curl command have the same three cookies. `explain` also reads a file of them."""
    expires = ("--expires", f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}")
    flags = (*expires, "--for", "hls", "--cookies")
    document = json.loads(sign("hls/master.m3u8", *flags, "--format", "json").out)
    cookies = document["cookies"]
    lines = sign("hls/master.m3u8", *flags).out.splitlines()
    assert lines == [
        f"Set-Cookie: {name}={value}; Path=/; Secure; HttpOnly" for name, value in cookies.items()
    ]
    curl = shlex.split(sign("hls/master.m3u8", *flags, "--format", "curl").out)
    assert curl == ["curl", "--cookie", "; ".join(f"{k}={v}" for k, v in cookies.items()), document["url"]]
    segment = document["url"].replace("master.m3u8", "144p/part00.m4s")
    assert explain(segment, "--cookies", curl[2])["accepted"] is True
    assert explain(segment.replace("/hls/", "/"), "--cookies", curl[2])["accepted"] is False
    saved = tmp_path / "cookies.txt"
    saved.write_text("\n".join(lines))
    for given in (f"@{saved}", str(saved)):
        assert explain(segment, "--cookies", given)["accepted"] is True


@pytest.mark.parametrize("target", ["hls/", "hls/*", "/hls/"])
def test_cookies_for_a_folder(sign: Sign, target: str) -> None:
    """A folder ends with a slash, or is a pattern."""
    document = json.loads(sign(target, "--cookies", "--format", "json").out)
    assert document["resource"].endswith(".cloudfront.net/hls/*")


AWKWARD = ("hls/a b+c~é.m3u8", "hls/x*y?z#.mp4", "v'[1]&=.mp4", "100%20.mp4", "a//b.mp4")


@pytest.fixture
def ask(stack: Folder) -> Callable[..., tuple[int, str]]:
    """Request a URL at the sandbox's edge. Return the status, and CloudFront's code if it refuses."""
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    s3 = clients_for(endpoint)("s3")
    for key in (*AWKWARD, "posters/a.jpg"):
        s3.put_object(Bucket="lectures-media", Key=key, Body=b"-")

    def run(url: str, cookies: str = "") -> tuple[int, str]:
        scheme, _, rest = url.partition("://")
        host, _, path = rest.partition("/")
        sent = {"Host": host, "Cookie": cookies, "X-Forwarded-Proto": scheme}
        reply = httpx.get(f"{endpoint}/{path}", headers=sent)
        code = re.search("<Code>(.*)</Code>", reply.text)
        return reply.status_code, code[1] if code else ""

    return run


@pytest.mark.parametrize("key", AWKWARD)
def test_the_edge_accepts_every_object_key(sign: Sign, ask: Callable[..., tuple[int, str]], key: str) -> None:
    """Any characters in a key work: with a canned policy, a custom policy, and cookies."""
    for flags in ((), ("--ip", "127.0.0.1"), ("--hash", "sha256"), ("--for", "hls", "--everything")):
        assert ask(sign(key, *flags).out.strip()) == (200, "")
    document = json.loads(sign(key, "--for", "hls", "--cookies", "--everything", "--format", "json").out)
    cookies = "; ".join(f"{name}={value}" for name, value in document["cookies"].items())
    assert ask(document["url"], cookies) == (200, "")
    assert ask(document["url"]) == (403, "MissingKey")


def test_explain_agrees_with_the_edge(
    sign: Sign, explain: Callable[..., Any], ask: Callable[..., tuple[int, str]]
) -> None:
    """The first reason has the code that a viewer gets. An accepted request has no reason."""
    canned, custom = (sign("100%20.mp4", *flags).out.strip() for flags in ((), ("--from", "1m")))
    ids = re.search("Key-Pair-Id=(.*)", canned)
    assert ids
    urls = [
        canned,
        sign("100%20.mp4", "--for", "hls", "--everything").out.strip().replace("100%2520", "absent"),
        custom,
        canned.replace("Expires=1", "Expires=2"),
        canned.replace("Expires=", "Expires=a"),
        canned.replace("Expires=", "Expires=1000000000&was="),
        canned.replace(ids[1], "K2FOREIGN"),
        canned.replace(ids[0], ""),
        canned.replace("https", "http"),
        f"{canned}&x=1",
        canned.partition("?")[0],
        custom.replace("Policy=", "Policy=a+"),
        canned.replace("100%2520.mp4", "posters/a.jpg"),
        re.sub("100.*", "posters/a.jpg", canned),
    ]
    for url in urls:
        status, code = ask(url)
        explanation = explain(url)
        if explanation["reasons"] and status != 301:
            assert (status, code) == (403, explanation["reasons"][0]["code"]), (url, explanation)
        elif not explanation["reasons"]:
            assert status in (200, 404) or "absent" in url, (url, explanation)


@pytest.mark.parametrize("flags", [(), ("--cookies",), ("--ip", "203.0.113.7"), ("--from", "1m")])
def test_one_file_is_not_everything(sign: Sign, flags: tuple[str, ...]) -> None:
    """The user would believe that the whole host is signed. The fix has the form for that, and it works."""
    host = "/".join(sign("a.mp4").out.split("/")[:3])
    for target, whole in (("hls/a.mp4", "*"), (f"{host}/a.mp4", f"{host}/*")):
        result = sign(target, "--everything", *flags)
        assert (result.code, result.out) == (2, "")
        message = " ".join(result.err.split())
        assert f"--everything is for the whole host, and {target} is one file" in message
        assert f"sign '{whole}' with --everything --cookies" in message
        opened = json.loads(sign(whole, "--everything", "--cookies", "--format", "json").out)
        assert opened["resource"] == f"{host}/*"


def test_a_folder_is_not_everything(sign: Sign) -> None:
    """A note says which folder it opens. The flag is allowed, because other lines of a file may need it."""
    for flags in (
        ("hls/master.m3u8", "--for", "hls"),
        ("hls/master.m3u8", "--for", "hls", "--cookies"),
        ("hls/", "--cookies"),
    ):
        message = " ".join(sign(*flags, "--everything").err.split())
        assert re.search(r"note: this opens only https://\S+/hls/\*, not the whole host", message)
        assert "this opens only" not in sign(*flags).err
    assert "this opens only" not in sign("*", "--cookies", "--everything").err


def test_without_a_target_the_whole_host_has_a_form(sign: Sign) -> None:
    """It is not clear from the flag alone that the whole host is a target, too."""
    result = sign("--everything")
    assert result.code == 2
    assert "for the whole host, write '*' and add --cookies" in " ".join(result.err.split())


def test_behaviors_in_a_folder_that_do_not_trust_the_key(sign: Sign) -> None:
    """A behavior in the folder with other signers gives a warning. Others and public ones do not."""
    assert (
        "/clips/* trusts key group clips-signers, not this key" in sign("*", "--cookies", "--everything").err
    )
    assert "warning" not in sign("hls/", "--cookies").err


REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "another key": (("a.mp4", "--key", "foreign"), "not in key group lectures-signers"),
    "another group's key": (("a.mp4", "--key", "clips-1"), "is in key group clips-signers"),
    "another group's path": (("clips/a.mp4",), "the behavior /clips/* trusts key group clips-signers"),
    "an open path": (("posters/a.jpg",), "needs no signature"),
    "cookies for another domain": (
        ("a/", "--cookies", "--domain", "example.com"),
        "browsers do not send cookies of example.com to this host",
    ),
    "another host": (("https://www.example.com/a",), "is not a host name of lectures"),
    "too long": (("a.mp4", "--expires", "25h"), "valid for at most 24h"),
    "a number without a unit": (("a.mp4", "--expires", "1"), "the number has no unit"),
    "the past": (("a.mp4", "--expires", "2020-01-01T00:00Z"), "already be expired"),
    "milliseconds": (("a.mp4", "--expires", "1900000000000"), "not milliseconds"),
    "no zone": (("a.mp4", "--expires", "2026-12-24T20:00"), "has no zone"),
    "no time": (("a.mp4", "--expires", "soon"), "not a valid time"),
    "another id": (("a.mp4", "--key-id", "K2OTHER"), "not K2OTHER"),
    "IPv6": (("a.mp4", "--ip", "2001:db8::1"), "only compares IPv4 addresses"),
    "a folder": (("hls/", "--for", "hls"), "cannot start with a folder"),
    "dots": (("hls/../a.mp4",), "no client can request"),
    "a playlist at the top": (("master.m3u8", "--for", "hls"), "at the top level"),
    "a manifest at the top": (("master.mpd", "--for", "dash", "--cookies"), "at the top level"),
    "an escaped slash in a key": (("a%2Fb.m3u8", "--for", "hls"), "at the top level"),
    "an escaped slash in a URL": (("https://HOST/hls/a%2Fb.m3u8", "--for", "hls"), "has %2F"),
    "all keys": (("*", "--cookies"), "opens all of"),
    "an empty key": (("", "--cookies"), "opens all of"),
    "the top folder": (("/", "--cookies"), "opens all of"),
    "a pattern of everything": (("https://HOST/*", "--cookies"), "opens all of"),
    "a wildcard in a key": (("hls/*.m4s", "--cookies"), "has a wildcard"),
    "a wildcard at the top": (("a*", "--for", "hls", "--cookies"), "at the top level"),
    "a public key": (("a.mp4", "--key", "lectures-1.pub"), "is a public key"),
    "no key": (("a.mp4", "--key", "absent"), "does not exist"),
    "already signed": (("https://HOST/a?Expires=1&Signature=a&Key-Pair-Id=K1",), "already signed"),
    "its own names": (("https://HOST/a?Policy=1",), "reads itself"),
}


@pytest.mark.parametrize(("arguments", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_signature_that_would_be_refused_is_not_made(
    sign: Sign, stack: Folder, arguments: tuple[str, ...], reason: str
) -> None:
    """Exit 2, nothing on stdout, and the reason."""
    host = json.loads(sign("a", "--format", "json").out)["url"].split("/")[2]
    words = [word.replace("HOST", host) for word in arguments]
    if "--key" in words:
        words[-1] = stack.key(words[-1])
    result = sign(*words)
    assert (result.code, result.out) == (2, "")
    assert reason in " ".join(result.err.split())


def test_force_exceeds_max_validity(sign: Sign) -> None:
    """With --force a URL may be valid for longer than sign.max_validity."""
    assert sign("a.mp4", "--expires", "25h", "--force").code == 0


def test_a_passphrase_comes_from_the_environment(
    sign: Sign, stack: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing or wrong passphrase is an error. The key and the passphrase are never printed."""
    locked = ("a.mp4", "--key", stack.key("locked"))
    assert "CFSTREAM_KEY_PASSPHRASE" in sign(*locked).err
    monkeypatch.setenv("CFSTREAM_KEY_PASSPHRASE", "hunter2")
    wrong = sign(*locked, "-vv")
    assert wrong.code == 2
    assert "is wrong for" in wrong.err
    assert "hunter2" not in wrong.err + wrong.out
    monkeypatch.setenv("CFSTREAM_KEY_PASSPHRASE", PASSPHRASE)
    right = sign(*locked, "-vv")
    assert right.code == 0
    assert PASSPHRASE not in right.err + right.out


@pytest.mark.parametrize("key", ["lectures-1", "foreign", "damaged"])
def test_no_part_of_a_private_key_is_printed(sign: Sign, stack: Folder, key: str) -> None:
    """Also with -vv, for a valid, a refused and a damaged key."""
    whole = Path(stack.key("lectures-1")).read_text().splitlines()
    Path(stack.key("damaged")).write_text("\n".join([*whole[:5], whole[-1], ""]))
    result = sign("a.mp4", "--key", stack.key(key), "-vv")
    secret = Path(stack.key(key)).read_text().splitlines()[1:-1]
    assert not any(line in result.err + result.out for line in secret)


def test_a_world_readable_key_gives_a_warning(sign: Sign, stack: Folder, tmp_path: Path) -> None:
    """It signs, and stderr has the fix."""
    path = tmp_path / "open.pem"
    shutil.copy(stack.key("lectures-1"), path)
    path.chmod(0o644)
    result = sign("a.mp4", "--key", str(path))
    assert result.code == 0
    assert f"chmod 600 {path}" in result.err


def test_without_a_spec_aws_is_not_used(
    cfstream: Callable[..., Result], stack: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A URL and a key id are enough, even if the endpoint does not answer."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    words = ("--key", stack.key("foreign"), "--key-id", "K2JC", "--expires", "2030-01-01T00:00+01:00")
    result = cfstream("sign", "https://media.example.com/a.mp4", *words)
    assert result.code == 0
    assert result.out.startswith("https://media.example.com/a.mp4?Expires=1893452400&Signature=")
    for target, flags, reason in (
        ("a.mp4", words, "its host is unknown"),
        ("https://h/a", words[:2] + words[4:], "the id of the key is unknown"),
    ):
        refused = cfstream("sign", target, *flags)
        assert refused.code == 2
        assert reason in " ".join(refused.err.split())


def test_a_stream_name_of_rtmp(cfstream: Callable[..., Result], stack: Folder) -> None:
    """It is signed without server and prefix, and printed in the given form."""
    words = ("--key", stack.key("foreign"), "--key-id", "APKAJC", "--expires", "1h")
    result = cfstream("sign", "rtmp://s1.cloudfront.net/cfx/st/mp4:videos/a.mp4", *words)
    assert result.out.startswith("mp4:videos/a.mp4?Expires=")
    refused = cfstream("sign", "rtmp://s1.cloudfront.net/cfx/st/a.flv", *words, "--cookies")
    assert "RTMP does not support cookies" in refused.err


def test_a_stack_that_was_not_applied_has_no_keys(
    cfstream: Callable[..., Result], stack: Folder, tmp_path: Path
) -> None:
    """There is no distribution to sign for. The error names the command that creates it."""
    other = folder(tmp_path, SPEC.replace("name: lectures\n", "name: seminars\n"))
    result = cfstream("sign", "a", "--spec", other.spec, "--key", other.key("lectures-1"), "--expires", "1h")
    assert result.code == 1
    assert "cfstream apply" in result.err


def test_explain_as_text(cfstream: Callable[..., Result], sign: Sign, stack: Folder) -> None:
    """It shows the first reason for a refusal, what the signature was made for, and local times."""
    url = sign("none/a.mp4").out.strip()
    good = cfstream("explain", url, "--spec", stack.spec)
    assert good.out.startswith("A signed URL with the canned policy\n")
    assert "CloudFront accepts it.\n" in good.out
    text = " ".join(good.out.split())
    assert (
        "S3 refuses it: AccessDenied, the bucket lectures-media has no object none/a.mp4 fix: upload" in text
    )
    assert '"object": {' in cfstream("explain", url, "--spec", stack.spec, "--format", "json").out
    checked = cfstream("explain", url, "--spec", stack.spec, "--check")
    assert (checked.code, "--check judges CloudFront only" in " ".join(checked.out.split())) == (0, True)
    bad = cfstream("explain", f"{url}&x=1", "--spec", stack.spec)
    assert "CloudFront refuses it: AccessDenied, the signature does not match" in bad.out
    assert "it was made for the URL without its query" in bad.out
    assert url.split("Signature=")[1].split("&")[0] not in good.out + bad.out


def test_explain_needs_no_aws(cfstream: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --spec it shows the parts of the URL, with local times."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    result = cfstream("explain", "https://h/a?Expires=1000000000&Signature=AAAA&Key-Pair-Id=K1")
    assert result.code == 0
    assert f"{datetime.fromtimestamp(1_000_000_000).astimezone():%Y-%m-%d %H:%M:%S} " in result.out
    assert "years ago" in result.out
    refused = cfstream("explain", "https://h/a", "--ip", "nobody")
    assert refused.code == 2


@pytest.mark.parametrize("given", ["absent.txt", "@absent.txt", "@"])
def test_a_file_of_cookies_that_cannot_be_read(cfstream: Callable[..., Result], given: str) -> None:
    """It is an error of the command line."""
    result = cfstream("explain", "https://media.example.com/a", "--cookies", given)
    assert (result.code, result.out) == (2, "")
    assert "of --cookies cannot be read" in " ".join(result.err.split())


def test_many_targets_are_signed_in_one_run(
    sign: Sign, explain: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line of JSON for each line of the file or of stdin. One that cannot be signed does not stop the others."""
    targets = ["talks/a b+c.mp4", "https://other.example.com/a.mp4", "b.mp4"]
    (tmp_path / "targets.txt").write_text("\n".join([*targets, "", "  "]))
    from_file = sign(
        "--from-file", str(tmp_path / "targets.txt"), "--expires", "2100-01-01T00:00Z", "--force"
    )
    lines = [json.loads(line) for line in from_file.out.splitlines()]
    assert [line["target"] for line in lines] == targets
    assert "other.example.com is not a host name of lectures" in lines[1]["error"]["what"]
    assert lines[1]["error"]["do"]
    assert from_file.code == 2
    for line in (lines[0], lines[2]):
        assert explain(line["url"])["accepted"] is True
    monkeypatch.setattr("sys.stdin", io.StringIO("b.mp4\n"))
    from_stdin = sign("--from-file", "-", "--expires", "2100-01-01T00:00Z", "--force")
    assert (from_stdin.code, [json.loads(line)["url"] for line in from_stdin.out.splitlines()]) == (
        0,
        [lines[2]["url"]],
    )


@pytest.mark.parametrize(
    "arguments", [(), ("a.mp4", "--from-file", "-"), ("--from-file", "-", "--format", "curl")]
)
def test_one_target_or_a_file_of_them(sign: Sign, arguments: tuple[str, ...]) -> None:
    """Neither, both, and commands for a file are wrong usage."""
    result = sign(*arguments)
    assert (result.code, result.out) == (2, "")
    assert "fix: " in result.err
