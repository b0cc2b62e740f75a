"""The access points of a bucket, and the multi-Region ones that contain it: their policies can also grant access."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cfstream.domain import AccessPoint, Block, LiveDistribution, OriginKind
from cfstream.domain.distribution import origin_kinds
from cfstream.errors import Notice, Refused, Unreachable
from cfstream.indexed import having
from cfstream.policy_document import parse
from cfstream.ports import Answer, Call, Reads
from cfstream.stack.context import StackContext
from cfstream.values import Json

MULTI_REGION = "us-west-2"
"""Where multi-Region access points are managed (S3 User Guide, "Managing Multi-Region Access Points")."""

_NO_POLICY = "NoSuchAccessPointPolicy"


def block_of(answer: Answer) -> Block:
    """Return block public access from a reply of S3 or S3 Control; a refused reply counts as nothing blocked."""
    settings: Mapping[str, bool] = (
        {} if isinstance(answer, Refused) else answer.get("PublicAccessBlockConfiguration") or {}
    )
    return Block(
        bool(settings.get("BlockPublicAcls")),
        bool(settings.get("IgnorePublicAcls")),
        bool(settings.get("BlockPublicPolicy")),
        bool(settings.get("RestrictPublicBuckets")),
    )


def read_access_points(
    aws: Reads, context: StackContext, bucket: str, region: str
) -> tuple[tuple[AccessPoint, ...], tuple[Notice, ...]]:
    """Return the access points of a bucket, sorted by name, and what could not be read.

    Makes ListAccessPoints, and two calls for each access point of the bucket.
    """
    try:
        rows = aws.items(Call("s3control", "list_access_points", {"AccountId": context.account}, region))
    except (Refused, Unreachable) as error:
        return (), (
            Notice(f"this plan assumes no access points, because they cannot be listed: {error.what}"),
        )
    mine = sorted((row for row in rows if row.get("Bucket") == bucket), key=lambda row: str(row["Name"]))
    return tuple(_read(aws, context, row, region) for row in mine), ()


def _read(aws: Reads, context: StackContext, row: Json, region: str) -> AccessPoint:
    where = {"AccountId": context.account, "Name": row["Name"]}
    policy, settings = aws.together(
        [
            Call("s3control", operation, where, region)
            for operation in ("get_access_point_policy", "get_access_point")
        ]
    )
    named = f"arn:{context.partition}:s3:{region}:{context.account}:accesspoint/{row['Name']}"
    found = AccessPoint(
        name=str(row["Name"]),
        arn=str(row.get("AccessPointArn") or named),
        alias=str(row.get("Alias") or ""),
        block=block_of(settings),
        vpc=str((row.get("VpcConfiguration") or {}).get("VpcId") or ""),
    )
    if isinstance(policy, Refused):
        return found if policy.code == _NO_POLICY else replace(found, unread=policy.what)
    return replace(found, policy=parse(policy.get("Policy")))


def read_multi_region(
    aws: Reads, context: StackContext, bucket: str, distributions: Iterable[LiveDistribution]
) -> tuple[tuple[AccessPoint, ...], tuple[Notice, ...]]:
    """Return the multi-Region access points that contain the bucket, if a distribution has one as an origin."""
    if not having(distributions, origin_kinds, OriginKind.MULTI_REGION_ACCESS_POINT):
        return (), ()
    listing = Call(
        "s3control", "list_multi_region_access_points", {"AccountId": context.account}, MULTI_REGION
    )
    try:
        rows = aws.read(listing).get("AccessPoints") or ()
    except (Refused, Unreachable) as error:
        text = f"this plan assumes no multi-Region access points, because they cannot be listed: {error.what}"
        return (), (Notice(text, warning=True),)
    mine = [row for row in rows if bucket in {each.get("Bucket") for each in row.get("Regions") or ()}]
    return tuple(_read_multi_region(aws, context, row) for row in mine), ()


def _read_multi_region(aws: Reads, context: StackContext, row: Json) -> AccessPoint:
    where = {"AccountId": context.account, "Name": row["Name"]}
    (answer,) = aws.together([Call("s3control", "get_multi_region_access_point_policy", where, MULTI_REGION)])
    found = AccessPoint(
        name=str(row["Name"]),
        arn=f"arn:{context.partition}:s3::{context.account}:accesspoint/{row['Alias']}",
        alias=str(row["Alias"]),
        block=block_of({"PublicAccessBlockConfiguration": row.get("PublicAccessBlock") or {}}),
    )
    if isinstance(answer, Refused):
        return found if answer.code == _NO_POLICY else replace(found, unread=answer.what)
    established = (answer.get("Policy") or {}).get("Established") or {}
    return replace(found, policy=parse(established.get("Policy")))
