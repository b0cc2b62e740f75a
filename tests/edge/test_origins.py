"""Claims about CloudFront's requests to an origin.

Source: Developer Guide, "Origin settings", "Specify a default root object", "Optimize high availability with origin
failover"; S3 API, GetObject.
"""

import json
from typing import Any

import pytest

from tests.edge.stage import (
    BUCKET,
    PUBLIC,
    SEGMENT,
    Json,
    Stage,
    allow_oac,
    ask,
    behavior,
    origin,
)
from tests.world.configs import listing


def test_missing_objects(stage: Stage) -> None:
    """A missing key is 403, or 404 for a requester who may list the bucket."""
    made = stage.distribution()
    stage.grant(made)
    assert ask(stage, made, "nothing").verdict == (403, "AccessDenied")
    stage.grant(made, "s3:GetObject", "s3:ListBucket")
    assert ask(stage, made, "nothing").verdict == (404, "NoSuchKey")


def test_root(stage: Stage) -> None:
    """The root is the root object. Without one it is the bucket's list, if it may be listed."""
    made = stage.distribution()
    stage.grant(made)
    assert ask(stage, made, "").verdict == (403, "AccessDenied")
    stage.grant(made, "s3:GetObject", "s3:ListBucket")
    listed = ask(stage, made, "")
    assert (listed.status, b"<Key>hls/one.ts</Key>" in listed.body) == (200, True)
    stage.put("index.html", b"index")
    stage.put("hls/index.html", b"no index here")
    stage.change(made, DefaultRootObject="index.html")
    assert ask(stage, made, "").body == b"index"
    assert ask(stage, made, "hls/").verdict == (404, "NoSuchKey")


def test_origin_path(stage: Stage) -> None:
    """The origin's path comes before the viewer's."""
    oac = stage.oac()
    made = stage.distribution(Origins=listing(origin(oac=oac, OriginPath="/hls")))
    stage.grant(made)
    assert ask(stage, made, "one.ts").status == 200
    assert ask(stage, made, "hls/one.ts").status == 403


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("a b.mp4", "a%20b.mp4"),
        ("a b.mp4", "a+b.mp4"),
        ("a+b.mp4", "a%2Bb.mp4"),
        ("100%.mp4", "100%25.mp4"),
        ("vidéo~1.mp4", "vid%C3%A9o~1.mp4"),
        ("vidéo~1.mp4", "vid%c3%a9o%7E1.mp4"),
        ("a//b.mp4", "a//b.mp4"),
        ("a?b.mp4", "a%3Fb.mp4"),
    ],
)
def test_keys_with_odd_signs(stage: Stage, key: str, path: str) -> None:
    """S3 decodes a path with percent-encoding, and reads + as a space."""
    made = stage.distribution()
    stage.grant(made)
    stage.put(key)
    assert ask(stage, made, path).status == 200


def test_buckets_elsewhere(stage: Stage, clients: Any) -> None:
    """A bucket of another region is served at its own address. Another region's address is 301."""
    oac, name = stage.oac(), "videos-in-ireland"
    made = stage.distribution(
        Origins=listing(origin(oac=oac, DomainName=f"{BUCKET}.s3.eu-west-1.amazonaws.com"))
    )
    stage.grant(made)
    reply = ask(stage, made)
    assert (reply.verdict, reply.headers["x-amz-bucket-region"]) == ((301, "PermanentRedirect"), "us-east-1")
    west = clients("s3", "eu-west-1")
    west.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    west.put_object(Bucket=name, Key="one.mp4", Body=b"slainte")
    for domain in (f"{name}.s3.eu-west-1.amazonaws.com", f"{name}.s3.amazonaws.com"):
        made = stage.distribution(Origins=listing(origin(oac=oac, DomainName=domain)))
        statement = {**allow_oac(made), "Resource": f"arn:aws:s3:::{name}/*"}
        west.put_bucket_policy(
            Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        )
        assert ask(stage, made).body == b"slainte"


def test_deleted_bucket(stage: Stage) -> None:
    """A deleted bucket is 404."""
    made = stage.distribution()
    for key in ("hls/one.ts", "posters/one.jpg", "one.mp4"):
        stage.s3.delete_object(Bucket=BUCKET, Key=key)
    stage.s3.delete_bucket(Bucket=BUCKET)
    assert ask(stage, made).verdict == (404, "NoSuchBucket")


