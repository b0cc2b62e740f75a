"""The step that makes a bucket, closed to the public from its first moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from cfstream.errors import AlreadyThere, Missing, NotAuthorized, Refused, ReplyLost, Stale
from cfstream.ports import Call
from cfstream.steps.step import Doors, Step
from cfstream.values import Account, Verb

ATTEMPTS = 3

BLOCK_ALL = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}

PAUSES = (1, 2, 4, 8)
"""Seconds between tries of the second call: a new bucket may not be known everywhere yet (NoSuchBucket), or
still be in
the making (OperationAborted)."""


@dataclass(frozen=True, kw_only=True)
class CreateBucket(Step):
    """Makes the bucket with its object ownership, then blocks all public access.

    AWS has no single call for both. A run that dies between the two leaves a bucket that is empty and that
    AWS itself has blocked (the default of new buckets since April 2023); planning again takes it for a
    bucket that exists, which cfstream never changes, and tells if its block is not complete.
    """

    verb: ClassVar[Verb] = Verb.CREATE

    bucket: str
    region: str
    account: Account
    ownership: str
    """``BucketOwnerEnforced`` or ``BucketOwnerPreferred``."""

    def asks(self) -> Any:
        return {"bucket": self.bucket, "region": self.region, "ownership": self.ownership}

    def perform(self, doors: Doors) -> Mapping[str, str]:
        """Makes it. Raises Stale when it has come to be since the plan, Refused when AWS does not make it."""
        if self._exists(doors):
            raise Stale(
                f"{self.address}: the bucket {self.bucket} did not exist when this plan was made, and now does",
                "run cfstream plan again and read what it says of the bucket before applying",
            )
        self._create(doors)
        self._block(doors)
        return {"id": self.bucket, "region": self.region}

    def _create(self, doors: Doors) -> None:
        params: dict[str, Any] = {"Bucket": self.bucket, "ObjectOwnership": self.ownership}
        if self.region != "us-east-1":
            params["CreateBucketConfiguration"] = {"LocationConstraint": self.region}
        lost = False
        for attempt in range(1, ATTEMPTS + 1):
            try:
                doors.aws.write(Call("s3", "create_bucket", params, self.region))
                return
            except ReplyLost:
                if self._exists(doors):
                    return
                if attempt == ATTEMPTS:
                    raise
                lost = True
            except AlreadyThere:
                if not lost:
                    raise
                return

    def _block(self, doors: Doors) -> None:
        call = self._call("put_public_access_block", PublicAccessBlockConfiguration=BLOCK_ALL)
        for pause in (*PAUSES, None):
            try:
                doors.aws.write(call)
                return
            except (Refused, ReplyLost) as error:
                passing = isinstance(error, Missing | ReplyLost) or error.code == "OperationAborted"
                if pause is None or not passing:
                    raise
            doors.clock.sleep(pause)

    def _exists(self, doors: Doors) -> bool:
        """Whether the account has it; of one that is somebody else's the creating call tells."""
        try:
            doors.aws.read(self._call("head_bucket"))
        except (Missing, NotAuthorized):
            return False
        return True

    def _call(self, operation: str, **params: Any) -> Call:
        where = {"Bucket": self.bucket, "ExpectedBucketOwner": self.account}
        return Call("s3", operation, {**where, **params}, self.region)
