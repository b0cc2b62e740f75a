"""Judge whether a requester may act on a bucket or an object: policy, ACL, ownership, block public access, KMS.

It reads moto's buckets, keys and KMS keys, and changes nothing. The rules: S3 User Guide, "How Amazon S3 authorizes a
request", "Controlling ownership of objects", "Blocking public access".
"""

import functools
import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

from moto.kms.models import kms_backends
from moto.s3.models import OWNER, FakeBucket, FakeKey, s3_backends

from cfstream.sandbox import acl as acls
from cfstream.sandbox import bucket_policy
from cfstream.sandbox import bucket_rules as rules
from cfstream.sandbox.edge import conditions
from cfstream.sandbox.edge.requester import S3Requester

_TAG = "s3:existingobjecttag/"
_NOT_VERSION_4 = (
    "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4."
)


class PolicyVerdict(Enum):
    """A policy's answer to a request."""

    ALLOW = "allow"
    DENY = "deny"
    SILENT = "silent"


def may_read(bucket: FakeBucket, key: FakeKey, who: S3Requester) -> bool:
    """Return whether the object may be read, ignoring its encryption."""
    return may(bucket, who, "s3:GetObject", key.name, key, permission="READ")


def may_list(bucket: FakeBucket, who: S3Requester) -> bool:
    """Return whether the keys of a bucket may be listed, and so whether a missing key may be revealed."""
    return may(bucket, who, "s3:ListBucket", permission="READ")


def may(
    bucket: FakeBucket,
    who: S3Requester,
    action: str,
    name: str = "",
    key: FakeKey | None = None,
    *,
    permission: str = "",
) -> bool:
    """Return whether an action on a bucket (no `name`) or on an object is allowed.

    `permission` is the ACL permission for the action, "" if no ACL can grant it. `key` is the object if it exists. The
    bucket policy does not apply to an object of another owner, except for a Deny.
    """
    arn = f"{bucket.arn}/{name}" if name else bucket.arn
    answer = verdict(bucket.policy, who, action, arn, _context(bucket, key, who))
    if answer is PolicyVerdict.DENY:
        return False
    if who.is_account:
        return True
    granted = answer is PolicyVerdict.ALLOW and _reaches(bucket, key) and not _restricted(bucket, who)
    return granted or (bool(permission) and _acl_grants(bucket, key, name, who, permission))


def decryption_refusal(bucket: FakeBucket, key: FakeKey, who: S3Requester) -> tuple[int, str, str] | None:
    """Return status, code and message with which S3 refuses an object encrypted with KMS; None if it does not.

    KMS needs Signature Version 4, which neither an origin access identity nor an anonymous request has, and the key's
    own policy must let CloudFront decrypt.
    """
    if key.encryption not in ("aws:kms", "aws:kms:dsse") or who.is_account:
        return None
    if not who.is_service:
        return 400, "InvalidArgument", _NOT_VERSION_4
    policy, arn = _kms_policy(bucket, key)
    if verdict(policy, who, "kms:Decrypt", arn, who.context) is PolicyVerdict.ALLOW:
        return None
    return 403, "AccessDenied", "Access Denied"


def _kms_policy(bucket: FakeBucket, key: FakeKey) -> tuple[bytes | None, str]:
    """Return the policy and ARN of the object's encryption key; no policy for aws/s3, which AWS owns."""
    backend = kms_backends[bucket.account_id][bucket.region_name]
    if not key.kms_key_id or key.kms_key_id.endswith("alias/aws/s3"):
        return None, ""
    found = backend.keys.get(backend.any_id_to_key_id(key.kms_key_id))
    return (found.policy.encode(), found.arn) if found else (None, "")


def _context(bucket: FakeBucket, key: FakeKey | None, who: S3Requester) -> Mapping[str, str]:
    account = {"aws:resourceaccount": bucket.account_id, "s3:resourceaccount": bucket.account_id}
    if key is None or not bucket.policy or b"ExistingObjectTag" not in bucket.policy:
        return {**who.context, **account}
    tagger = s3_backends[bucket.account_id][bucket.partition].tagger
    tags = tagger.get_tag_dict_for_resource(key.arn)
    return {**who.context, **account, **{_TAG + name.lower(): value for name, value in tags.items()}}


def _reaches(bucket: FakeBucket, key: FakeKey | None) -> bool:
    owned = key is None or rules.ownership(bucket) == rules.ENFORCED
    return owned or acls.acl_of(key.acl if key else None).owner == OWNER


def _restricted(bucket: FakeBucket, who: S3Requester) -> bool:
    """RestrictPublicBuckets: through a public policy, only AWS services and the account itself have access."""
    return rules.switches(bucket).restrict and not who.is_service and bucket_policy.is_public(bucket.policy)


def _acl_grants(
    bucket: FakeBucket, key: FakeKey | None, name: str, who: S3Requester, permission: str
) -> bool:
    if rules.ownership(bucket) == rules.ENFORCED or (name and key is None and permission != "WRITE"):
        return False
    stored = acls.acl_of(key.acl if key and permission != "WRITE" else bucket.acl)
    if rules.switches(bucket).ignore_acls:
        stored = stored.without_public()
    if who.canonical_user and stored.lets(who.canonical_user, permission):
        return True
    groups = {acls.ALL_USERS, *({acls.AUTHENTICATED_USERS} if who.signs and not who.is_service else ())}
    return any(
        grant.grantees[0].uri in groups and grant.permissions[0] in (permission, "FULL_CONTROL")
        for grant in stored.grants
    )


def verdict(
    policy: bytes | None, who: S3Requester, action: str, resource: str, context: conditions.Context
) -> PolicyVerdict:
    """Return the combined answer of a policy's statements: one Deny outweighs every Allow.

    An unsupported condition never allows anything: an Allow with it is ignored, and a Deny applies.
    """
    answer = PolicyVerdict.SILENT
    for statement in _statements(policy) if policy else ():
        denies = statement["Effect"] == "Deny"
        if not _speaks_of(statement, who, action, resource):
            continue
        try:
            holds = conditions.hold(statement.get("Condition", {}), context)
        except conditions.Unsupported:
            holds = denies
        if holds and denies:
            return PolicyVerdict.DENY
        answer = PolicyVerdict.ALLOW if holds else answer
    return answer


@functools.lru_cache(maxsize=256)
def _statements(policy: bytes) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = _many(json.loads(policy)["Statement"])
    return statements


def _speaks_of(statement: Mapping[str, Any], who: S3Requester, action: str, resource: str) -> bool:
    actions = any(_like(action.lower(), each.lower()) for each in _either(statement, "Action"))
    resources = any(_like(resource, each) for each in _either(statement, "Resource"))
    return (
        _is_named(statement, who)
        and actions == ("Action" in statement)
        and resources == ("Resource" in statement)
    )


def _is_named(statement: Mapping[str, Any], who: S3Requester) -> bool:
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    listed = principal.items() if isinstance(principal, dict) else [("AWS", principal)]
    named = any(
        (sort == "AWS" and value == "*") or (sort, value) in who.names
        for sort, values in listed
        for value in _many(values)
    )
    return named == ("Principal" in statement)


def _either(statement: Mapping[str, Any], term: str) -> list[str]:
    return [str(value) for value in _many(statement.get(term, statement.get(f"Not{term}")))]


def _like(text: str, pattern: str) -> bool:
    return conditions.wildcards(pattern).fullmatch(text) is not None


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
