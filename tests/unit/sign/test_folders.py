"""Presets, cookies, and one signature for several URLs."""

import json
import shlex
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest

from cfstream.sign import CannotSign, Cookies, Signer
from cfstream.sign.encoding import decode
from tests.world.signing import private_pem, rsa_key

ID = "K2JCJMDEHXQW5F"
PLAYLIST = "https://media.example.com/hls/master.m3u8"
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def signer() -> Signer:
    """Return a signer at a fixed time."""
    return Signer(private_pem(rsa_key("lectures-1")), ID, now=lambda: 1_900_000_000.0)


def resource(cookies: Cookies) -> str:
    """Return the resource in the policy of these cookies."""
    return str(json.loads(decode(cookies["CloudFront-Policy"]))["Statement"][0]["Resource"])


@pytest.mark.parametrize(
    "url", [PLAYLIST, "https://media.example.com/hls/", "https://media.example.com/hls/*", f"{PLAYLIST}?v=2"]
)
def test_a_playlist_covers_its_folder(signer: Signer, url: str) -> None:
    """A playlist, its folder, and the pattern of its folder all give the pattern of the folder."""
    assert resource(signer.for_hls(url, HOUR).cookies) == "https://media.example.com/hls/*"
    assert resource(signer.for_dash(url, HOUR).cookies) == "https://media.example.com/hls/*"


def test_a_file_covers_nothing_else(signer: Signer) -> None:
    """The preset for a file signs only that file."""
    assert resource(signer.for_file(PLAYLIST, HOUR).cookies) == PLAYLIST


def test_a_pass_signs_the_urls_that_it_covers(signer: Signer) -> None:
    """All URLs of a folder have the same signature, and one outside is refused."""
    granted = signer.for_hls(PLAYLIST, HOUR)
    segment = granted.url("https://media.example.com/hls/144p/part00.m4s?x=1")
    assert segment == f"https://media.example.com/hls/144p/part00.m4s?x=1&{granted.query}"
    with pytest.raises(CannotSign, match="does not cover"):
        granted.url("https://media.example.com/dash/part00.m4s")


def test_a_policy_is_signed_once(signer: Signer) -> None:
    """The same folder and time return the same object, not an equal one."""
    first = signer.for_hls(PLAYLIST, HOUR)
    assert signer.for_hls("https://media.example.com/hls/", HOUR) is first
    assert signer.for_hls(PLAYLIST, HOUR, ip="203.0.113.7") is not first


def test_a_pass_has_three_cookies(signer: Signer) -> None:
    """They are policy, signature and key id. With SHA-256, the name of the hash is a fourth."""
    assert list(signer.cookies("https://media.example.com/*", HOUR)) == [
        "CloudFront-Policy",
        "CloudFront-Signature",
        "CloudFront-Key-Pair-Id",
    ]
    modern = Signer(private_pem(rsa_key("lectures-1")), ID, hash="SHA256")
    assert modern.cookies("https://media.example.com/*", HOUR)["CloudFront-Hash-Algorithm"] == "SHA256"


def test_cookie_lines_are_closed_by_default(signer: Signer) -> None:
    """Each line has Domain, Path, Secure and HttpOnly, and neither Expires nor Max-Age."""
    cookies = signer.cookies("https://media.example.com/*", HOUR)
    lines = cookies.set_cookie_lines("example.com")
    assert [line.split("; ", 1)[1] for line in lines] == ["Domain=example.com; Path=/; Secure; HttpOnly"] * 3
    read = SimpleCookie()
    for line in lines:
        read.load(line.removeprefix("Set-Cookie: "))
    assert {name: morsel.value for name, morsel in read.items()} == dict(cookies)


def test_cookie_lines_as_asked(signer: Signer) -> None:
    """Domain and flags can be omitted, and SameSite can be added."""
    cookies = signer.cookies("https://media.example.com/*", HOUR)
    line = cookies.set_cookie_lines(path="/hls/", secure=False, httponly=False, samesite="None")[2]
    assert line == f"Set-Cookie: CloudFront-Key-Pair-Id={ID}; Path=/hls/; SameSite=None"


@pytest.mark.parametrize("domain", ["cloudfront.net", "d111111abcdef8.cloudfront.net", ".CloudFront.net"])
def test_no_cookie_is_for_cloudfront_net(signer: Signer, domain: str) -> None:
    """Browsers refuse cookies for a public suffix."""
    with pytest.raises(CannotSign, match="public suffix"):
        signer.cookies("https://media.example.com/*", HOUR).set_cookie_lines(domain)


@pytest.mark.parametrize("domain", ["example.com; Max-Age=1", "example.com\r\nX: y", "exämple.com"])
def test_no_text_is_injected_into_a_cookie_line(signer: Signer, domain: str) -> None:
    """A domain with a semicolon or a line break is refused."""
    with pytest.raises(CannotSign, match="is not allowed in a cookie"):
        signer.cookies("https://media.example.com/*", HOUR).set_cookie_lines(domain)


def test_cookies_for_programs_and_for_curl(signer: Signer) -> None:
    """JSON is the mapping, and the curl argument is one word for a shell."""
    cookies = signer.cookies("https://media.example.com/*", HOUR)
    assert json.loads(cookies.json()) == dict(cookies)
    flag, value = shlex.split(cookies.curl())
    assert flag == "--cookie"
    assert dict(pair.split("=", 1) for pair in value.split("; ")) == dict(cookies)


def test_cookies_do_not_show_their_values(signer: Signer) -> None:
    """Their text in a log or a traceback only has names."""
    cookies = signer.cookies("https://media.example.com/*", HOUR)
    assert repr(cookies) == "Cookies(CloudFront-Policy, CloudFront-Signature, CloudFront-Key-Pair-Id)"
