"""What is signed, byte for byte, and that other tools accept the signatures."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1

from cfstream.sign import CannotSign, Signer
from cfstream.sign.encoding import decode, encode
from cfstream.sign.keys import Hash
from tests.world.signing import AnyKey, ec_key, openssl_verifies, private_pem, rsa_key

ID = "K2JCJMDEHXQW5F"
URL = "https://media.example.com/hls/lecture.mp4"
EXPIRES = datetime(2033, 5, 18, 3, 33, 20, tzinfo=UTC)  # 2,000,000,000 seconds
STARTS = datetime(2033, 5, 17, 3, 33, 20, tzinfo=UTC)
KEYS: dict[str, AnyKey] = {"rsa": rsa_key("lectures-1"), "ecdsa": ec_key("lectures-1")}


def signer(kind: str = "rsa", digest: Hash = "SHA1") -> Signer:
    """Return a signer in March 2030."""
    return Signer(private_pem(KEYS[kind]), ID, hash=digest, now=lambda: 1_900_000_000.0)


def parameters(url: str) -> dict[str, str]:
    """Return the parameters in the query of a URL."""
    return dict(parse_qsl(urlsplit(url).query))


def by_botocore() -> CloudFrontSigner:
    """Return botocore's signer, with the same key and backend."""
    key = rsa_key("lectures-1")
    return CloudFrontSigner(ID, lambda policy: key.sign(policy, PKCS1v15(), SHA1()))


@pytest.mark.parametrize("digest", ["SHA1", "SHA256"])
@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_a_url_carries_a_signature_over_the_canned_policy(kind: str, digest: Hash, tmp_path: Path) -> None:
    """Openssl accepts the signature of the canned policy, in the bytes of the Developer Guide."""
    found = parameters(signer(kind, digest).url(f"{URL}?size=large&license=yes", EXPIRES))
    policy = (
        b'{"Statement":[{"Resource":"https://media.example.com/hls/lecture.mp4?size=large&license=yes",'
        b'"Condition":{"DateLessThan":{"AWS:EpochTime":2000000000}}}]}'
    )
    key = KEYS[kind]
    assert openssl_verifies(tmp_path, key, digest.lower(), policy, decode(found.pop("Signature")))
    named = {"Hash-Algorithm": "SHA256"} if digest == "SHA256" else {}
    assert found == {
        "size": "large",
        "license": "yes",
        "Expires": "2000000000",
        "Key-Pair-Id": ID,
        **named,
    }


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_a_custom_policy_is_in_the_url_with_its_signature(kind: str, tmp_path: Path) -> None:
    """The policy in the URL is the signed one, with the requested terms."""
    url = signer(kind).url(
        URL, EXPIRES, starts=STARTS, ip="203.0.113.7", resource="https://media.example.com/hls/*"
    )
    found = parameters(url)
    policy = decode(found["Policy"])
    assert openssl_verifies(tmp_path, KEYS[kind], "sha1", policy, decode(found["Signature"]))
    assert json.loads(policy) == {
        "Statement": [
            {
                "Resource": "https://media.example.com/hls/*",
                "Condition": {
                    "DateLessThan": {"AWS:EpochTime": 2_000_000_000},
                    "DateGreaterThan": {"AWS:EpochTime": 1_999_913_600},
                    "IpAddress": {"AWS:SourceIp": "203.0.113.7/32"},
                },
            }
        ]
    }
    assert b" " not in policy


def test_botocore_signs_the_same_urls() -> None:
    """With a canned and with a custom policy, the URL is equal to that of botocore's signer."""
    theirs = by_botocore()
    assert signer().url(URL, EXPIRES) == theirs.generate_presigned_url(URL, date_less_than=EXPIRES)
    resource = "https://media.example.com/hls/*"
    policy = theirs.build_policy(resource, EXPIRES, STARTS, "203.0.113.0/24")
    ours = signer().url(URL, EXPIRES, starts=STARTS, ip="203.0.113.0/24", resource=resource)
    assert ours == theirs.generate_presigned_url(URL, policy=policy)


def test_a_fragment_is_not_signed() -> None:
    """#t=90 never leaves the player, so the signature is valid with and without it."""
    assert signer().url(f"{URL}#t=90", EXPIRES) == signer().url(URL, EXPIRES) + "#t=90"


