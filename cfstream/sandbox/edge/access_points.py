"""Access points: find one by name or alias, and answer requests for objects through it.

The access point's own policy and the bucket's must both allow it (S3 User Guide, "Configuring IAM policies for using
access points").
"""

import json
from collections.abc import Callable
from dataclasses import replace

from moto.s3control.models import AccessPoint, s3control_backends

from cfstream.sandbox import bucket_policy
from cfstream.sandbox.edge import bucket as buckets
from cfstream.sandbox.edge import documents, objects, s3_access
from cfstream.sandbox.edge.requester import S3Requester
from cfstream.sandbox.edge.s3_access import PolicyVerdict
from cfstream.sandbox.listener import Answer


def named(account: str, name: str) -> AccessPoint | None:
    """Return the access point of an account by its name."""
    found: AccessPoint | None = s3control_backends[account]["aws"].access_points[account].get(name)
    return found


def aliased(alias: str) -> AccessPoint | None:
    """Return the access point with an alias, in any account. An alias is used like a bucket's name."""
    if not alias.endswith("-s3alias"):
        return None
    points = (
        point
        for account, partitions in s3control_backends.items()
        for point in partitions["aws"].access_points[account].values()
    )
    return next((each for each in points if each.alias == alias), None)


def ask(
    point: AccessPoint | None, path: str, method: str, who: S3Requester, header: Callable[[str], str]
) -> Answer:
    """Return the answer to a request for an object through an access point."""
    if point is None or point.network_origin != "Internet":
        return documents.s3_error(404, "NoSuchAccessPoint", "The specified accesspoint does not exist")
    bucket, name = buckets.find(point.bucket), buckets.key_of(path)
    key = buckets.find_key(bucket, name) if bucket else None
    if bucket is None or key is None or method not in ("GET", "HEAD"):
        return documents.s3_denied()
    through = _through(point, who)
    # moto's ARNs all name us-east-1.
    arn = f"arn:aws:s3:{bucket.region_name}:{_account(point)}:accesspoint/{point.name}/object/{name}"
    if not _allows(point, through, arn) or not s3_access.may_read(bucket, key, through):
        return documents.s3_denied()
    refused = s3_access.decryption_refusal(bucket, key, through)
    return documents.s3_error(*refused) if refused else objects.answer(key, method, header)


def _allows(point: AccessPoint, who: S3Requester, arn: str) -> bool:
    policy = _policy(point)
    if policy is None:
        return False
    restricted = point.pubc["RestrictPublicBuckets"] in (True, "true") and bucket_policy.is_public(policy)
    if restricted and not who.is_service:
        return False
    return s3_access.verdict(policy, who, "s3:GetObject", arn, who.context) is PolicyVerdict.ALLOW


def _policy(point: AccessPoint) -> bytes | None:
    """Return the policy if it is JSON: moto's S3 Control accepts any text."""
    try:
        return json.dumps(json.loads(point.policy or "")).encode()
    except ValueError:
        return None


def _through(point: AccessPoint, who: S3Requester) -> S3Requester:
    own = {"s3:dataaccesspointaccount": _account(point), "s3:dataaccesspointarn": point.arn}
    return replace(who, context={**who.context, **own, "s3:accesspointnetworkorigin": "Internet"})


def _account(point: AccessPoint) -> str:
    return str(point.arn.split(":")[4])
