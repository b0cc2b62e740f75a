"""What S3 lets a caller do with a bucket and its objects.

The sources are the S3 User Guide, "How Amazon S3 authorizes a request", "Controlling ownership of objects",
"Access control list (ACL) overview" and "Blocking public access to your Amazon S3 storage".
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from tests.evaluator import policies
from tests.evaluator.callers import Caller
from tests.evaluator.conditions import Context
from tests.evaluator.logic import Answer, all_of, any_of, negated
from tests.evaluator.policies import Request
from tests.evaluator.state import ALL_USERS, AUTHENTICATED_USERS, ENFORCED, AccessPoint, Bucket, Json, State

READ, LIST, OLD = "s3:GetObject", "s3:ListBucket", "s3:GetObjectVersion"
PUT, DELETE = "s3:PutObject", "s3:DeleteObject"
COPIES = (OLD, "s3:GetObjectTorrent", "s3:GetObjectVersionTorrent", "s3:GetObjectVersionForReplication")
"""The actions besides `READ` that return content, or send it to another bucket."""
ON_OBJECTS = (PUT, DELETE, "s3:PutObjectAcl", "s3:ReplicateObject")
ON_BUCKETS = (
    *("s3:PutBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketPublicAccessBlock"),
    *("s3:PutBucketLogging", "s3:PutBucketNotification"),
)
WRITES = (*ON_OBJECTS, *ON_BUCKETS)

OF_OBJECT, OF_BUCKET = "object", "bucket"
BY_ACL = {
    READ: (OF_OBJECT, "READ"),
    OLD: (OF_OBJECT, "READ"),
    LIST: (OF_BUCKET, "READ"),
    "s3:PutObject": (OF_BUCKET, "WRITE"),
    "s3:DeleteObject": (OF_BUCKET, "WRITE"),
    "s3:PutObjectAcl": (OF_OBJECT, "WRITE_ACP"),
    "s3:PutBucketAcl": (OF_BUCKET, "WRITE_ACP"),
}
"""The ACL and the permission in it that allows an action ("Mapping of ACL permissions …")."""


def is_allowed(state: State, bucket: Bucket, caller: Caller, action: str, key: str = "") -> Answer:
    """Whether a caller may do that, directly or through an access point of the account."""
    return any_of(_ways(state, bucket, caller, action, key))


def is_conceivable(state: State, bucket: Bucket, action: str) -> bool:
    """Whether any statement or ACL mentions the action. If not, nobody outside the account may do it."""
    by_acl = bucket.ownership != ENFORCED and action in BY_ACL
    points = [each.policy for each in state.access_points if each.bucket == bucket.name]
    return by_acl or any(policies.names_action(policy, action) for policy in (bucket.policy, *points))


def _ways(state: State, bucket: Bucket, caller: Caller, action: str, key: str) -> Iterator[Answer]:
    arn = f"arn:aws:s3:::{bucket.name}" + (f"/{key}" if key else "")
    for context in _contexts(caller, state.account):
        request = Request(caller, action, arn, context)
        yield _directly(state, bucket, key, request)
        for point in state.access_points:
            if point.bucket == bucket.name:
                yield _through(state, point, key, request)


@lru_cache(maxsize=1024)
def _contexts(caller: Caller, account: str) -> tuple[Context, ...]:
    """Return the contexts of the caller's requests to a bucket of the account."""
    return tuple(
        each.with_values(aws__ResourceAccount=account, s3__ResourceAccount=account)
        for each in caller.contexts
    )


def _directly(state: State, bucket: Bucket, key: str, request: Request) -> Answer:
    if request.caller.account == state.account:
        return negated(policies.denies(bucket.policy, request))
    allowed = any_of((all_of(_by_policy(state, bucket, key, request)), _acl_allows(bucket, key, request)))
    return False if allowed is False else all_of((allowed, negated(policies.denies(bucket.policy, request))))


def _by_policy(state: State, bucket: Bucket, key: str, request: Request) -> Iterator[Answer]:
    yield policies.allows(bucket.policy, request)
    yield _is_in_reach(state, bucket, key)
    yield _passes_restriction(bucket, request.caller)


def _is_in_reach(state: State, bucket: Bucket, key: str) -> bool:
    """A bucket policy allows nothing on objects that another account owns."""
    acl = bucket.objects.get(key)
    return bucket.ownership == ENFORCED or acl is None or acl["Owner"]["ID"] == state.owner


def _passes_restriction(bucket: Bucket, caller: Caller) -> Answer:
    """RestrictPublicBuckets: a public policy serves AWS services and the own account only.

    Whether an origin access identity counts among those is not documented.
    """
    if not bucket.block["RestrictPublicBuckets"] or caller.service:
        return True
    passes = negated(policies.is_public(bucket.policy))
    return None if caller.identity and not passes else passes


def _acl_allows(bucket: Bucket, key: str, request: Request) -> bool:
    if bucket.ownership == ENFORCED or request.action not in BY_ACL:
        return False
    level, permission = BY_ACL[request.action]
    acl = bucket.acl if level == OF_BUCKET else bucket.objects.get(key)
    return any(
        granted in (permission, "FULL_CONTROL") and _is_grantee(grantee, request.caller)
        for grantee, granted in _grants(acl, ignore_public=bucket.block["IgnorePublicAcls"])
    )


def _grants(acl: Json | None, *, ignore_public: bool) -> Iterator[tuple[Json, str]]:
    for grant in (acl or {}).get("Grants", ()):
        public = grant["Grantee"].get("URI") in (ALL_USERS, AUTHENTICATED_USERS)
        if not (public and ignore_public):
            yield grant["Grantee"], grant["Permission"]


def _is_grantee(grantee: Json, caller: Caller) -> bool:
    if grantee.get("URI"):
        signed_in = caller.signs and not caller.service
        return grantee["URI"] == ALL_USERS or (grantee["URI"] == AUTHENTICATED_USERS and signed_in)
    return bool(caller.canonical) and grantee.get("ID") == caller.canonical


def _through(state: State, point: AccessPoint, key: str, request: Request) -> Answer:
    """Both the access point's policy and the bucket's must allow the request ("Access points")."""
    arn = f"arn:aws:s3:{point.region}:{state.account}:accesspoint/{point.name}"
    context = request.context.with_values(
        s3__DataAccessPointAccount=state.account,
        s3__DataAccessPointArn=arn,
        s3__AccessPointNetworkOrigin="Internet",
    )
    at_point = replace(request, resource=f"{arn}/object/{key}" if key else arn, context=context)
    restricted = point.block["RestrictPublicBuckets"] and not request.caller.service
    return all_of(
        (
            policies.allows(point.policy, at_point),
            negated(policies.denies(point.policy, at_point)),
            negated(policies.is_public(point.policy)) if restricted else True,
            _directly(state, state.buckets[point.bucket], key, replace(request, context=context)),
        )
    )
