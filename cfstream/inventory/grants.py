"""Finds what allows CloudFront to read the buckets of a distribution: policy statements and object ACLs."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import islice

from cfstream.access.allows import allows_reading
from cfstream.domain import bucket_of
from cfstream.errors import Missing, Refused
from cfstream.inventory.details import GrantDetails, OriginDetails
from cfstream.policy_document import CLOUDFRONT, parse, principals, source_arns, statements
from cfstream.policy_document.document import listed
from cfstream.ports import Answer, Call, Reads
from cfstream.stack.statement_ids import sids_of
from cfstream.values import Json

SAMPLE = 25
"""The number of objects whose ACLs are read, which is enough to see whether grants exist."""


def grants_of(
    aws: Reads, arn: str, owner: str | None, origins: Sequence[OriginDetails], *, marked: bool
) -> tuple[tuple[GrantDetails, ...], tuple[str, ...]]:
    """Return the grants for the distribution `arn`, and notes about what could not be read.

    Reads the policy of each bucket. Reads object ACLs only if an OAI has no statement, or `marked` shows that such
    grants were made.
    """
    found: list[GrantDetails] = []
    notes: list[str] = []
    for origin in origins:
        bucket = bucket_of(origin.domain_name)
        if bucket is None:
            continue
        policy = _answer(aws, Call("s3", "get_bucket_policy", {"Bucket": bucket}))
        if isinstance(policy, Refused):
            if not isinstance(policy, Missing):
                notes.append(f"the policy of bucket {bucket} could not be read: {policy.what}")
            given = []
        else:
            given = list(_statements(bucket, policy, arn, owner, origin))
        found += given
        if origin.access == "oai" and (marked or not given):
            acls, why_not = _object_acls(aws, bucket, origin)
            found += acls
            notes += why_not
    return tuple(dict.fromkeys(found)), tuple(dict.fromkeys(notes))


def _statements(
    bucket: str, reply: Json, arn: str, owner: str | None, origin: OriginDetails
) -> Iterator[GrantDetails]:
    for statement in statements(parse(reply.get("Policy"))):
        to = _grantee(statement, arn, origin) if allows_reading(statement, bucket) else ""
        if to:
            sid = str(statement.get("Sid", ""))
            actions = ", ".join(str(each) for each in listed(statement.get("Action", "all except some")))
            objects = ", ".join(str(each) for each in listed(statement.get("Resource", "all except some")))
            ours = owner is not None and sid in sids_of(owner)
            yield GrantDetails(bucket, "bucket-policy", to, f"{actions} on {objects}", sid, ours)


def _grantee(statement: Json, arn: str, origin: OriginDetails) -> str:
    """Return the grantee of a statement that allows this distribution to read; empty if it does not."""
    identities: Mapping[str, str] = (
        {origin.canonical_user: origin.identity.id} if origin.identity and origin.canonical_user else {}
    )
    for principal in sorted(principals(statement, identities)):
        if principal.kind == "anyone":
            return "anyone"
        if principal.kind == "oai" and origin.identity and principal.name == origin.identity.id:
            return f"OAI {origin.identity.id}"
        if principal.kind == "service" and principal.name == CLOUDFRONT and origin.access == "oac":
            pinned = source_arns(statement)
            if pinned is None:
                return "CloudFront for any distribution"
            if any(fnmatchcase(arn, each) for each in pinned):
                return "CloudFront for this distribution"
    return ""


def _object_acls(aws: Reads, bucket: str, origin: OriginDetails) -> tuple[list[GrantDetails], list[str]]:
    try:
        page = next(aws.pages(Call("s3", "list_objects_v2", {"Bucket": bucket, "MaxKeys": SAMPLE})))
    except Refused as refusal:
        return [], [f"the objects of bucket {bucket} could not be listed: {refusal.what}"]
    keys = [row["Key"] for row in islice(page.get("Contents", ()), SAMPLE)]
    calls = [Call("s3", "get_object_acl", {"Bucket": bucket, "Key": key}) for key in keys]
    answers = aws.together(calls)
    held: dict[str, int] = {}
    for answer in answers:
        for permission in _held(answer, origin.canonical_user):
            held[permission] = held.get(permission, 0) + 1
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    notes = [f"{len(refused)} object ACLs could not be read: {refused[0].what}"] if refused else []
    to = f"OAI {origin.identity.id}" if origin.identity else "an OAI"
    return [
        GrantDetails(
            bucket, "object-acl", to, f"{permission} on {count} of the first {len(keys)} objects", ours=False
        )
        for permission, count in sorted(held.items())
    ], notes


def _held(answer: Answer, canonical_user: str) -> list[str]:
    if isinstance(answer, Refused):
        return []
    return [
        grant["Permission"]
        for grant in answer.get("Grants", ())
        if canonical_user and grant.get("Grantee", {}).get("ID") == canonical_user
    ]


def _answer(aws: Reads, call: Call) -> Answer:
    return aws.together([call])[0]
