"""Preflight checks of a bucket policy: whether S3 would refuse it, and whether its grant would have an effect."""

from collections.abc import Iterable, Sequence

from cfstream.access.policy import parse_statement
from cfstream.access.policy.public import statement_publicity
from cfstream.access.reader import Certainty
from cfstream.domain.bucket import ENFORCED
from cfstream.errors import NotAuthorized, Problem
from cfstream.policy_document import LARGEST, dead_principals, dump, merge, statements
from cfstream.ports import Reads
from cfstream.stack.bucket import LiveBucket, bucket_call
from cfstream.stack.context import StackContext
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.values import Json


def foreign_object(aws: Reads, context: StackContext, bucket: LiveBucket) -> str:
    """Return the key of an object that another account owns, from one page under the prefix; empty if there is none.

    A bucket policy applies only to objects of the bucket's owner (S3 User Guide, object ownership). Other accounts can
    own objects only if ownership is not enforced. Makes GetBucketAcl and ListObjectsV2. Returns nothing if these are
    not allowed.
    """
    if bucket.ownership in ("", ENFORCED):
        return ""
    prefix = context.stack.spec.grant.prefix
    page = bucket_call(context, "list_objects_v2", bucket.region, Prefix=prefix, FetchOwner=True)
    try:
        owner = aws.read(bucket_call(context, "get_bucket_acl", bucket.region))["Owner"]["ID"]
        rows = aws.read(page).get("Contents") or ()
    except NotAuthorized:
        return ""
    return next((str(row["Key"]) for row in rows if row.get("Owner", {}).get("ID") not in (None, owner)), "")


def problems(
    context: StackContext,
    *,
    document: Json | None,
    unread: str,
    bucket: LiveBucket,
    edits: Sequence[PolicyEdit],
    foreign: str,
) -> list[Problem]:
    """Return what would make `edits` fail or have no effect."""
    stack = context.stack
    found = []
    if unread:
        what = f"the policy of {bucket.name} cannot be read: {unread}"
        found.append(stack.problem(what, "allow s3:GetBucketPolicy to these credentials", "bucket"))
    if foreign:
        what = f"other accounts own objects in {bucket.name}, for example {foreign!r}: no bucket policy applies there"
        do = "set the bucket's object ownership to BucketOwnerEnforced, or grant via object-acl"
        found.append(stack.problem(what, do, "grant"))
    policies = [policy for edit in edits if (policy := merge(document, edit.put, edit.drop)) is not None]
    return [
        *found,
        *dict.fromkeys(each for policy in policies for each in _refusals(context, bucket, policy)),
    ]


def _refusals(context: StackContext, bucket: LiveBucket, policy: Json) -> Iterable[Problem]:
    """Yield what S3 would refuse about the whole policy, with the edits applied."""
    stack = context.stack
    for sid, unique_id in dead_principals(policy):
        what = f"S3 will refuse the policy of {bucket.name}: the statement {sid or 'without a Sid'} names {unique_id}"
        yield stack.problem(what, "remove this deleted principal from the policy first", "bucket")
    if bucket.effective.policy:
        for each in statements(policy):
            if statement_publicity(parse_statement(each)) is Certainty.YES:
                sid = each.get("Sid") or "without a Sid"
                what = f"S3 will refuse the policy of {bucket.name}: the statement {sid} is public, which is blocked"
                yield stack.problem(what, "remove or narrow that statement first", "bucket")
    size = len(dump(policy).encode())
    if size > LARGEST:
        what = f"the policy of {bucket.name} would have {size} bytes, and S3 accepts {LARGEST}"
        yield stack.problem(what, "combine other statements that grant the same access", "bucket")
