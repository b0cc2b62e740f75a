"""The live state of the stack's bucket, except its encryption, which the kind `bucket` reads only if it matters."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cfstream.access.policy import is_public
from cfstream.domain import AccessPoint, Block
from cfstream.domain.bucket import ENFORCED, LEGACY, PREFERRED
from cfstream.errors import Missing, NotAuthorized, Notice, Refused, Unreachable
from cfstream.policy_document import NamedPrincipal, parse
from cfstream.ports import Answer, Call, Reads
from cfstream.stack.access_points import block_of, read_access_points
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.context import StackContext
from cfstream.startup.frozen import dataclass
from cfstream.steps.step import at
from cfstream.values import Json


@dataclass(frozen=True)
class KmsKey:
    """The key that a bucket encrypts with by default."""

    id: str
    managed_by_aws: bool = False
    """True for ``aws/s3``, whose policy cannot be edited."""
    allows: bool = False
    """Whether its policy allows CloudFront to decrypt for the stack's distribution."""
    unread: str = ""
    """Why its policy could not be read."""
    distribution_arn: str = ""


BUCKETS = Call("s3", "list_buckets")
"""The account's buckets with their regions, in pages of 1,000."""

OPEN = Block()
"""Nothing is blocked."""


@dataclass(frozen=True)
class LiveBucket:
    """The live state of a bucket. A setting that could not be read counts as absent, and `notices` mention it."""

    name: str
    region: str = "us-east-1"
    """Where it is; for a missing bucket, where it would be created."""
    missing: bool = False
    near: str = ""
    """The bucket of the account whose name is most similar to a missing one's; empty if there is none."""
    why_not: str = ""
    """Why it cannot be used; empty if it can."""
    block: Block = OPEN
    account_block: Block = OPEN
    ownership: str = ENFORCED
    """``BucketOwnerEnforced``, ``BucketOwnerPreferred`` or ``ObjectWriter``; empty if it could not be read."""
    encryption: str | None = None
    """``AES256`` or ``aws:kms``; None if the bucket has no default encryption, or if it was not read."""
    key_id: str = ""
    grants: tuple[tuple[str, str], ...] = ()
    """Grantee (canonical user id, or URI of a group) and permission; read only if ACLs are enabled."""
    owner: str = ""
    """Canonical user id of the owner; read only if ACLs are enabled, or if a policy names a canonical user."""
    access_points: tuple[AccessPoint, ...] = ()
    key: KmsKey | None = None
    """The KMS key, if the bucket uses SSE-KMS and the stack an OAC."""
    notices: tuple[Notice, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether it exists and is accessible."""
        return not self.missing and not self.why_not

    @property
    def effective(self) -> Block:
        """The effective settings: S3 applies the stricter of the bucket's and the account's."""
        return self.block | self.account_block

    @property
    def acls_count(self) -> bool:
        """Whether ACLs are enabled."""
        return self.ownership != ENFORCED


MANY = 3
"""From this number of stacks on, one list of buckets replaces HeadBucket for each."""


ONE_AFTER_THE_OTHER = 16
"""From this number of stacks on, the settings of one bucket are not read at the same time."""


def read_bucket(lists: AccountLists, context: StackContext) -> LiveBucket:
    """Return the live state of the stack's bucket.

    Makes HeadBucket, unless the run has many stacks and the account lists the bucket; GetPublicAccessBlock and
    GetBucketOwnershipControls; ListAccessPoints; GetBucketAcl if ACLs are enabled; and if its own block is not complete
    and something may be public, GetBucketPolicy and the block of the account. Raises Refused, unless something does not
    exist or is not allowed.
    """
    aws = lists.aws
    live = _listed(lists, context) or _asked(aws, context, one_by_one=lists.stacks >= MANY)
    if not live.usable:
        return live
    live = _with_acl(aws, context, live)
    return _with_account(aws, context, _with_access_points(aws, context, live))


def _listed(lists: AccountLists, context: StackContext) -> LiveBucket | None:
    """Return the bucket if the account's list has it and its settings can be read; else None."""
    name = context.stack.spec.bucket.name
    region = lists.of(_regions).get(name) if lists.stacks >= MANY else None
    if region is None:
        return None
    settings = _settings(context, region)
    # With so many stacks, enough reads run at the same time, and threads for two calls would only take time.
    together = lists.stacks < ONE_AFTER_THE_OTHER
    answers = (
        lists.aws.together(settings)
        if together
        else tuple(each for call in settings for each in lists.aws.together([call]))
    )
    # The list may still have a deleted bucket, and a refusal may concern the whole bucket.
    if any(
        isinstance(each, NotAuthorized) or getattr(each, "code", "") == "NoSuchBucket" for each in answers
    ):
        return None
    return _configured(LiveBucket(name, region), answers)


def _regions(lists: AccountLists) -> Mapping[str, str]:
    """Return the region of each of the account's buckets, by name; {} if they cannot be listed."""
    try:
        rows = lists.aws.items(BUCKETS)
    except (Refused, Unreachable):
        return {}
    return {row["Name"]: str(row["BucketRegion"]) for row in rows if row.get("BucketRegion")}


def _asked(aws: Reads, context: StackContext, *, one_by_one: bool) -> LiveBucket:
    """Return the bucket as HeadBucket and its settings show it. HeadBucket's reply, or refusal, has the region.

    With `one_by_one`, a bucket that HeadBucket refuses costs no other call. Otherwise the calls are made together.
    """
    bucket = context.stack.spec.bucket
    region = bucket.region or context.region
    if one_by_one:
        (head,) = aws.together([bucket_call(context, "head_bucket", region)])
        if isinstance(head, Refused) and head.region in ("", region):
            return _not_usable(bucket.name, region, head)
    answers = _ask(aws, context, region)
    head = answers[0]
    if isinstance(head, Refused) and head.region not in ("", region):
        region = head.region
        answers = _ask(aws, context, region)
        head = answers[0]
    if isinstance(head, Refused):
        return _not_usable(bucket.name, region, head)
    return _configured(LiveBucket(bucket.name, str(head.get("BucketRegion") or region)), answers[1:])


def bucket_call(
    context: StackContext, operation: str, region: str, bucket: str = "", **params: object
) -> Call:
    """Return a call on the stack's bucket, or on another one. S3 refuses it if another account owns the bucket."""
    where = {"Bucket": bucket or context.stack.spec.bucket.name, "ExpectedBucketOwner": context.account}
    return Call("s3", operation, {**where, **params}, region)


def _ask(aws: Reads, context: StackContext, region: str) -> tuple[Answer, ...]:
    return aws.together([bucket_call(context, "head_bucket", region), *_settings(context, region)])


def _settings(context: StackContext, region: str) -> tuple[Call, Call]:
    return (
        bucket_call(context, "get_public_access_block", region),
        bucket_call(context, "get_bucket_ownership_controls", region),
    )


def _not_usable(name: str, region: str, refused: Refused) -> LiveBucket:
    if isinstance(refused, Missing):
        return LiveBucket(name, region, missing=True)
    if isinstance(refused, NotAuthorized):
        return LiveBucket(name, region, why_not=refused.message or refused.code)
    raise refused


def _configured(live: LiveBucket, answers: tuple[Answer, ...]) -> LiveBucket:
    """Return `live` with its configuration. Missing settings get S3's defaults."""
    block, ownership = answers
    notices = [unread_notice(each) for each in answers if isinstance(each, NotAuthorized)]
    for each in answers:
        if isinstance(each, Refused) and not isinstance(each, NotAuthorized | Missing):
            raise each
    return replace(
        live,
        block=block_of(block),
        ownership="" if isinstance(ownership, NotAuthorized) else _ownership(ownership),
        notices=tuple(notices),
    )


def _ownership(answer: Answer) -> str:
    """Return the object ownership.

    OwnershipControlsNotFoundError means the legacy default, with ACLs enabled (S3 API, GetBucketOwnershipControls).
    """
    rules = [] if isinstance(answer, Refused) else at(answer, "OwnershipControls.Rules") or []
    return str(rules[0]["ObjectOwnership"]) if rules else LEGACY


def _with_access_points(aws: Reads, context: StackContext, live: LiveBucket) -> LiveBucket:
    points, notices = read_access_points(aws, context, live.name, live.region)
    return replace(live, access_points=points, notices=(*live.notices, *notices))


def _with_account(aws: Reads, context: StackContext, live: LiveBucket) -> LiveBucket:
    """Return `live` with the account's block, if that can make a difference."""
    if live.block.complete or not _may_be_public(aws, context, live):
        return live
    params = {"AccountId": context.account}
    try:
        reply = aws.read(Call("s3control", "get_public_access_block", params, live.region))
    except Missing:
        return live
    except (Refused, Unreachable) as error:
        notice = Notice(f"this plan assumes that the account does not block public access: {error.what}")
        return replace(live, notices=(*live.notices, notice))
    return replace(live, account_block=block_of(reply))


def _may_be_public(aws: Reads, context: StackContext, live: LiveBucket) -> bool:
    """Return whether anyone may be able to read unless the account blocks it; true if it is unknown.

    ACLs of objects count: they are read later, and only by some commands. The policy is read anyway, by the kind
    `bucket_policy`: a `Reads` that remembers asks for it once.
    """
    if live.acls_count or live.notices:
        return True
    if any(point.unread or is_public(point.policy) for point in live.access_points):
        return True
    try:
        document = parse(aws.read(bucket_call(context, "get_bucket_policy", live.region))["Policy"])
    except Missing:
        return False
    except Refused:
        return True
    return is_public(document)


def _with_acl(aws: Reads, context: StackContext, live: LiveBucket) -> LiveBucket:
    """Return `live` with the bucket's ACL, if ACLs are enabled. IgnorePublicAcls ignores only public grants."""
    if not live.acls_count:
        return live
    try:
        acl = aws.read(bucket_call(context, "get_bucket_acl", live.region))
    except NotAuthorized as refused:
        return replace(live, notices=(*live.notices, unread_notice(refused)))
    grants = sorted(
        (str(grant["Grantee"].get("ID") or grant["Grantee"].get("URI") or ""), str(grant["Permission"]))
        for grant in acl.get("Grants") or ()
    )
    return replace(live, grants=tuple(grants), owner=_owner(acl))


def with_owner(
    aws: Reads, context: StackContext, live: LiveBucket, named: Iterable[NamedPrincipal]
) -> LiveBucket:
    """Return `live` with the owner's id, if one of the principals `named` by policies may be the owner.

    Makes GetBucketAcl, which shows the owner even if ACLs are disabled. If it is not allowed, the owner stays
    unknown.
    """
    if live.owner or not live.usable or not any(each.kind == "canonical-user" for each in named):
        return live
    try:
        return replace(live, owner=_owner(aws.read(bucket_call(context, "get_bucket_acl", live.region))))
    except NotAuthorized:
        return live


def _owner(acl: Json) -> str:
    return str((acl.get("Owner") or {}).get("ID") or "")


def unread_notice(refused: Refused) -> Notice:
    """Return the notice that a part of the bucket could not be read."""
    return Notice(f"a setting of the bucket cannot be read and counts as absent: {refused.what}")


def enabling_acls(name: str) -> str:
    """Return the command that enables the ACLs of a bucket."""
    rules = f"'Rules=[{{ObjectOwnership={PREFERRED}}}]'"
    return f"aws s3api put-bucket-ownership-controls --bucket {name} --ownership-controls {rules}"