@pytest.mark.parametrize("expires", [2_000_000_000, 2_000_000_000.9, timedelta(seconds=100_000_000), EXPIRES])
def test_an_expiry_in_each_form_is_the_same_second(expires: int | float | timedelta | datetime) -> None:
    """Seconds since 1970, a duration from now and a datetime with its zone give the same result."""
    assert parameters(signer().url(URL, expires))["Expires"] == "2000000000"


@pytest.mark.parametrize(
    ("expires", "reason"),
    [
        (1_900_000_000, "already be expired"),
        (timedelta(seconds=-1), "already be expired"),
        (2_000_000_000_000, "CloudFront uses seconds"),
        (datetime(2033, 5, 18), "no time zone"),
        (True, "not a valid time"),
        (-5, "before 1970"),
        (float("nan"), "before 1970"),
    ],
)
def test_times_that_allow_no_access_are_refused(
    expires: int | float | timedelta | datetime, reason: str
) -> None:
    """The past, milliseconds, and an ambiguous datetime are refused, each with its own message."""
    with pytest.raises(CannotSign, match=reason):
        signer().url(URL, expires)


def test_a_start_behind_the_expiry_is_refused() -> None:
    """A policy that expires before it starts is never valid."""
    with pytest.raises(CannotSign, match="expire before it starts"):
        signer().url(URL, STARTS, starts=EXPIRES)


@pytest.mark.parametrize(
    ("ip", "cidr"),
    [("203.0.113.7", "203.0.113.7/32"), ("203.0.113.9/24", "203.0.113.0/24"), ("0.0.0.0/0", "0.0.0.0/0")],
)
def test_an_address_is_written_as_cidr(ip: str, cidr: str) -> None:
    """A bare address is a range of one, and a range starts at its first address."""
    policy = json.loads(decode(parameters(signer().url(URL, EXPIRES, ip=ip))["Policy"]))
    assert policy["Statement"][0]["Condition"]["IpAddress"] == {"AWS:SourceIp": cidr}


@pytest.mark.parametrize(
    "ip", ["2001:db8::1", "2001:db8::/32", "203.0.113", "203.0.113.7/33", "example.com", ""]
)
def test_other_addresses_than_ipv4_are_refused(ip: str) -> None:
    """CloudFront only compares IPv4 addresses."""
    with pytest.raises(CannotSign, match="IPv4"):
        signer().url(URL, EXPIRES, ip=ip)


def test_a_resource_that_does_not_cover_the_url_is_refused() -> None:
    """CloudFront would refuse a URL with such a policy, so it is not created."""
    with pytest.raises(CannotSign, match="does not cover"):
        signer().url(URL, EXPIRES, resource="https://media.example.com/dash/*")


@pytest.mark.parametrize("resource", ["*", "https://*", "*://*/*", "/hls/*", "hls/*"])
def test_a_resource_without_a_host_is_refused(resource: str) -> None:
    """A policy for every host would be valid at all distributions that trust the key."""
    with pytest.raises(CannotSign, match="has no host name"):
        signer().url(URL, EXPIRES, resource=resource)


@pytest.mark.parametrize("content", [b"", b"\xfb\xff\xfe", b"a", bytes(range(256))])
def test_the_alphabet_is_that_of_the_developer_guide(content: bytes) -> None:
    """Plus, equals sign and slash are written as minus, underscore and tilde, and can be read back."""
    text = base64.b64encode(content).decode().replace("+", "-").replace("=", "_").replace("/", "~")
    assert encode(content) == text
    assert decode(text) == content


@pytest.mark.parametrize("text", ["a+b=", "ab/c", "a", "abc", "ab c", "é___", "____"])
def test_other_alphabets_are_not_read(text: str) -> None:
    """Ordinary base64, spaces, and truncated text are not signatures."""
    with pytest.raises(ValueError, match=r"."):
        decode(text)


@pytest.mark.parametrize(
    "key_id", ["", "K2 JC", "K2JC&x=1", "K2JC\n", "9a0c5b1e-3f0e-4b6e-8f57-3f2a1c0d9e8f"]
)
def test_a_key_id_is_a_word(key_id: str) -> None:
    """An invalid key id is refused at once. The id of a key group has its own message."""
    with pytest.raises(CannotSign, match="key group" if "-" in key_id else "not a valid key id"):
        Signer(private_pem(KEYS["rsa"]), key_id)


def test_a_signer_shows_nothing_of_its_key() -> None:
    """Neither its text nor its attributes contain the private key."""
    assert repr(signer()) == f"Signer(key_id='{ID}', hash='SHA1')"
    assert "PRIVATE" not in str(vars(signer()))
