"""The bucket: created if the spec has `create: true`, and otherwise never changed.

This package also finds what S3 or KMS would refuse. The live state of the bucket is read in
`stack/bucket`; its policy is in the kind `bucket_policy`, and the ACLs of its objects are in `object_acl`.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, fields, is_dataclass, replace
from typing import Any

from cfstream.access.model import AccessModel
from cfstream.domain import Block, Delivery, LiveDistribution
from cfstream.domain.bucket import ENFORCED, PREFERRED
from cfstream.errors import Missing, NotAuthorized, Notice, Problem, Refused, Unreachable
from cfstream.indexed import having
from cfstream.kinds.bucket import encryption_key
from cfstream.ports import Answer, Call, Reads
from cfstream.spec.edit.writing import inline
from cfstream.spec.model import Spec
from cfstream.spec.wording import nearest, some_of
from cfstream.stack.bucket import BUCKETS, LiveBucket, bucket_call, enabling_acls, unread_notice
from cfstream.stack.calls import ACCESS_POINTS, ANYTHING, BUCKET, ENCRYPTION_KEYS, Needs, calls, optional
from cfstream.stack.context import StackContext, names_of_buckets
from cfstream.stack.kind import Kind
from cfstream.stack.live_state import LiveState
from cfstream.stack.proposal import KindResults, Proposal, Relied
from cfstream.stack.survey import listed
from cfstream.startup.frozen import dataclass
from cfstream.steps.create_bucket import CreateBucket
from cfstream.steps.grant import Granting
from cfstream.steps.step import Change, Stage, Step, at
from cfstream.values import Address, Json, Known, Ref, digest

KIND = "bucket"

_READ_OF_FEW = frozenset({"head_bucket", "get_public_access_block", "get_bucket_ownership_controls"})
"""What a plan of few stacks asks of every bucket, in one go."""

NAMED = 3
"""How many other stacks that create the same bucket a step names."""

SHUT = Block(acls=True, ignore_acls=True, policy=True, restrict=True)
"""What a bucket has that `CreateBucket` creates."""


@dataclass(frozen=True)
class WantedBucket:
    """The bucket that the spec names. `region` is empty if the spec does not name one."""

    name: str
    region: str
    create: bool
    ownership: str
    """The object ownership of a new bucket; grants on objects need ACLs."""


class BucketKind(Kind[WantedBucket, LiveBucket]):
    """The kind ``bucket``."""

    name = KIND

    def desire(self, context: StackContext) -> WantedBucket:
        """Return the bucket of the spec."""
        bucket = context.stack.spec.bucket
        acls = context.stack.spec.grant.via == "object-acl"
        return WantedBucket(bucket.name, bucket.region or "", bucket.create, PREFERRED if acls else ENFORCED)

    def observe(self, aws: Reads, state: LiveState, want: WantedBucket | None) -> LiveBucket:
        """Return the bucket. `with_encryption` reads its encryption, if something will be written.

        If it should exist and does not, the account's buckets are listed for the hint. Its permission is
        optional: without it, the hint names no bucket.
        """
        bucket = state.bucket
        if not bucket.missing or want is None or want.create or state.context.destroying:
            return bucket
        names = [str(row["Name"]) for row in listed(aws, BUCKETS)]
        return replace(bucket, near=nearest(bucket.name, names, alike=0.75) or "")

    def described(self, context: StackContext) -> Mapping[Address, Mapping[str, Known]]:
        """Return the name and the region in the spec."""
        bucket = context.stack.spec.bucket
        return {context.address(KIND): {"id": bucket.name, "region": bucket.region or context.region}}

    def propose(
        self,
        context: StackContext,
        want: WantedBucket | None,
        have: LiveBucket,
        results: KindResults,  # noqa: ARG002
    ) -> Proposal:
        """Create it if it is missing and `create` is true. Brings ``id`` and ``region`` at ``bucket:<stack>``.

        No bucket is ever deleted: when a stack is destroyed, its bucket stays as it is.
        """
        want = want or self.desire(context)
        address = context.address(KIND)
        if context.destroying:
            return Proposal(problems=tuple(_unusable(context, want, have)), notices=have.notices)
        steps = (_create(context, want, have),) if have.missing and want.create else ()
        known: Known = Ref(steps[0].id) if steps else have.name
        facts = _relied(have)
        return Proposal(
            steps=steps,
            brings={address: {"id": known, "region": have.region}},
            relied_on=(Relied(address, digest(facts), document=facts),),
            problems=tuple(_problems(context, want, have)),
            notices=(*have.notices, *_notices(context, want, have)),
        )

    def after_step(self, model: AccessModel, step: Step, stack: str) -> AccessModel:  # noqa: ARG002
        """Return the model with the bucket that the step creates. It blocks all public access."""
        if not isinstance(step, CreateBucket) or step.bucket != model.bucket.name:
            return model
        bucket = replace(model.bucket, exists=True, block=SHUT, ownership=step.ownership)
        return replace(model, bucket=bucket)

    def reads(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the reads of `stack.bucket`, and of the encryption, which a plan that destroys does not read."""
        yield from calls(
            BUCKET, "s3", "head_bucket", "get_public_access_block", "get_bucket_ownership_controls"
        )
        yield from calls(BUCKET, "s3", "get_bucket_policy", "get_bucket_acl")
        account = ("list_access_points", "get_access_point", "get_public_access_block")
        yield from calls(ANYTHING, "s3control", *account)
        yield from calls(ACCESS_POINTS, "s3control", "get_access_point_policy")
        if not destroying:
            yield from calls(BUCKET, "s3", "get_bucket_encryption")
            yield from optional(calls(ANYTHING, BUCKETS.service, BUCKETS.operation))
        if not destroying and spec.delivery == "http" and spec.identity == "oac":
            yield from calls(ENCRYPTION_KEYS, "kms", "describe_key", "get_key_policy")

    def writes(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the calls that create it. No bucket is ever deleted."""
        if spec.bucket.create and not destroying:
            yield from calls(BUCKET, "s3", "create_bucket", "put_public_access_block")

    def observe_more(
        self, aws: Reads, state: LiveState, have: LiveBucket, steps: Sequence[Step]
    ) -> LiveBucket:
        """Return the bucket with its encryption, if a grant, the bucket or the distribution will be written."""
        written = {KIND, *(delivery.kind for delivery in Delivery)}
        if state.context.destroying or not any(
            isinstance(step, Granting) or step.address.kind in written for step in steps
        ):
            return have
        return with_encryption(aws, state.context, have, state.own)

    def infer(self, asked: Call, listed: Callable[[Call], Sequence[Json] | None]) -> Answer | None:
        """Return HeadBucket of a bucket in the account's list, and no settings for a bucket that is not in it.

        A plan of many stacks reads neither, and a snapshot of them may be planned for a single one.
        """
        rows = listed(BUCKETS) if asked.operation in _READ_OF_FEW else None
        if asked.service != "s3" or rows is None:
            return None
        found = next((row for row in rows if row["Name"] == asked.params.get("Bucket")), None)
        if asked.operation == "head_bucket":
            return {"BucketRegion": found["BucketRegion"]} if found and found.get("BucketRegion") else None
        return None if found else Missing(asked.operation, "NoSuchBucket", "the account does not list it")

    def survey(self, aws: Reads, stacks: Sequence[LiveState]) -> None:
        """Read the account's buckets, and of each bucket the encryption, the key and the account's block."""
        listed(aws, BUCKETS)
        for state in stacks:
            context = state.context
            live = with_encryption(aws, context, state.bucket, state.own)
            if not live.usable:
                continue
            account = {"AccountId": context.account}
            with suppress(Refused, Unreachable):
                aws.read(Call("s3control", "get_public_access_block", account, live.region))
            if live.encryption == "aws:kms" and live.key is None:
                encryption_key.read_key(aws, context, state.own, live.key_id, live.region)


def with_encryption(
    aws: Reads, context: StackContext, live: LiveBucket, own: LiveDistribution | None
) -> LiveBucket:
    """Return `live` with the bucket's default encryption and, for SSE-KMS with an OAC, the key and its policy.

    `own` is the stack's distribution.

    Makes GetBucketEncryption and the calls of `encryption_key.read_key`. Raises Refused, unless encryption is not set
    or cannot be read.
    """
    if not live.usable:
        return live
    (answer,) = aws.together([bucket_call(context, "get_bucket_encryption", live.region)])
    notices = live.notices
    if isinstance(answer, NotAuthorized):
        notices = (*notices, unread_notice(answer))
    elif isinstance(answer, Refused) and not isinstance(answer, Missing):
        raise answer
    algorithm, key_id = _encryption(answer)
    known = replace(live, encryption=algorithm, key_id=key_id, notices=notices)
    if algorithm != "aws:kms" or context.stack.spec.identity != "oac":
        return known
    return replace(known, key=encryption_key.read_key(aws, context, own, key_id, live.region))


def _encryption(answer: Answer) -> tuple[str | None, str]:
    rules = [] if isinstance(answer, Refused) else at(answer, "ServerSideEncryptionConfiguration.Rules") or []
    default: Json = (rules[0].get("ApplyServerSideEncryptionByDefault") or {}) if rules else {}
    algorithm = default.get("SSEAlgorithm")
    if str(algorithm).startswith("aws:kms"):
        return "aws:kms", str(default.get("KMSMasterKeyID") or "")
    return (str(algorithm) if algorithm else None), ""


def _created_too(context: StackContext, want: WantedBucket) -> str:
    """Return which other stacks of the run create the same bucket; empty without one."""
    sharing = having(context.beside, names_of_buckets, want.name)
    others = sorted(spec.name for spec in sharing if spec.bucket.create and spec.name != context.name)
    return (
        f"; {some_of(others, NAMED)} may create it first, and then this step changes nothing"
        if others
        else ""
    )


def _create(context: StackContext, want: WantedBucket, have: LiveBucket) -> CreateBucket:
    return CreateBucket(
        address=context.address(KIND),
        stage=Stage.BUCKET,
        because=f"store the media, with all public access blocked{_created_too(context, want)}",
        line=context.stack.line("bucket"),
        changes=(Change("bucket.name", None, want.name), Change("bucket.region", None, have.region)),
        bucket=want.name,
        region=have.region,
        account=context.account,
        ownership=want.ownership,
    )


def _relied(have: LiveBucket) -> Json | None:
    """Return the facts that a plan relies on, without notices and hints."""
    if have.missing:
        return None
    shown = {field.name: getattr(have, field.name) for field in fields(have) if field.name != "near"}
    shown |= {"notices": (), "access_points": [asdict(each) for each in have.access_points]}
    return {name: _as_json(value) for name, value in shown.items()}


def _as_json(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _problems(context: StackContext, want: WantedBucket, have: LiveBucket) -> list[Problem]:
    stack = context.stack
    if have.missing:
        return [] if want.create else [_missing(context, want, have)]
    if have.why_not:
        return _unusable(context, want, have)
    problems = []
    if want.region and have.region != want.region:
        what = f"the bucket {want.name} is in {have.region}, not in {want.region}"
        problems.append(stack.problem(what, f"write region: {have.region}", "bucket", "region"))
    if stack.spec.grant.via == "object-acl" and have.ownership == ENFORCED:
        problems.append(
            stack.problem(
                f"the bucket {want.name} has ACLs disabled (object ownership {ENFORCED}): objects cannot have grants",
                f"write via: bucket-policy, or enable them: `{enabling_acls(want.name)}`",
                "grant",
                "via",
            )
        )
    if stack.spec.grant.via == "elsewhere":
        return problems
    return [*problems, *encryption_key.problems(context, have.encryption, have.key)]


def _missing(context: StackContext, want: WantedBucket, have: LiveBucket) -> Problem:
    """Return the problem that the bucket does not exist, and is not created by this stack."""
    what = f"the bucket {want.name} does not exist"
    creator = next(iter(having(context.beside, _creates, want.name)), None)
    if creator is not None:
        do = f"the stack {creator.name} of this run creates it: apply it, then run the same command again"
    else:
        correct = f"write {have.near}, a bucket of this account" if have.near else "correct the name"
        do = f"{correct}, or write `{_created(want)}` so that apply creates the bucket"
    return context.stack.problem(what, do, "bucket")


def _created(want: WantedBucket) -> str:
    """Return the line of the spec with which apply creates the bucket."""
    region = {"region": want.region} if want.region else {}
    return f"bucket: {inline({'name': want.name, **region, 'create': True})}"


def _creates(spec: Spec) -> tuple[str, ...]:
    """Return the bucket that a spec creates, by which the spec is found."""
    return (spec.bucket.name,) if spec.bucket.create else ()


def _grants(context: StackContext) -> bool:
    """Return whether cfstream grants anything. If not, it does not need access to the bucket."""
    spec = context.stack.spec
    return spec.grant.via != "elsewhere" and spec.identity != "none"


def _unusable(context: StackContext, want: WantedBucket, have: LiveBucket) -> list[Problem]:
    """Return the problem with a bucket that exists but cannot be read."""
    if not have.why_not or not _grants(context):
        return []
    return [
        context.stack.problem(
            f"the bucket {want.name} is not accessible: {have.why_not}",
            f"check that it belongs to account {context.account}, and that s3:ListBucket is allowed",
            "bucket",
        )
    ]


def _notices(context: StackContext, want: WantedBucket, have: LiveBucket) -> list[Notice]:
    notices = encryption_key.notices(context, have.key)
    if have.why_not and not _grants(context):
        text = f"the bucket {have.name} is not accessible, so it is unknown who can read it: {have.why_not}"
        notices.append(Notice(text, warning=True))
    if context.stack.spec.grant.via == "elsewhere":
        found = encryption_key.problems(context, have.encryption, have.key)
        notices += [Notice(problem.what, warning=True) for problem in found]
    for point in have.access_points:
        if point.unread:
            text = f"it is unknown who can read through the access point {point.name}: {point.unread}"
            notices.append(Notice(text, warning=True))
    if want.create and have.usable and not have.block.complete:
        text = (
            f"the bucket {have.name} exists and does not block all public access; cfstream leaves it as it is"
        )
        notices.append(Notice(text))
    return notices
