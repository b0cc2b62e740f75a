"""Claims about trusted signers and streaming distributions, and the sandbox's API for key pairs.

Source: Developer Guide of 2020, "Specifying the AWS accounts that can create signed URLs", "Creating a signed URL using
a canned policy" (RTMP).
"""

import http.client
import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.edge import signing
from tests.edge.site import BUCKET, SEGMENT, EdgeSite, Json, Reply, behavior, label, oai_statement
from tests.world.configs import listing

PATH = "/hls/one.ts"
OTHER = "111122223333"


def register(site: EdgeSite, account: str, public_key: str) -> tuple[int, Any]:
    """Register a key pair with the sandbox's API. Return status and answer."""
    wire = http.client.HTTPConnection("127.0.0.1", int(site.sandbox.endpoint_url.rpartition(":")[2]))
    wire.request("PUT", "/_sandbox/key-pairs", json.dumps({"account": account, "public_key": public_key}))
    reply = wire.getresponse()
    found = reply.status, json.loads(reply.read())
    wire.close()
    return found


def pair(site: EdgeSite, account: str, name: str) -> str:
    """Return the id of a key pair of this account."""
    status, answer = register(site, account, signing.pem(signing.rsa_key(name)))
    assert status == 200
    return str(answer["id"])


def active(created: Json) -> dict[str, list[str]]:
    """Return the active signers with their key pairs."""
    return {
        item["AwsAccountNumber"]: item["KeyPairIds"].get("Items", [])
        for item in created["ActiveTrustedSigners"].get("Items", [])
    }


def test_key_pairs(site: EdgeSite) -> None:
    """An account has at most two key pairs. One that is registered again keeps its id."""
    first, second = pair(site, OTHER, "one"), pair(site, OTHER, "two")
    assert first != second
    assert first.startswith("APKA")
    assert pair(site, OTHER, "one") == first
    status, answer = register(site, OTHER, signing.pem(signing.rsa_key("three")))
    assert (status, answer["error"]) == (400, f"account {OTHER} already has two key pairs")
    assert pair(site, "self", "three") == pair(site, "123456789012", "three")


@pytest.mark.parametrize(
    ("account", "public_key"),
    [
        ("1111", signing.pem(signing.rsa_key())),
        ("", signing.pem(signing.rsa_key())),
        (OTHER, signing.pem(signing.ecdsa_key())),
        (OTHER, "no key"),
    ],
)
def test_wrong_key_pairs(site: EdgeSite, account: str, public_key: str) -> None:
    """An invalid account, and anything but an RSA key of 2048 bits, is refused."""
    assert register(site, account, public_key)[0] == 400


def test_active_signers(site: EdgeSite) -> None:
    """ActiveTrustedSigners shows the key pairs, also of an account that had none before."""
    ours, theirs = pair(site, "self", "ours"), pair(site, "000000000000", "theirs")
    created = site.distribution(DefaultCacheBehavior=behavior(signers=("self", "000000000000")))
    found = active(site.cloudfront.get_distribution(Id=created["Id"])["Distribution"])
    assert ours in found["self"]
    assert found["000000000000"] == [theirs]


def test_signers_of_a_behavior(site: EdgeSite) -> None:
    """Only the key pairs of the behavior's own signers are accepted."""
    ours, theirs = pair(site, "self", "ours"), pair(site, OTHER, "theirs")
    created = site.distribution(
        DefaultCacheBehavior=behavior(signers=("self",)),
        CacheBehaviors=listing({**behavior(signers=(OTHER,)), "PathPattern": "/posters/*"}),
    )
    site.grant(created)
    host = created["DomainName"]
    for path, name, key_id, verdict in [
        (PATH, "ours", ours, (200, "")),
        (PATH, "theirs", theirs, (403, "InvalidKey")),
        ("/posters/one.jpg", "theirs", theirs, (200, "")),
        ("/posters/one.jpg", "ours", ours, (403, "InvalidKey")),
        (PATH, "theirs", ours, (403, "AccessDenied")),
    ]:
        fields = signing.canned_fields(f"https://{host}{path}", signing.rsa_key(name), key_id)
        assert site.view(f"{path}?{signing.query(fields)}", host).verdict == verdict


def test_key_pair_without_a_public_half(site: EdgeSite) -> None:
    """A key pair without a registered public half is an unknown key."""
    created = site.distribution(DefaultCacheBehavior=behavior(signers=("self",)))
    site.grant(created)
    host = created["DomainName"]
    known = active(site.cloudfront.get_distribution(Id=created["Id"])["Distribution"])["self"][0]
    fields = signing.canned_fields(f"https://{host}{PATH}", signing.rsa_key(), known)
    assert site.view(f"{PATH}?{signing.query(fields)}", host).verdict == (403, "InvalidKey")


