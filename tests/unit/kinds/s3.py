"""Replies of S3 for a bucket that cfstream created, or with the settings of a test."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cfstream.errors import Missing, NotAuthorized, Refused
from cfstream.stack.proposal import KindResults
from cfstream.values import Address, Json
from tests.unit.kinds.live import distribution

BUCKET = "lectures-media"
REGION = "eu-west-1"

ALL = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
NONE = dict.fromkeys(ALL, False)

OAI = {"Id": "E2OAI", "S3CanonicalUserId": "7" * 96, "Comment": "cfstream:lectures"}
DISTRIBUTION_ARN = "arn:aws:cloudfront::123456789012:distribution/E1DIST"


def s3(
    *,
    head: Any = None,
    block: Json | Refused | None = None,
    account_block: Json | Refused | None = None,
    ownership: str | Refused = "BucketOwnerEnforced",
    encryption: Json | Refused | None = None,
    policy: Json | Refused | None = None,
    policies: Mapping[str, Json] | None = None,
    points: Sequence[Json] | Refused = (),
    **more: Any,
) -> dict[str, Any]:
    """Return replies for ``live(**s3(…))``; by default those of a closed bucket in eu-west-1 that has no policy."""

    def blocks(params: Json) -> Json:
        of_account = "AccountId" in params
        settings = account_block if of_account else (ALL if block is None else block)
        if settings is None:
            raise missing("NoSuchPublicAccessBlockConfiguration")
        if isinstance(settings, Refused):
            raise settings
        return {"PublicAccessBlockConfiguration": settings}

    def documents(params: Json) -> Json:
        document = policy if params["Bucket"] == BUCKET else (policies or {}).get(params["Bucket"])
        if isinstance(document, Refused):
            raise document
        if document is None:
            raise missing("NoSuchBucketPolicy")
        return {"Policy": json.dumps(document)}

    rules = [{"ApplyServerSideEncryptionByDefault": encryption or {"SSEAlgorithm": "AES256"}}]
    owners = {"OwnershipControls": {"Rules": [{"ObjectOwnership": ownership}]}}
    encrypted = {"ServerSideEncryptionConfiguration": {"Rules": rules}}
    return {
        "head_bucket": head if head is not None else {"BucketRegion": REGION},
        "get_public_access_block": blocks,
        "get_bucket_ownership_controls": ownership if isinstance(ownership, Refused) else owners,
        "get_bucket_encryption": encryption if isinstance(encryption, Refused) else encrypted,
        "get_bucket_policy": documents,
        "get_bucket_acl": {"Owner": {"ID": "0"}, "Grants": []},
        "list_access_points": points if isinstance(points, Refused) else list(points),
        "list_cloud_front_origin_access_identities": [OAI],
        **more,
    }


def missing(code: str) -> Missing:
    """Return the refusal of something that does not exist."""
    return Missing("s3:Get", code, "")


def denied(action: str) -> NotAuthorized:
    """Return the refusal of a call that needs this action."""
    return NotAuthorized(action, "AccessDenied", "Access Denied", status=403)


def elsewhere(region: str) -> Callable[[Json], Json]:
    """Return HeadBucket's first reply for a bucket in another region."""
    answers: list[Any] = [
        Refused("s3:HeadBucket", "301", "Moved Permanently", status=301),
        {"BucketRegion": region},
    ]
    answers[0].region = region

    def head(params: Json) -> Json:
        answer: Any = answers.pop(0)
        if isinstance(answer, Refused):
            raise answer
        known: Json = answer
        return known

    return head


def statement(sid: str, principal: Any, prefix: str = "", **more: Any) -> Json:
    """Return an Allow to read what is under the prefix."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/{prefix}*",
        **more,
    }


def by_oac(sid: str = "cfstream-lectures-oac", prefix: str = "", arn: Any = DISTRIBUTION_ARN) -> Json:
    """Return the statement for the distribution E1DIST."""
    pin = {"StringEquals": {"AWS:SourceArn": arn}}
    return statement(sid, {"Service": "cloudfront.amazonaws.com"}, prefix, Condition=pin)


def by_oai(sid: str = "cfstream-lectures-oai", prefix: str = "", *ids: str) -> Json:
    """Return the statement for these OAIs, or for E2OAI."""
    start = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity "
    arns = [start + each for each in ids or ("E2OAI",)]
    return statement(sid, {"AWS": arns[0] if len(arns) == 1 else arns}, prefix)


def policy_of(*statements: Json) -> Json:
    """Return a policy with these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def kind_results(**more: Any) -> KindResults:
    """Return what earlier kinds bring for the stack lectures: its OAI, and its distribution E1DIST."""
    brought = {
        Address("origin-access-identity", "lectures"): {"id": "E2OAI", "canonical_user": "7" * 96},
        Address("distribution", "lectures"): {"id": "E1DIST", "arn": DISTRIBUTION_ARN},
    }
    return KindResults({**brought, **more.pop("brought", {})}, **more)


def signed(**config: Any) -> dict[str, Any]:
    """Return the stack's distribution, for which an account signs."""
    row = distribution("E1DIST", **config)
    row["DefaultCacheBehavior"]["TrustedSigners"] = {"Enabled": True, "Quantity": 1, "Items": ["self"]}
    return row
