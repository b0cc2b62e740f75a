"""Claims about access to the bucket.

Source: Developer Guide, "Restrict access to an Amazon S3 origin"; S3 User Guide, "How Amazon S3 authorizes a request",
"Controlling ownership of objects", "Blocking public access".
"""

import pytest

from tests.edge.site import (
    ARN,
    BUCKET,
    OAI_ARN,
    PUBLIC,
    SEGMENT,
    EdgeSite,
    Json,
    allow_oac,
    ask,
    behavior,
    by_oai,
    oai_statement,
    origin,
)
from tests.world.configs import listing


def test_oac_and_its_statement(site: EdgeSite) -> None:
    """With an OAC, an object is served once the bucket policy allows this distribution."""
    created, other = site.distribution(), site.distribution()
    refused = ask(site, created)
    assert (refused.verdict, refused.from_s3) == ((403, "AccessDenied"), True)
    assert refused.headers["Server"] == "AmazonS3"
    assert refused.headers["X-Cache"] == "Error from cloudfront"
    site.grant(created)
    assert ask(site, created).body == SEGMENT
    assert ask(site, other).verdict == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 200),
        (
            {
                "Condition": {
                    "StringLike": {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/*"}
                }
            },
            200,
        ),
        (
            {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:cloudfront::123456789012:distribution/E*"}}},
            200,
        ),
        ({"Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:cloudfront::*:distribution/*"}}}, 200),
        ({"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}, 200),
        ({"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}, 403),
        (
            {
                "Condition": {
                    "StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/E0"}
                }
            },
            403,
        ),
        (
            {
                "Condition": {
                    "StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/*"}
                }
            },
            403,
        ),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, 200),
        ({"Condition": {"StringEqualsSomehow": {"AWS:SourceArn": "*"}}}, 403),
        ({"Principal": {"Service": "cloudtrail.amazonaws.com"}}, 403),
        ({"Principal": {"Service": ["s3.amazonaws.com", "cloudfront.amazonaws.com"]}}, 200),
        ({"Action": "s3:*"}, 200),
        ({"Action": ["s3:Get*"]}, 200),
        ({"Action": "s3:GETOBJECT"}, 200),
        ({"Action": "s3:PutObject"}, 403),
        ({"Resource": f"{ARN}/*.mp4"}, 200),
        ({"Resource": f"{ARN}/hls/*"}, 403),
        ({"Resource": ARN}, 403),
    ],
)
def test_oac_statements(site: EdgeSite, changes: Json, status: int) -> None:
    """Every part of the statement must match. An unsupported part allows nothing."""
    created = site.distribution()
    site.s3.delete_public_access_block(Bucket=BUCKET)
    site.grant(created, **changes)
    assert ask(site, created).status == status


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ({}, 403),
        ({"StringNotEquals": {"AWS:SourceAccount": "123456789012"}}, 200),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, 403),
        ({"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}, 403),
        ({"Bool": {"aws:SecureTransport": "false"}}, 200),
        ({"Bool": {"aws:PrincipalIsAWSService": "false"}}, 200),
        ({"Odd": {"aws:SourceVpce": "vpce-1"}}, 403),
    ],
)
def test_deny_outweighs(site: EdgeSite, condition: Json, status: int) -> None:
    """One Deny that applies outweighs every Allow. One with an unsupported condition applies."""
    created = site.distribution()
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"{ARN}/*",
        **({"Condition": condition} if condition else {}),
    }
    site.put_policy(allow_oac(created), deny)
    assert ask(site, created).status == status


def test_not_principal(site: EdgeSite) -> None:
    """A Deny for all except the identity denies everyone else."""
    created, identity = by_oai(site)
    other, _ = by_oai(site)
    who = {"AWS": OAI_ARN + identity["Id"]}
    deny = {
        "Effect": "Deny",
        "NotPrincipal": who,
        "Action": "s3:GetObject",
        "Resource": f"{ARN}/*",
    }
    site.s3.delete_public_access_block(Bucket=BUCKET)
    site.put_policy(PUBLIC, deny)
    assert (ask(site, created).status, ask(site, other).status) == (200, 403)


def test_oai_and_its_statement(site: EdgeSite) -> None:
    """With an OAI, an object is served once the bucket policy allows the identity, in any spelling."""
    created, identity = by_oai(site)
    other, _ = by_oai(site)
    assert ask(site, created).verdict == (403, "AccessDenied")
    for principal in (
        {"AWS": OAI_ARN + identity["Id"]},
        {"CanonicalUser": identity["S3CanonicalUserId"]},
    ):
        site.put_policy(oai_statement(identity, Principal=principal))
        assert (ask(site, created).status, ask(site, other).status) == (200, 403)


def test_neither(site: EdgeSite) -> None:
    """Without an origin access, CloudFront is anonymous and gets public objects only."""
    created = site.distribution(Origins=listing(origin()))
    assert ask(site, created).verdict == (403, "AccessDenied")
    site.s3.delete_public_access_block(Bucket=BUCKET)
    site.put_policy(PUBLIC)
    assert ask(site, created).status == 200


@pytest.mark.parametrize(("signing", "status"), [("always", 200), ("never", 403), ("no-override", 200)])
def test_signing_behavior(site: EdgeSite, signing: str, status: int) -> None:
    """With `never`, CloudFront does not sign and is anonymous."""
    created = site.distribution(oac=site.oac(signing))
    site.grant(created)
    assert ask(site, created).status == status


def test_viewers_own_signature(site: EdgeSite) -> None:
    """If the origin gets a viewer's Authorization, `no-override` uses it, and `always` does not."""
    forwarding = site.cloudfront.create_origin_request_policy(
        OriginRequestPolicyConfig={
            "Name": "own",
            "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": listing("Authorization")},
            "CookiesConfig": {"CookieBehavior": "none"},
            "QueryStringsConfig": {"QueryStringBehavior": "none"},
        }
    )["OriginRequestPolicy"]["Id"]
    passing = behavior(OriginRequestPolicyId=forwarding)
    for signing_behavior, status in (("no-override", 200), ("always", 403)):
        created = site.distribution(oac=site.oac(signing_behavior), DefaultCacheBehavior=passing)
        reply = site.view(
            "/one.mp4", created["DomainName"], Authorization="AWS4-HMAC-SHA256 Credential=…".replace("…", "x")
        )
        assert reply.status == status
        assert ask(site, created).status == 403


def test_restricted_public_bucket(site: EdgeSite) -> None:
    """With RestrictPublicBuckets, a public policy only allows AWS services."""
    service, nobody = site.distribution(), site.distribution(Origins=listing(origin()))
    site.s3.delete_public_access_block(Bucket=BUCKET)
    site.put_policy(PUBLIC)
    assert (ask(site, service).status, ask(site, nobody).status) == (200, 200)
    site.s3.put_public_access_block(
        Bucket=BUCKET, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True}
    )
    assert (ask(site, service).status, ask(site, nobody).status) == (200, 403)


def test_existing_object_tags(site: EdgeSite) -> None:
    """A policy can check an object's tags."""
    created = site.distribution()
    site.grant(created, Condition={"StringEquals": {"s3:ExistingObjectTag/public": "yes"}})
    assert ask(site, created).status == 403
    tagging = {"TagSet": [{"Key": "public", "Value": "yes"}]}
    site.s3.put_object_tagging(Bucket=BUCKET, Key="one.mp4", Tagging=tagging)
    assert ask(site, created).status == 200