def test_deleted_object(stage: Stage) -> None:
    """An object with a delete marker does not exist. Older versions are not served."""
    made = stage.distribution()
    stage.grant(made, "s3:GetObject", "s3:ListBucket")
    stage.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    stage.put("one.mp4", b"second")
    assert ask(stage, made).body == b"second"
    stage.s3.delete_object(Bucket=BUCKET, Key="one.mp4")
    assert ask(stage, made).verdict == (404, "NoSuchKey")


def custom(domain: str) -> Json:
    """Return an origin of another type."""
    ports = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
    return {"Id": "s3", "DomainName": domain, "CustomOriginConfig": ports}


def test_custom_origins(stage: Stage) -> None:
    """A server is not reachable (502). A bucket's address is requested anonymously."""
    made = stage.distribution(Origins=listing(custom("www.example.com")))
    assert ask(stage, made).status == 502
    website = stage.distribution(Origins=listing(custom(f"{BUCKET}.s3-website-us-east-1.amazonaws.com")))
    bucket = stage.distribution(Origins=listing(custom(f"{BUCKET}.s3.us-east-1.amazonaws.com")))
    assert (ask(stage, website).status, ask(stage, bucket).status) == (404, 403)
    stage.s3.delete_public_access_block(Bucket=BUCKET)
    stage.policy(PUBLIC)
    stage.s3.put_bucket_website(
        Bucket=BUCKET, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}}
    )
    assert (ask(stage, website).body, ask(stage, bucket).body) == (SEGMENT, SEGMENT)


def test_origin_group(stage: Stage) -> None:
    """The second member of an origin group answers if the first one fails."""
    members = listing({"OriginId": "gone"}, {"OriginId": "s3"})
    group = {
        "Id": "both",
        "FailoverCriteria": {"StatusCodes": listing(404)},
        "Members": members,
    }
    oac = stage.oac()
    stage.s3.create_bucket(Bucket="gone-media")
    gone = origin(oac=oac, Id="gone", DomainName="gone-media.s3.us-east-1.amazonaws.com")
    made = stage.distribution(
        Origins=listing(origin(oac=oac), gone),
        OriginGroups=listing(group),
        DefaultCacheBehavior=behavior(TargetOriginId="both"),
    )
    stage.grant(made)
    assert ask(stage, made).verdict == (403, "AccessDenied")
    stage.s3.delete_bucket(Bucket="gone-media")
    assert ask(stage, made).body == SEGMENT


def test_forwarded_host(stage: Stage) -> None:
    """A behavior that forwards the viewer's Host breaks S3's signature."""
    all_viewer = "216adef6-5c7f-47e4-b989-5492eafa07d3"
    made = stage.distribution(DefaultCacheBehavior=behavior(OriginRequestPolicyId=all_viewer))
    stage.grant(made)
    assert ask(stage, made).verdict == (403, "SignatureDoesNotMatch")


def test_signed_url_on_a_public_behavior(stage: Stage) -> None:
    """If a public behavior forwards CloudFront's parameters, S3 reads them as its own."""
    forwarding = {"QueryString": True, "Cookies": {"Forward": "none"}}
    usual = behavior()
    del usual["CachePolicyId"]
    legacy = {**usual, "ForwardedValues": forwarding, "MinTTL": 0}
    open_, passing = stage.distribution(), stage.distribution(DefaultCacheBehavior=legacy)
    stage.policy(allow_oac(open_), allow_oac(passing, Sid="other"))
    path = "/one.mp4?Expires=1&Signature=a&Key-Pair-Id=K"
    assert stage.view(path, open_["DomainName"]).status == 200
    reply = stage.view(path, passing["DomainName"])
    assert reply.verdict == (403, "AccessDenied")
    assert b"Query-string authentication requires the Signature" in reply.body


@pytest.mark.parametrize(("method", "action"), [("PUT", "s3:PutObject"), ("DELETE", "s3:DeleteObject")])
def test_writes(stage: Stage, method: str, action: str) -> None:
    """A behavior with all methods forwards writes, and S3 judges them. The sandbox does not carry them out."""
    methods = listing("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")
    made = stage.distribution(DefaultCacheBehavior=behavior(AllowedMethods=methods))
    stage.grant(made)
    assert stage.view("/one.mp4", made["DomainName"], method).verdict == (403, "AccessDenied")
    stage.grant(made, action)
    assert stage.view("/one.mp4", made["DomainName"], method).status == 501
    assert stage.s3.get_object(Bucket=BUCKET, Key="one.mp4")["Body"].read() == SEGMENT
