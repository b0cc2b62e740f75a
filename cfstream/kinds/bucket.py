"""The bucket: made when the spec says so, and otherwise looked at and never changed.

Lives here: what is live of a bucket, and what of it stands in the way of the spec (preflight). Does not
live here: its policy (`bucket_policy`), its objects (`object_acl`), who can read it in the end
(`exposure`).
"""

from dataclasses import asdict, dataclass, replace

from cfstream.access.policy import is_public
from cfstream.domain import AccessPoint, Block
from cfstream.domain.bucket import ENFORCED, LEGACY, PREFERRED
from cfstream.errors import Missing, NotAuthorized, Notice, Problem, Refused, Unreachable
from cfstream.kinds import bucket_key
from cfstream.kinds.access_points import block_of, read_access_points
from cfstream.kinds.kind import Landscape, Proposal, Relied, Scene
from cfstream.policy_document import parse
from cfstream.ports import Answer, Call, Reads
from cfstream.steps.create_bucket import CreateBucket
from cfstream.steps.step import Change, Stage, at
from cfstream.values import Json, Known, Ref, digest

KIND = "bucket"

OPEN = Block()
"""Nothing is blocked."""


@dataclass(frozen=True)
class WantedBucket:
    """The bucket that the spec names. `region` is empty where the spec leaves it to what is live."""

    name: str
    region: str
    create: bool
    ownership: str
    """What a new one gets; grants on objects need ACLs."""


