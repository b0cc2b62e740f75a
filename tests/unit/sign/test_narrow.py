"""A signature for a folder is not valid outside it, for any file name."""

import json
from datetime import timedelta
from posixpath import dirname
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cfstream.sandbox.edge.policy import covers
from cfstream.sign import CannotSign, Signer
from cfstream.sign.encoding import decode
from cfstream.sign.resource import covers_all, folder, key_path
from tests.world.signing import private_pem, rsa_key

HOST = "https://media.example.com"
SIGNER = Signer(private_pem(rsa_key("lectures-1")), "K2JCJMDEHXQW5F", now=lambda: 1_900_000_000.0)
HOUR = timedelta(hours=1)

PARTS = st.sampled_from(["a", "b", *"/*?#+é \\", "//", ".", "..", "%", "%2F", "%2f", "%2e%2e", "%252F"])
PATHS = st.lists(PARTS, max_size=6).map("".join)


def granted(url: str) -> str | None:
    """Return the resource that the presets for playlists sign; None if they refuse."""
    try:
        cookies = SIGNER.for_hls(url, HOUR).cookies
    except CannotSign:
        return None
    return str(json.loads(decode(cookies["CloudFront-Policy"]))["Statement"][0]["Resource"])


def directory(path: str) -> str:
    """Return the folder of the object at a path, by the key that S3 reads from it."""
    return unquote(path)[: unquote(path).rindex("/") + 1]


def outside(path: str, url: str) -> bool:
    """Return whether a URL names an object outside the folder of the object at `path`."""
    return not unquote(url.removeprefix(HOST).partition("?")[0]).startswith(directory(path))


@given(PATHS, PATHS)
@example("a%2Fb", "c")
@example("a/b%2fc", "a/d")
@example("a", "b")
@example("a/b*", "a/c")
@example("a*", "b")
@example("a/*", "ab")
@example("", "b")
def test_a_signature_for_a_url_covers_its_folder_at_most(path: str, other: str) -> None:
    """The rules are CloudFront's, from the sandbox's edge."""
    resource = granted(f"{HOST}/{path}")
    if resource is not None:
        plain = f"/{path}".partition("#")[0].partition("?")[0].removesuffix("*")
        for asked in (f"{HOST}/{other}", f"{HOST}/{quote(other)}", f"{HOST}{dirname(plain)}x/{other}"):
            assert not (covers(resource, asked) and outside(plain, asked))
        assert not covers(resource, f"{HOST}/somewhere-else.mp4")


@given(PATHS, PATHS)
@example("a%2Fb", "c")
@example("*", "c")
@example("a?/b", "ab/c")
def test_a_signature_for_a_key_covers_its_folder_at_most(key: str, other: str) -> None:
    """A key is literal: its wildcards and escapes are ordinary characters."""
    try:
        url = HOST + key_path(key)
        path = key_path(other)
    except CannotSign:
        return
    resource = granted(url)
    if resource is not None:
        assert covers(resource, url)
        assert covers(resource, HOST + path) <= other.startswith(key[: key.rindex("/") + 1])


@pytest.mark.parametrize(
    "path", ["/master.m3u8", "", "/", "/*", "/*a", "//master.m3u8", "/a%2Fb.m3u8", "/?x=/a/b", "/hls*"]
)
def test_a_whole_host_is_opened_on_purpose_only(path: str) -> None:
    """The folder of a file at the top level is the whole host."""
    with pytest.raises(CannotSign):
        folder(HOST + path)
    if "%2F" not in path:
        assert covers_all(folder(HOST + path, everything=True))


def test_an_escaped_slash_is_refused() -> None:
    """The viewer's path and the key would have different folders."""
    with pytest.raises(CannotSign, match="%2F") as refused:
        folder(f"{HOST}/hls/a%2fb.m3u8", everything=True)
    assert f"{HOST}/hls/a/b.m3u8" in refused.value.do
    assert folder(f"{HOST}/a%2Fb/c.m3u8") == f"{HOST}/a%2Fb/*"


@pytest.mark.parametrize(
    ("resource", "all_of_it"),
    [
        (f"{HOST}/*", True),
        (f"{HOST}/?*", True),
        (f"{HOST}//*", True),
        (f"{HOST}/**", True),
        (f"{HOST}*", True),
        ("https://*.example.com/*", True),
        (f"{HOST}/", False),
        (f"{HOST}/hls/*", False),
        (f"{HOST}/*.m3u8", False),
        (f"{HOST}/?", False),
    ],
)
def test_resources_that_cover_a_whole_host(resource: str, all_of_it: bool) -> None:
    """They leave nothing of the path to compare."""
    assert covers_all(resource) is all_of_it