@dataclass(frozen=True)
class Streaming:
    """A streaming distribution with `self` as its signer."""

    site: EdgeSite
    created: Json
    key_id: str

    def play(self, name: str, fields: dict[str, str] | None = None, host: str = "") -> Reply:
        """Request a stream."""
        query = f"?{signing.query(fields)}" if fields else ""
        return self.site.view(f"/cfx/st/{name}{query}", host or self.created["DomainName"])

    def fields(self, resource: str) -> dict[str, str]:
        """Return the parameters of a signed stream name."""
        return signing.canned_fields(resource, signing.rsa_key(), self.key_id)


@pytest.fixture
def streaming(site: EdgeSite) -> Streaming:
    """A streaming distribution that reads with an identity."""
    identity = site.identity()
    site.put_policy(oai_statement(identity))
    site.put("videos/one.flv")
    site.put("videos/one.mp4")
    key_id = pair(site, "self", "ours")
    config = {
        "CallerReference": "streaming",
        "Comment": "",
        "Enabled": True,
        "Aliases": listing("stream.example.com"),
        "S3Origin": {
            "DomainName": f"{BUCKET}.s3.amazonaws.com",
            "OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity['Id']}",
        },
        "TrustedSigners": {"Enabled": True, **listing("self")},
    }
    created = site.cloudfront.create_streaming_distribution(StreamingDistributionConfig=config)
    return Streaming(site, created["StreamingDistribution"], key_id)


@pytest.mark.parametrize(
    ("played", "signed"),
    [
        ("videos/one.mp4", "videos/one.mp4"),
        ("videos/one.flv", "videos/one.flv"),
        ("videos/one", "videos/one"),
        ("mp4:videos/one.mp4", "videos/one.mp4"),
        ("mp4:videos/one", "videos/one"),
        ("mp4%3Avideos/one", "videos/one"),
        ("videos%2Fone", "videos/one"),
    ],
)
def test_streams(streaming: Streaming, played: str, signed: str) -> None:
    """The signature is for the stream's name without its prefix."""
    for host in (streaming.created["DomainName"], label(streaming.created), "stream.example.com"):
        reply = streaming.play(played, streaming.fields(signed), host)
        assert (reply.status, reply.body) == (200, SEGMENT)


@pytest.mark.parametrize(
    ("played", "signed"),
    [
        ("videos/one.mp4", "videos/one"),
        ("videos/one", "videos/one.flv"),
        ("mp4:videos/one", "mp4:videos/one"),
        ("videos/one", "rtmp://stream.example.com/cfx/st/videos/one"),
        ("videos/one", "https://stream.example.com/cfx/st/videos/one"),
        ("videos/two", "videos/one"),
    ],
)
def test_names_that_do_not_match(streaming: Streaming, played: str, signed: str) -> None:
    """Another spelling of the name, or a whole URL, is another stream."""
    assert streaming.play(played, streaming.fields(signed)).verdict == (403, "AccessDenied")


def test_stream_refusals(streaming: Streaming) -> None:
    """Streams are refused like files: unsigned, unknown key, expired, with cookies, and missing."""
    assert streaming.play("videos/one").verdict == (403, "MissingKey")
    good = streaming.fields("videos/one")
    assert streaming.play("videos/one", {**good, "Key-Pair-Id": "APKA0"}).verdict == (403, "InvalidKey")
    old = signing.canned_fields("videos/one", signing.rsa_key(), streaming.key_id, signing.a_minute_ago())
    assert streaming.play("videos/one", old).verdict == (403, "AccessDenied")
    host = streaming.created["DomainName"]
    by_cookies = streaming.site.view("/cfx/st/videos/one", host, **signing.cookies(good))
    assert by_cookies.verdict == (403, "MissingKey")
    missing = streaming.play("nothing", streaming.fields("nothing"))
    assert (missing.verdict, missing.from_s3) == ((403, "AccessDenied"), True)
    assert streaming.site.view("/videos/one.mp4", host).status == 404


def test_streams_by_custom_policy(streaming: Streaming) -> None:
    """A custom policy can cover streams with a wildcard."""
    text = signing.policy("videos/*")
    fields = signing.custom_fields(text, signing.rsa_key(), streaming.key_id)
    assert streaming.play("videos/one", fields).status == 200
    assert streaming.play("clips/one", fields).verdict == (403, "AccessDenied")


def test_disabled_streaming(streaming: Streaming) -> None:
    """A disabled streaming distribution is 403."""
    site, created = streaming.site, streaming.created
    live = site.cloudfront.get_streaming_distribution_config(Id=created["Id"])
    site.cloudfront.update_streaming_distribution(
        Id=created["Id"],
        IfMatch=live["ETag"],
        StreamingDistributionConfig={**live["StreamingDistributionConfig"], "Enabled": False},
    )
    assert streaming.play("videos/one", streaming.fields("videos/one")).status == 403
