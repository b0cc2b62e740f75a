"""Guess the `grant` field that describes the bucket's existing grant. The plan picks the right guess."""

from collections.abc import Iterator, Mapping
from typing import Any

from cfstream.access.allows import allows_reading
from cfstream.acl_document import permissions_of
from cfstream.adoption.account import Account
from cfstream.adoption.risks import identity_of
from cfstream.domain import ACL_TAG, LiveDistribution
from cfstream.errors import Refused
from cfstream.inventory.grants import SAMPLE
from cfstream.migration.advice import REMARKS
from cfstream.policy_document import parse, prefix_of, statements
from cfstream.ports import Call, Reads

ELSEWHERE: Mapping[str, Any] = {"via": "elsewhere"}


def likely_grants(
    aws: Reads, live: LiveDistribution, account: Account, bucket: str
) -> Iterator[tuple[Mapping[str, Any] | None, str]]:
    """Yield values of ``grant``, None for its default, each with a comment. The last one leaves the grant to others.

    Reads the bucket's policy and, if an OAI reads, a page of objects and their ACLs. What cannot be read gives no
    guess.
    """
    _, oai = identity_of(live)
    if not any(identity_of(live)):
        return
    yield None, ""
    yield from _prefixes(aws, bucket)
    if oai:
        yield from _on_objects(aws, live, bucket, account.row(oai).get("S3CanonicalUserId", ""))
    yield ELSEWHERE, REMARKS["grant"]


def _prefixes(aws: Reads, bucket: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    answer = aws.together([Call("s3", "get_bucket_policy", {"Bucket": bucket})])[0]
    if isinstance(answer, Refused):
        return
    found = {
        prefix_of(each, bucket)
        for each in statements(parse(answer.get("Policy")))
        if allows_reading(each, bucket)
    }
    for prefix in sorted(filter(None, found)):
        yield {"prefix": prefix}, "from a statement of the bucket's policy"


def _on_objects(
    aws: Reads, live: LiveDistribution, bucket: str, user: str
) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield a grant on each object, if all sampled objects have exactly one for the OAI, or our mark shows one."""
    found = _permissions(aws, bucket, user) if user else frozenset()
    for permission in ("READ", "FULL_CONTROL"):
        if found == {permission} or live.tag(ACL_TAG):
            further = {"permission": permission} if permission != "READ" else {}
            yield {"via": "object-acl", **further}, "each object's own ACL lets the identity read"


def _permissions(aws: Reads, bucket: str, user: str) -> frozenset[str]:
    listing = Call("s3", "list_objects_v2", {"Bucket": bucket, "MaxKeys": SAMPLE})
    page = aws.together([listing])[0]
    if isinstance(page, Refused):
        return frozenset()
    calls = [
        Call("s3", "get_object_acl", {"Bucket": bucket, "Key": row["Key"]})
        for row in page.get("Contents", ())
    ]
    given = [
        frozenset() if isinstance(acl, Refused) else permissions_of(acl, user) for acl in aws.together(calls)
    ]
    return given[0] if given and all(each == given[0] for each in given) else frozenset()
