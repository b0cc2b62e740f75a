"""Claims about CloudFront's requests to an origin.

Source: Developer Guide, "Origin settings", "Specify a default root object", "Optimize high availability with origin
failover"; S3 API, GetObject.
"""

import json
from typing import Any

import pytest

from tests.edge.site import (
    BUCKET,
    PUBLIC,
    SEGMENT,
    EdgeSite,
    Json,
    allow_oac,
    ask,
    behavior,
    origin,
)
from tests.world.configs import listing


def test_missing_objects(site: EdgeSite) -> None:
    """A missing key is 403, or 404 for a requester who may list the bucket."""
    created = site.distribution()
    site.grant(created)
    assert ask(site, created, "nothing").verdict == (403, "AccessDenied")
    site.grant(created, "s3:GetObject", "s3:ListBucket")
    assert ask(site, created, "nothing").verdict == (404, "NoSuchKey")


def test_root(site: EdgeSite) -> None:
    """The root is the root object. Without one it is the bucket's list, if it may be listed."""
    created = site.distribution()
    site.grant(created)
    assert ask(site, created, "").verdict == (403, "AccessDenied")
    site.grant(created, "s3:GetObject", "s3:ListBucket")
    listed = ask(site, created, "")
    assert (listed.status, b"<Key>hls/one.ts</Key>" in listed.body) == (200, True)
    site.put("index.html", b"index")
    site.put("hls/index.html", b"no index here")
    site.change(created, DefaultRootObject="index.html")
    assert ask(site, created, "").body == b"index"
    assert ask(site, created, "hls/").verdict == (404, "NoSuchKey")


def test_origin_path(site: EdgeSite) -> None:
    """The origin's path comes before the viewer's."""
    oac = site.oac()
    created = site.distribution(Origins=listing(origin(oac=oac, OriginPath="/hls")))
    site.grant(created)
    assert ask(site, created, "one.ts").status == 200
    assert ask(site, created, "hls/one.ts").status == 403


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
def test_keys_with_odd_signs(site: EdgeSite, key: str, path: str) -> None:
    """S3 decodes a path with percent-encoding, and reads + as a space."""
    created = site.distribution()
    site.grant(created)
    site.put(key)
    assert ask(site, created, path).status == 200


def test_buckets_elsewhere(site: EdgeSite, clients: Any) -> None:
    """A bucket of another region is served at its own address. Another region's address is 301."""
    oac, name = site.oac(), "videos-in-ireland"
    created = site.distribution(
        Origins=listing(origin(oac=oac, DomainName=f"{BUCKET}.s3.eu-west-1.amazonaws.com"))
    )
    site.grant(created)
    reply = ask(site, created)
    assert (reply.verdict, reply.headers["x-amz-bucket-region"]) == ((301, "PermanentRedirect"), "us-east-1")
    west = clients("s3", "eu-west-1")
    west.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    west.put_object(Bucket=name, Key="one.mp4", Body=b"slainte")
    for domain in (f"{name}.s3.eu-west-1.amazonaws.com", f"{name}.s3.amazonaws.com"):
        created = site.distribution(Origins=listing(origin(oac=oac, DomainName=domain)))
        statement = {**allow_oac(created), "Resource": f"arn:aws:s3:::{name}/*"}
        west.put_bucket_policy(
            Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        )
        assert ask(site, created).body == b"slainte"


def test_deleted_bucket(site: EdgeSite) -> None:
    """A deleted bucket is 404."""
    created = site.distribution()
    for key in ("hls/one.ts", "posters/one.jpg", "one.mp4"):
        site.s3.delete_object(Bucket=BUCKET, Key=key)
    site.s3.delete_bucket(Bucket=BUCKET)
    assert ask(site, created).verdict == (404, "NoSuchBucket")


def test_deleted_object(site: EdgeSite) -> None:
    """An object with a delete marker does not exist. Older versions are not served."""
    created = site.distribution()
    site.grant(created, "s3:GetObject", "s3:ListBucket")
    site.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    site.put("one.mp4", b"second")
    assert ask(site, created).body == b"second"
    site.s3.delete_object(Bucket=BUCKET, Key="one.mp4")
    assert ask(site, created).verdict == (404, "NoSuchKey")