@dataclass(frozen=True)
class LiveBucket:
    """What is live of a bucket. What could not be read counts as absent, and `notices` say so."""

    name: str
    region: str = "us-east-1"
    """Where it is; for a bucket that is missing, where it would be made."""
    missing: bool = False
    why_not: str = ""
    """Why it cannot be used; empty when it can."""
    block: Block = OPEN
    account_block: Block = OPEN
    ownership: str = ENFORCED
    """``BucketOwnerEnforced``, ``BucketOwnerPreferred`` or ``ObjectWriter``; empty where it could not be
    read.
    """
    encryption: str | None = None
    """``AES256``, ``aws:kms``, or None where the bucket does not say, or where it was not read."""
    key_id: str = ""
    grants: tuple[tuple[str, str], ...] = ()
    """Grantee (canonical user id, or URI of a group) and permission; read only where they count."""
    owner: str = ""
    """Canonical user id of the owner; read only where ACLs count."""
    access_points: tuple[AccessPoint, ...] = ()
    key: bucket_key.LiveKey | None = None
    """Of SSE-KMS under an OAC: what its key says of CloudFront."""
    notices: tuple[Notice, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether it is there and may be looked into."""
        return not self.missing and not self.why_not

    @property
    def effective(self) -> Block:
        """What is blocked in the end: S3 takes the stricter of the bucket's and the account's settings."""
        return self.block | self.account_block

    @property
    def acls_count(self) -> bool:
        """Whether ACLs let anybody in at all."""
        return self.ownership != ENFORCED


class BucketKind:
    """The kind ``bucket``."""

    name = KIND

    def desire(self, scene: Scene) -> WantedBucket:
        """The bucket of the spec."""
        bucket = scene.stack.spec.bucket
        acls = scene.stack.spec.grant.via == "object-acl"
        return WantedBucket(bucket.name, bucket.region or "", bucket.create, PREFERRED if acls else ENFORCED)

    def observe(self, aws: Reads, scene: Scene, want: WantedBucket | None) -> LiveBucket:  # noqa: ARG002
        """As `read_bucket`; the encryption is read by `with_encryption`, if something will be written."""
        return read_bucket(aws, scene)

    def propose(
        self,
        scene: Scene,
        want: WantedBucket | None,
        have: LiveBucket,
        land: Landscape,  # noqa: ARG002
    ) -> Proposal:
        """Makes it when it is missing and may be made. Brings ``id`` and ``region`` at ``bucket:<stack>``.

        No bucket is ever deleted: of a stack that is destroyed it stays, as it is.
        """
        want = want or self.desire(scene)
        address = scene.address(KIND)
        if scene.destroying:
            return Proposal(problems=tuple(_unusable(scene, want, have)), notices=have.notices)
        steps = (_create(scene, want, have),) if have.missing and want.create else ()
        known: Known = Ref(steps[0].id) if steps else have.name
        return Proposal(
            steps=steps,
            brings={address: {"id": known, "region": have.region}},
            relied_on=(Relied(address, digest(_relied(have)), content=_relied(have)),),
            problems=tuple(_problems(scene, want, have)),
            notices=(*have.notices, *_notices(scene, want, have)),
        )


def read_bucket(aws: Reads, scene: Scene) -> LiveBucket:
    """What is live of the stack's bucket; a `Reads` that remembers asks AWS once however often this is
    called.

    Makes HeadBucket, GetPublicAccessBlock and GetBucketOwnershipControls; ListAccessPoints; GetBucketAcl if ACLs have
    any effect; and if its own block is not complete and something may be public, GetBucketPolicy and the block of the
    account. Raises Refused for what is neither an absence nor a lack of permission.
    """
    bucket = scene.stack.spec.bucket
    region = bucket.region or scene.region
    answers = _ask(aws, scene, region)
    head = answers[0]
    if isinstance(head, Refused) and head.region not in ("", region):
        region = head.region
        answers = _ask(aws, scene, region)
        head = answers[0]
    if isinstance(head, Refused):
        return _not_usable(bucket.name, region, head)
    region = str(head.get("BucketRegion") or region)
    live = _configured(LiveBucket(bucket.name, region), answers[1:])
    live = _with_acl(aws, scene, live)
    return _with_account(aws, scene, _with_access_points(aws, scene, live))


def bucket_call(scene: Scene, operation: str, region: str, bucket: str = "", **params: object) -> Call:
    """A call on the stack's bucket, or on another one, that S3 refuses when the bucket is another
    account's.
    """
    where = {"Bucket": bucket or scene.stack.spec.bucket.name, "ExpectedBucketOwner": scene.account}
    return Call("s3", operation, {**where, **params}, region)


def _ask(aws: Reads, scene: Scene, region: str) -> tuple[Answer, ...]:
    operations = (
        "head_bucket",
        "get_public_access_block",
        "get_bucket_ownership_controls",
    )
    return aws.together([bucket_call(scene, operation, region) for operation in operations])


def _not_usable(name: str, region: str, refused: Refused) -> LiveBucket:
    if isinstance(refused, Missing):
        return LiveBucket(name, region, missing=True)
    if isinstance(refused, NotAuthorized):
        return LiveBucket(name, region, why_not=refused.message or refused.code)
    raise refused


def _configured(live: LiveBucket, answers: tuple[Answer, ...]) -> LiveBucket:
    """`live` with what the configuration reads brought; what there is none of has S3's meaning of none."""
    block, ownership = answers
    notices = [_unread(each) for each in answers if isinstance(each, NotAuthorized)]
    for each in answers:
        if isinstance(each, Refused) and not isinstance(each, NotAuthorized | Missing):
            raise each
    return replace(
        live,
        block=block_of(block),
        ownership="" if isinstance(ownership, NotAuthorized) else _ownership(ownership),
        notices=tuple(notices),
    )


def with_encryption(aws: Reads, scene: Scene, live: LiveBucket) -> LiveBucket:
    """Return `live` with the bucket's default encryption; with SSE-KMS under an OAC also the key and its policy.

    Makes GetBucketEncryption, and what `bucket_key.read_key` makes. Raises Refused for what is neither an absence nor
    a lack of permission.
    """
    if not live.usable:
        return live
    (answer,) = aws.together([bucket_call(scene, "get_bucket_encryption", live.region)])
    notices = live.notices
    if isinstance(answer, NotAuthorized):
        notices = (*notices, _unread(answer))
    elif isinstance(answer, Refused) and not isinstance(answer, Missing):
        raise answer
    algorithm, key_id = _encryption(answer)
    known = replace(live, encryption=algorithm, key_id=key_id, notices=notices)
    if algorithm != "aws:kms" or scene.stack.spec.identity != "oac":
        return known
    return replace(known, key=bucket_key.read_key(aws, scene, key_id, live.region))


def _ownership(answer: Answer) -> str:
    """OwnershipControlsNotFoundError means that ACLs are on, the old way (S3 API,
    GetBucketOwnershipControls).
    """
    rules = [] if isinstance(answer, Refused) else at(answer, "OwnershipControls.Rules") or []
    return str(rules[0]["ObjectOwnership"]) if rules else LEGACY


def _encryption(answer: Answer) -> tuple[str | None, str]:
    rules = [] if isinstance(answer, Refused) else at(answer, "ServerSideEncryptionConfiguration.Rules") or []
    default: Json = (rules[0].get("ApplyServerSideEncryptionByDefault") or {}) if rules else {}
    algorithm = default.get("SSEAlgorithm")
    if str(algorithm).startswith("aws:kms"):
        return "aws:kms", str(default.get("KMSMasterKeyID") or "")
    return (str(algorithm) if algorithm else None), ""


def _with_access_points(aws: Reads, scene: Scene, live: LiveBucket) -> LiveBucket:
    points, notices = read_access_points(aws, scene, live.name, live.region)
    return replace(live, access_points=points, notices=(*live.notices, *notices))


def _with_account(aws: Reads, scene: Scene, live: LiveBucket) -> LiveBucket:
    """Return `live` with the account's block, if that can make a difference."""
    if live.block.complete or not _may_be_public(aws, scene, live):
        return live
    params = {"AccountId": scene.account}
    try:
        reply = aws.read(Call("s3control", "get_public_access_block", params, live.region))
    except Missing:
        return live
    except (Refused, Unreachable) as error:
        notice = Notice(f"the account's block public access counts as none: {error.what}")
        return replace(live, notices=(*live.notices, notice))
    return replace(live, account_block=block_of(reply))


def _may_be_public(aws: Reads, scene: Scene, live: LiveBucket) -> bool:
    """Return whether anyone may be able to read unless the account blocks it; true if that is not known.

    ACLs of objects count: they are read later, and only by some commands. The policy is read anyway, by the kind
    `bucket_policy`: a `Reads` that remembers asks for it once.
    """
    if live.acls_count or live.notices:
        return True
    if any(point.unread or is_public(point.policy) for point in live.access_points):
        return True
    try:
        document = parse(aws.read(bucket_call(scene, "get_bucket_policy", live.region))["Policy"])
    except Missing:
        return False
    except Refused:
        return True
    return is_public(document)


def _with_acl(aws: Reads, scene: Scene, live: LiveBucket) -> LiveBucket:
    """`live` with the bucket's ACL, where ACLs count. IgnorePublicAcls ignores public grants, and only those."""
    if not live.acls_count:
        return live
    try:
        acl = aws.read(bucket_call(scene, "get_bucket_acl", live.region))
    except NotAuthorized as refused:
        return replace(live, notices=(*live.notices, _unread(refused)))
    grants = sorted(
        (str(grant["Grantee"].get("ID") or grant["Grantee"].get("URI") or ""), str(grant["Permission"]))
        for grant in acl.get("Grants") or ()
    )
    return replace(live, grants=tuple(grants), owner=str((acl.get("Owner") or {}).get("ID") or ""))


def _unread(refused: Refused) -> Notice:
    return Notice(f"counts as absent, for it cannot be read: {refused.what}")


def _create(scene: Scene, want: WantedBucket, have: LiveBucket) -> CreateBucket:
    return CreateBucket(
        address=scene.address(KIND),
        stage=Stage.BUCKET,
        because="no bucket of this name; made with all public access blocked",
        line=scene.stack.line("bucket"),
        changes=(Change("bucket.name", None, want.name), Change("bucket.region", None, have.region)),
        bucket=want.name,
        region=have.region,
        account=scene.account,
        ownership=want.ownership,
    )


def _relied(have: LiveBucket) -> Json | None:
    """The facts that a plan is made from; which notices there were is none of them."""
    if have.missing:
        return None
    return {**asdict(replace(have, notices=())), "key": asdict(have.key) if have.key else None}


def _problems(scene: Scene, want: WantedBucket, have: LiveBucket) -> list[Problem]:
    stack = scene.stack
    if have.missing:
        if want.create:
            return []
        what = f"there is no bucket {want.name}"
        return [
            stack.problem(what, "write its name as S3 has it, or add create: true to have it made", "bucket")
        ]
    if have.why_not:
        return _unusable(scene, want, have)
    problems = []
    if want.region and have.region != want.region:
        what = f"the bucket {want.name} is in {have.region}, not in {want.region}"
        problems.append(stack.problem(what, f"write region: {have.region}", "bucket", "region"))
    if stack.spec.grant.via == "object-acl" and have.ownership == ENFORCED:
        problems.append(
            stack.problem(
                f"the bucket {want.name} has ACLs disabled (object ownership {ENFORCED}): objects take no grants",
                "write via: bucket-policy, or set the bucket's object ownership to BucketOwnerPreferred",
                "grant",
                "via",
            )
        )
    if stack.spec.grant.via == "elsewhere":
        return problems
    return [*problems, *bucket_key.problems(scene, have.encryption, have.key)]


def _grants(scene: Scene) -> bool:
    """Whether cfstream is to let anybody read; a bucket in which it grants nothing need not be accessible to it."""
    spec = scene.stack.spec
    return spec.grant.via != "elsewhere" and spec.identity != "none"


def _unusable(scene: Scene, want: WantedBucket, have: LiveBucket) -> list[Problem]:
    """A problem with a bucket that is there and may not be looked into."""
    if not have.why_not or not _grants(scene):
        return []
    return [
        scene.stack.problem(
            f"the bucket {want.name} is not accessible: {have.why_not}",
            f"check that it belongs to account {scene.account}, and that s3:ListBucket is allowed",
            "bucket",
        )
    ]


def _notices(scene: Scene, want: WantedBucket, have: LiveBucket) -> list[Notice]:
    notices = bucket_key.notices(scene, have.key)
    if have.why_not and not _grants(scene):
        text = f"the bucket {have.name} is not accessible, so who can read it is not known: {have.why_not}"
        notices.append(Notice(text, warning=True))
    if scene.stack.spec.grant.via == "elsewhere":
        told = bucket_key.problems(scene, have.encryption, have.key)
        notices += [Notice(problem.what, warning=True) for problem in told]
    for point in have.access_points:
        if point.unread:
            text = f"who can read through the access point {point.name} is not known: {point.unread}"
            notices.append(Notice(text, warning=True))
    if want.create and have.usable and not have.block.complete:
        text = (
            f"the bucket {have.name} exists and does not block all public access; cfstream leaves it as it is"
        )
        notices.append(Notice(text))
    return notices
