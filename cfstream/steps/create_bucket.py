"""The step that creates a bucket. Public access is blocked from the start."""

from collections.abc import Mapping
from typing import Any, ClassVar

from cfstream.errors import AlreadyThere, CfstreamError, Missing, NotAuthorized, ReplyLost, Stale
from cfstream.ports import Call
from cfstream.startup.frozen import dataclass
from cfstream.steps.attempts import LOST, THROTTLED, Transient, persist
from cfstream.steps.merged_write import CONFLICT, write_merged
from cfstream.steps.moved import moved
from cfstream.steps.step import Step, StepContext
from cfstream.values import Account, Json, Verb

BLOCK_ALL = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}

NO_BLOCK = "NoSuchPublicAccessBlockConfiguration"


def _is_unknown_yet(error: CfstreamError) -> bool:
    return isinstance(error, Missing) and error.code != NO_BLOCK


NOT_YET_KNOWN = Transient(_is_unknown_yet, (1, 2, 4, 8))
"""A new bucket may not be known everywhere yet (NoSuchBucket)."""


CREATED = "created"
"""The ledger's note of a bucket that this run has created: several stacks may share it."""


@dataclass(frozen=True, kw_only=True)
class CreateBucket(Step):
    """Creates the bucket with its object ownership, then blocks all public access.

    AWS has no single call for both. A run that dies between the two leaves a bucket that is empty and that AWS itself
    has blocked (the default of new buckets since April 2023). The next plan treats it as a bucket that exists, which
    cfstream never changes, and reports it if its block is not complete.
    """

    verb: ClassVar[Verb] = Verb.CREATE

    bucket: str
    region: str
    account: Account
    ownership: str
    """``BucketOwnerEnforced`` or ``BucketOwnerPreferred``."""

    def asks(self) -> Any:
        return {"bucket": self.bucket, "region": self.region, "ownership": self.ownership}

    def perform(self, context: StepContext) -> Mapping[str, str]:
        """Create it, unless another stack of the run has created it.

        Raises Stale if others created it since the plan, Refused if AWS does not create it.
        """
        subject = f"bucket {self.bucket}"
        with context.ledger.serial(subject):
            if not context.ledger.is_ours(subject, CREATED):
                persist(context, _Creation(self, context).attempt, THROTTLED, CONFLICT, LOST)
                context.ledger.wrote(subject, CREATED)
        write_merged(context, _Block(self), transient=(NOT_YET_KNOWN,))
        return {"id": self.bucket, "region": self.region}

    def call(self, operation: str, **params: Any) -> Call:
        """Return a call on the bucket, which fails if the bucket belongs to another account."""
        where = {"Bucket": self.bucket, "ExpectedBucketOwner": self.account}
        return Call("s3", operation, {**where, **params}, self.region)


class _Creation:
    """The creating call, and whether the reply to one of its attempts was lost."""

    def __init__(self, step: CreateBucket, context: StepContext) -> None:
        self._step = step
        self._context = context
        self._lost = False

    def attempt(self) -> None:
        """Create the bucket, unless it exists: in us-east-1 S3 accepts the call for a bucket of the account."""
        if self._exists():
            if self._lost:
                return
            raise Stale(
                f"{self._step.address}: the bucket {self._step.bucket} was created after this plan was made",
                "run cfstream plan again and read what it reports about the bucket before applying",
            )
        params: dict[str, Any] = {"Bucket": self._step.bucket, "ObjectOwnership": self._step.ownership}
        if self._step.region != "us-east-1":
            params["CreateBucketConfiguration"] = {"LocationConstraint": self._step.region}
        try:
            self._context.aws.write(Call("s3", "create_bucket", params, self._step.region))
        except ReplyLost:
            self._lost = True
            raise
        except AlreadyThere:
            if not self._lost:
                raise

    def _exists(self) -> bool:
        """Return whether the account has it. If another account has it, the creating call is refused."""
        try:
            self._context.aws.read(self._step.call("head_bucket"))
        except (Missing, NotAuthorized):
            return False
        return True


class _Block:
    """The public access block of the new bucket: an `Edit`."""

    def __init__(self, step: CreateBucket) -> None:
        self._step = step

    @property
    def lane(self) -> Call:
        return self._step.call("put_public_access_block", PublicAccessBlockConfiguration=BLOCK_ALL)

    def read(self, context: StepContext) -> Json | None:
        try:
            reply = context.aws.read(self._step.call("get_public_access_block"))
        except Missing as missing:
            if missing.code != NO_BLOCK:
                raise
            return None
        block: Json = reply["PublicAccessBlockConfiguration"]
        return block

    def is_done(self, live: Json | None) -> bool:
        return live == BLOCK_ALL

    def judge(self, live: Json | None) -> None:
        """A new bucket has no block, or AWS's default, which is the full one. Any other was made by someone else."""
        if live is not None and live != BLOCK_ALL:
            raise moved(self._step.address, BLOCK_ALL, live)

    def merge(self, live: Json | None) -> Call:
        del live
        return self.lane

    def sent(self, live: Json | None, *, acknowledged: bool) -> None:
        """No other write of the run relies on the block."""
