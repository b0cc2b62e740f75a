"""Stream names of RTMP."""

from datetime import timedelta
from pathlib import Path

import pytest

from cfstream.sign import CannotSign, Signer
from cfstream.sign.encoding import decode
from cfstream.sign.policy import canned
from tests.world.signing import openssl_verifies, private_pem, rsa_key

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def signer() -> Signer:
    """Return a signer at a fixed time."""
    return Signer(private_pem(rsa_key("lectures-1")), "APKA2JCJMDEHXQW5F", now=lambda: 1_900_000_000.0)


@pytest.mark.parametrize("name", ["videos/lecture.mp4", "mp4:videos/lecture.mp4"])
@pytest.mark.parametrize(
    "server", ["", "rtmp://s1.cloudfront.net/cfx/st/", "rtmpe://media.example.com/cfx/st/"]
)
def test_the_policy_names_the_stream_alone(signer: Signer, server: str, name: str, tmp_path: Path) -> None:
    """Server and prefix are not signed. The result has the prefix, because the player needs it."""
    signed = signer.stream_name(server + name, HOUR)
    bare, _, query = signed.bare.partition("?")
    assert bare == "videos/lecture.mp4"
    signature = dict(pair.split("=", 1) for pair in query.split("&"))["Signature"]
    policy = canned("videos/lecture.mp4", 1_900_003_600)
    assert openssl_verifies(tmp_path, rsa_key("lectures-1"), "sha1", policy, decode(signature))
    assert signed.prefixed == f"mp4:{signed.bare}"
    assert str(signed) == (signed.prefixed if name.startswith("mp4:") else signed.bare)


def test_flv_needs_no_prefix(signer: Signer) -> None:
    """Only MP4 and MP3 are requested with one."""
    signed = signer.stream_name("videos/lecture.flv", HOUR)
    assert signed.prefixed == signed.bare
    assert signer.stream_name("audio/lecture.mp3", HOUR).prefixed.startswith("mp3:audio/")


def test_in_the_parameters_of_a_page_it_is_escaped(signer: Signer) -> None:
    """Question mark, equals sign and ampersand would end the parameter."""
    flash = signer.stream_name("videos/lecture.flv", HOUR).flash
    assert flash.startswith("videos/lecture.flv%3FExpires%3D1900003600%26Signature%3D")
    assert not set("?=&") & set(flash)


def test_an_address_needs_a_policy_of_its_own(signer: Signer) -> None:
    """With --ip, the policy is in the name, and names the stream."""
    query = signer.stream_name("videos/a.flv", HOUR, ip="203.0.113.7").bare.partition("?")[2]
    sent = dict(pair.split("=", 1) for pair in query.split("&"))["Policy"]
    assert b'"Resource":"videos/a.flv"' in decode(sent)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "has no stream name"),
        ("mp4:", "has no stream name"),
        ("https://media.example.com/a.mp4", "has no stream name"),
        ("videos/a.flv?Expires=1&Signature=x&Key-Pair-Id=APKA1", "already signed"),
    ],
)
def test_invalid_stream_names_are_refused(signer: Signer, name: str, reason: str) -> None:
    """For example a URL, an empty name, or one that is signed already."""
    with pytest.raises(CannotSign, match=reason):
        signer.stream_name(name, HOUR)
