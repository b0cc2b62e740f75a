"""URLs in normal form, keys as paths, and what wildcards cover."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cfstream.sign import CannotSign
from cfstream.sign.resource import folder, key_path, matches, pattern, target
from cfstream.wildcards import like

NORMAL = {
    "https://media.example.com/a.mp4": "https://media.example.com/a.mp4",
    "HTTPS://Media.Example.COM:443/A.mp4": "https://media.example.com/A.mp4",
    "http://media.example.com:80": "http://media.example.com/",
    "http://media.example.com:8080/a": "http://media.example.com:8080/a",
    "https://h/a b/ü.mp4": "https://h/a%20b/%C3%BC.mp4",
    "https://h/%7Ea/%41%2f%c3%bc": "https://h/~a/A%2F%C3%BC",
    "https://h/100%": "https://h/100%25",
    "https://h/%%41B": "https://h/%25AB",
    "https://h/%252E%252E/a": "https://h/%252E%252E/a",
    "https://h/a+b~c": "https://h/a+b~c",
    "https://h/a*b": "https://h/a%2Ab",
    "https://h/a(1)!$&,;=:@": "https://h/a(1)!$&,;=:@",
    "https://h/a'[b]{c}|d^\\\"<>`": "https://h/a%27%5Bb%5D%7Bc%7D%7Cd%5E%5C%22%3C%3E%60",
    "https://h/a?x=1&y= z?*": "https://h/a?x=1&y=%20z%3F%2A",
    "https://h/a?": "https://h/a",
    "https://h/.well-known/a": "https://h/.well-known/a",
    "https://h//a//b": "https://h//a//b",
    "https://bücher.example/a": "https://xn--bcher-kva.example/a",
    "  https://h/a  ": "https://h/a",
    "https://h/a?expires=1&policy=2": "https://h/a?expires=1&policy=2",
}

REFUSED = {
    "media.example.com/a": "not an http or https URL",
    "ftp://h/a": "not an http or https URL",
    "https:///a": "has no host name",
    "https://h h/a": "has no host name",
    "https://*.example.com/a": "is for several hosts",
    "https://user:secret@h/a": "user name",
    "https://h/a/../b": "resolves",
    "https://h/a/%2e%2E/b": "resolves",
    "https://h/./a": "resolves",
    "https://h/a?Expires=1&Signature=x&Key-Pair-Id=K1": "already signed",
    "https://h/a?Policy=1&Signature=x&Key-Pair-Id=K1&Hash-Algorithm=SHA256": "already signed",
    "https://h/a?x=1&Expires=5": "parameter Expires",
    "https://h/a?Hash%2DAlgorithm=x": "parameter Hash-Algorithm",
    "https://h/\ud800": "surrogate",
}


@pytest.mark.parametrize(("url", "normal"), NORMAL.items())
def test_urls_are_signed_in_normal_form(url: str, normal: str) -> None:
    """Parts that clients would rewrite are rewritten before the URL is signed. Doing it again changes nothing."""
    assert target(url).base == normal
    assert target(normal).base == normal


@pytest.mark.parametrize(("url", "reason"), REFUSED.items())
def test_urls_that_nobody_could_ask_for_are_refused(url: str, reason: str) -> None:
    """The error says why, and never repeats a password."""
    with pytest.raises(CannotSign, match=reason) as refusal:
        target(url)
    assert "secret" not in str(refusal.value)


@given(some.text(max_size=40))
def test_the_normal_form_is_stable(path: str) -> None:
    """The normal form of any path is plain ASCII, and its own normal form."""
    try:
        base = target(f"https://h/{path}").base
    except CannotSign:
        return
    assert base.isascii()
    assert base.isprintable()
    assert target(base).base == base


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("hls/master.m3u8", "/hls/master.m3u8"),
        ("a b+c%20d~e.mp4", "/a%20b%2Bc%2520d~e.mp4"),
        ("vorträge/Ω?#.mp4", "/vortr%C3%A4ge/%CE%A9%3F%23.mp4"),
        ("a*b&c=d", "/a%2Ab%26c%3Dd"),
        ("/lead", "//lead"),
        (".hidden", "/.hidden"),
    ],
)
def test_a_key_is_escaped_whole(key: str, path: str) -> None:
    """Every special character of a key is escaped, including the plus sign, which S3 reads as a space."""
    assert key_path(key) == path
    assert target(f"https://h{path}").base == f"https://h{path}"


@pytest.mark.parametrize("key", ["a/../b", "..", "./a", "a/."])
def test_keys_that_no_url_can_name_are_refused(key: str) -> None:
    """Clients resolve dots before the request, so such an object cannot be requested."""
    with pytest.raises(CannotSign, match="no client can request"):
        key_path(key)


COVERED = [
    ("https://h/a.mp4", "https://h/a.mp4"),
    ("https://h/hls/*", "https://h/hls/"),
    ("https://h/hls/*", "https://h/hls/144p/part00.m4s"),
    ("https://h/hls/*", "https://h/hls/a?x=1&y=2"),
    ("https://h/*.m3u8", "https://h/a/b.m3u8"),
    ("https://h/a?.mp4", "https://h/ab.mp4"),
    ("https://h/a?x=*", "https://h/a?x=1"),
    ("https://h*", "https://h.example.com/a?x=1"),
    ("*://h/*", "http://h/a"),
    ("http*://h/*", "https://h/a"),
    ("https://*.example.com/*", "https://media.example.com/a"),
    ("*", "https://h/a"),
    ("", "https://h/a"),
    ("videos/lecture.flv", "videos/lecture.flv"),
    ("videos/*", "videos/lecture.flv"),
]

UNCOVERED = [
    ("https://h/a.mp4", "http://h/a.mp4"),
    ("https://h/a.mp4", "https://h/a.mp4?x=1"),
    ("https://h/a.mp4", "https://h/A.mp4"),
    ("https://h/hls/*", "https://h/hls"),
    ("https://h/hls/*", "https://other/hls/a"),
    ("https://h/*.m3u8", "https://h/a.m3u8?x=1"),
    ("https://h*/a", "https://h/b/a"),
    ("https://*.example.com/*", "https://evil.test/.example.com/a"),
    ("https://h/a?", "https://h/a"),
    ("videos/*", "audio/lecture.mp3"),
]


@pytest.mark.parametrize(("resource", "url"), COVERED)
def test_a_resource_covers(resource: str, url: str) -> None:
    """Wildcards cover what the Developer Guide says. A final one also covers the query."""
    assert matches(resource, url)


@pytest.mark.parametrize(("resource", "url"), UNCOVERED)
def test_a_resource_does_not_cover(resource: str, url: str) -> None:
    """No wildcard crosses from one section of a URL to the next."""
    assert not matches(resource, url)


def test_matching_takes_no_more_than_the_product_of_the_lengths() -> None:
    """A pattern that is made to be slow is not slow."""
    assert not like("*a" * 200 + "b", "a" * 2_000)


def test_the_folder_of_a_url() -> None:
    """It has everything beside and below the URL."""
    assert folder("https://h/a/b/master.m3u8?x=1") == "https://h/a/b/*"
    assert folder("https://h", everything=True) == "https://h/*"


def test_a_pattern_keeps_its_wildcards() -> None:
    """The rest of a pattern is in normal form."""
    assert pattern("HTTPS://Media.Example.com/a b/*.m3u?") == "https://media.example.com/a%20b/*.m3u?"
