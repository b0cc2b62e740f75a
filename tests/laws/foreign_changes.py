"""What others own in the account of a stack.

Distributions, statements, grants, tags, and fields of the stack's distribution that no spec manages.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.laws.account import OBJECTS
from tests.laws.language import BUCKETS
from tests.world.account import SandboxAccount
from tests.world.configs import (
    associated,
    behavior,
    config,
    legacy_behavior,
    listing,
    make,
    make_streaming,
    origin,
    signers,
    streaming_config,
)

Json = dict[str, Any]

OAI = "origin-access-identity/cloudfront/"
CUSTOM = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
HEADERS = {"HeaderName": "X-Secret", "HeaderValue": "of the newsroom"}
WRITTEN = {"Type": "CanonicalUser", "ID": "a" * 64}
SIMPLE_CORS = "60669652-455b-4ae9-85a4-c4c02393f86c"
"""A response headers policy that AWS manages (Developer Guide, "Use managed response headers policies")."""


@dataclass(frozen=True)
class ForeignChanges:
    """Names of changes by others. The tables below define them."""

    statements: tuple[str, ...]
    neighbours: tuple[str, ...]
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    grants: bool


def statements(bucket: str, identity: str) -> Mapping[str, Json]:
    """Return statements of others in a bucket's policy, in the spelling of people."""
    objects = f"arn:aws:s3:::{bucket}/*"
    oai = f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {identity}"
    elsewhere = {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/EDFDVBD6EXAMPLE"}
    allow: Json = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": objects}
    return {
        "account": {**allow, "Sid": "partner", "Principal": {"AWS": "111122223333"}},
        "lists": {
            **allow,
            "Principal": {"AWS": ["111122223333"]},
            "Action": ["s3:PutObject", "s3:GetObject"],
        },
        "identity": {**allow, "Sid": "newsroom", "Principal": {"AWS": oai}},
        "stack": {
            **allow,
            "Sid": "cfstream-lectures-2-oac",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Condition": {"StringEquals": elsewhere},
        },
        "deny": {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{bucket}", objects],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    }


def distributions(ids: Mapping[str, str]) -> Mapping[str, Callable[[Any], Any]]:
    """Return distributions of others, as parameters to create them."""
    theirs = origin(
        DomainName="lectures-media.s3.us-east-1.amazonaws.com",
        S3OriginConfig={"OriginAccessIdentity": OAI + ids["@identity"]},
    )
    elsewhere = origin(DomainName="www.example.org", CustomOriginConfig=CUSTOM)
    del elsewhere["S3OriginConfig"]
    signed = behavior(TrustedKeyGroups=signers(ids["@group"]))
    streamed = {
        "DomainName": "lectures-media.s3.amazonaws.com",
        "OriginAccessIdentity": OAI + ids["@identity"],
    }
    return {
        "unsigned": lambda aws: make(aws, config("unsigned", Origins=listing(theirs))),
        "signed": lambda aws: make(
            aws, config("signed", Origins=listing(theirs), DefaultCacheBehavior=signed)
        ),
        "elsewhere": lambda aws: make(aws, config("elsewhere", Origins=listing(elsewhere))),
        "streaming": lambda aws: make_streaming(
            aws, streaming_config("streaming", S3Origin=streamed, TrustedSigners=signers("self"))
        ),
    }


def fields(live: Json, ids: Mapping[str, str]) -> Mapping[str, Json]:
    """Return changes to the stack's own distribution: the config fields that each replaces."""
    default = live["DefaultCacheBehavior"]
    origins = live["Origins"]["Items"]
    main = next(one for one in origins if one["Id"] == default["TargetOriginId"])
    further = live["CacheBehaviors"].get("Items", [])
    paths = {one["PathPattern"] for one in further}
    api = origin(Id="api", DomainName="api.example.org", OriginPath="", CustomHeaders=listing(HEADERS))
    api["CustomOriginConfig"] = {**CUSTOM, "OriginReadTimeout": 60, "OriginKeepaliveTimeout": 5}
    api["CustomOriginConfig"]["OriginSslProtocols"] = listing("TLSv1.2")
    del api["S3OriginConfig"]
    required = {name: default[name] for name in ("AllowedMethods", "SmoothStreaming", "Compress")}
    required |= {name: default[name] for name in ("LambdaFunctionAssociations", "FieldLevelEncryptionId")}
    to_api = behavior(PathPattern="/api/*", TargetOriginId="api", **required)
    old = legacy_behavior(PathPattern="/clips/*", TargetOriginId=main["Id"], **required)
    return {
        "errors": {"CustomErrorResponses": listing({"ErrorCode": 403, "ErrorCachingMinTTL": 5})},
        "geography": {
            "Restrictions": {"GeoRestriction": {"RestrictionType": "whitelist", **listing("CH", "SE", "NO")}}
        },
        "version": {"HttpVersion": "http2and3", "WebACLId": "a1b2c3d4-5678-90ab-cdef-111111111111"},
        "headers": {
            "Origins": listing(
                {**main, "CustomHeaders": listing(HEADERS), "OriginPath": "/films"},
                *(one for one in origins if one is not main),
            )
        },
        "function": {
            "DefaultCacheBehavior": {
                **default,
                "FunctionAssociations": listing(associated(ids["@rewrite"])),
            }
        },
        "api": {
            "Origins": listing(*origins, api),
            "CacheBehaviors": listing(to_api, *further),
        },
        "headers-of-replies": {
            "CacheBehaviors": listing(*({**one, "ResponseHeadersPolicyId": SIMPLE_CORS} for one in further))
        },
        "old": {"CacheBehaviors": listing(*further, *(() if "/clips/*" in paths else (old,)))},
    }


FIELDS = ("errors", "geography", "version", "headers", "function", "api", "headers-of-replies", "old")
TAGS: Mapping[str, Json] = {
    "owner": {"Key": "owner", "Value": "newsroom"},
    "empty": {"Key": "cost", "Value": ""},
    "team": {"Key": "Team", "Value": "Films"},
}


def foreign_changes() -> st.SearchStrategy[ForeignChanges]:
    """Draw any combination."""

    def some(names: Any) -> st.SearchStrategy[tuple[str, ...]]:
        return st.lists(st.sampled_from(list(names)), unique=True).map(tuple)

    return st.builds(
        ForeignChanges,
        statements=some(statements("", "")),
        neighbours=some(("unsigned", "signed", "elsewhere", "streaming")),
        fields=some(FIELDS),
        tags=some(TAGS),
        grants=st.booleans(),
    )


def create_neighbours(account: SandboxAccount, others: ForeignChanges) -> None:
    """Create what is outside the stack."""
    for bucket, region in BUCKETS.items():
        s3 = account.clients("s3", region)
        theirs = [statements(bucket, account.ids["@identity"])[name] for name in others.statements]
        if theirs:
            s3.put_bucket_policy(
                Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": theirs})
            )
        for key in OBJECTS if others.grants else ():
            acl = s3.get_object_acl(Bucket=bucket, Key=key)
            grants = [*acl["Grants"], {"Grantee": WRITTEN, "Permission": "READ"}]
            s3.put_object_acl(
                Bucket=bucket, Key=key, AccessControlPolicy={"Owner": acl["Owner"], "Grants": grants}
            )
    for name in others.neighbours:
        distributions(account.ids)[name](account.cloudfront)


def change_inside(account: SandboxAccount, others: ForeignChanges, found: tuple[str, str]) -> None:
    """Apply the changes to the stack's own distribution, given by its kind and id."""
    kind, distribution = found
    aws = account.cloudfront
    if kind == "distribution":
        for name in others.fields:
            live = aws.get_distribution_config(Id=distribution)
            changed = {
                **live["DistributionConfig"],
                **fields(live["DistributionConfig"], account.ids)[name],
            }
            aws.update_distribution(Id=distribution, IfMatch=live["ETag"], DistributionConfig=changed)
    if others.tags:
        arn = f"arn:aws:cloudfront::123456789012:{kind}/{distribution}"
        aws.tag_resource(Resource=arn, Tags={"Items": [TAGS[name] for name in others.tags]})