def custom(domain: str) -> Json:
    """Return an origin of another type."""
    ports = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
    return {"Id": "s3", "DomainName": domain, "CustomOriginConfig": ports}


def test_custom_origins(site: EdgeSite) -> None:
    """A server is not reachable (502). A bucket's address is requested anonymously."""
    created = site.distribution(Origins=listing(custom("www.example.com")))
    assert ask(site, created).status == 502
    website = site.distribution(Origins=listing(custom(f"{BUCKET}.s3-website-us-east-1.amazonaws.com")))
    bucket = site.distribution(Origins=listing(custom(f"{BUCKET}.s3.us-east-1.amazonaws.com")))
    assert (ask(site, website).status, ask(site, bucket).status) == (404, 403)
    site.s3.delete_public_access_block(Bucket=BUCKET)
    site.put_policy(PUBLIC)
    site.s3.put_bucket_website(
        Bucket=BUCKET, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}}
    )
    assert (ask(site, website).body, ask(site, bucket).body) == (SEGMENT, SEGMENT)


def test_origin_group(site: EdgeSite) -> None:
    """The second member of an origin group answers if the first one fails."""
    members = listing({"OriginId": "gone"}, {"OriginId": "s3"})
    group = {
        "Id": "both",
        "FailoverCriteria": {"StatusCodes": listing(404)},
        "Members": members,
    }
    oac = site.oac()
    site.s3.create_bucket(Bucket="gone-media")
    gone = origin(oac=oac, Id="gone", DomainName="gone-media.s3.us-east-1.amazonaws.com")
    created = site.distribution(
        Origins=listing(origin(oac=oac), gone),
        OriginGroups=listing(group),
        DefaultCacheBehavior=behavior(TargetOriginId="both"),
    )
    site.grant(created)
    assert ask(site, created).verdict == (403, "AccessDenied")
    site.s3.delete_bucket(Bucket="gone-media")
    assert ask(site, created).body == SEGMENT


def test_forwarded_host(site: EdgeSite) -> None:
    """A behavior that forwards the viewer's Host breaks S3's signature."""
    all_viewer = "216adef6-5c7f-47e4-b989-5492eafa07d3"
    created = site.distribution(DefaultCacheBehavior=behavior(OriginRequestPolicyId=all_viewer))
    site.grant(created)
    assert ask(site, created).verdict == (403, "SignatureDoesNotMatch")


def test_signed_url_on_a_public_behavior(site: EdgeSite) -> None:
    """If a public behavior forwards CloudFront's parameters, S3 reads them as its own."""
    forwarding = {"QueryString": True, "Cookies": {"Forward": "none"}}
    usual = behavior()
    del usual["CachePolicyId"]
    legacy = {**usual, "ForwardedValues": forwarding, "MinTTL": 0}
    open_, passing = site.distribution(), site.distribution(DefaultCacheBehavior=legacy)
    site.put_policy(allow_oac(open_), allow_oac(passing, Sid="other"))
    path = "/one.mp4?Expires=1&Signature=a&Key-Pair-Id=K"
    assert site.view(path, open_["DomainName"]).status == 200
    reply = site.view(path, passing["DomainName"])
    assert reply.verdict == (403, "AccessDenied")
    assert b"Query-string authentication requires the Signature" in reply.body


@pytest.mark.parametrize(("method", "action"), [("PUT", "s3:PutObject"), ("DELETE", "s3:DeleteObject")])
def test_writes(site: EdgeSite, method: str, action: str) -> None:
    """A behavior with all methods forwards writes, and S3 judges them. The sandbox does not carry them out."""
    methods = listing("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")
    created = site.distribution(DefaultCacheBehavior=behavior(AllowedMethods=methods))
    site.grant(created)
    assert site.view("/one.mp4", created["DomainName"], method).verdict == (403, "AccessDenied")
    site.grant(created, action)
    assert site.view("/one.mp4", created["DomainName"], method).status == 501
    assert site.s3.get_object(Bucket=BUCKET, Key="one.mp4")["Body"].read() == SEGMENT
