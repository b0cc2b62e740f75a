"""An S3 in memory with one bucket, for steps: its policy, the ACLs of its objects, and faults in single calls."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cfstream.access.model import AccessModel
from cfstream.domain import BucketState
from cfstream.errors import Interrupted, Missing, Refused, ReplyLost
from cfstream.ports import Answer, Call
from cfstream.steps.guard import Guard, WriteModels
from cfstream.steps.ledger import Ledger
from cfstream.steps.step import StepContext
from cfstream.values import Account, Json, StepId

ACCOUNT = Account("123456789012")
BUCKET = "lectures-media"
OWNER = "0" * 64
PAGE = 1000

EMPTY = AccessModel(ACCOUNT, BucketState(BUCKET))
UNREAD = Guard("lectures", WriteModels(EMPTY, EMPTY))
"""The guard of a grant that no distribution reads by."""

Fault = Callable[["Bucket", Call], Json]


class Clock:
    """A clock that advances by sleeping, without waiting. It is interrupted after `patience` checks."""

    def __init__(self, patience: int | None = None) -> None:
        self.slept = 0.0
        self._patience = patience

    def now(self) -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC)

    def aws_now(self) -> datetime:
        return self.now()

    def note_date(self, header: str) -> None:
        """Ignore the date."""

    def monotonic(self) -> float:
        return self.slept

    def jitter(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        if self._patience is not None:
            self._patience -= 1
            if self._patience < 0:
                raise Interrupted("interrupted")
        self.slept += seconds


class Bucket:
    """Both ports to one bucket. The writes of an operation use up its `faults` in order; None means no fault."""

    def __init__(self, policy: Json | None = None, keys: Sequence[str] = ()) -> None:
        self.policy: Json | None = policy
        self.exists = True
        self.region = ""
        self.created: Mapping[str, Any] = {}
        self.blocked: Mapping[str, bool] = {}
        owner = {"Grantee": {"Type": "CanonicalUser", "ID": OWNER}, "Permission": "FULL_CONTROL"}
        self.acls: dict[str, Json] = {key: {"Owner": {"ID": OWNER}, "Grants": [owner]} for key in keys}
        self.faults: dict[str, list[Fault | None]] = {}
        self.calls: Counter[str] = Counter()
        self.lists: dict[str, Sequence[Json]] = {}
        """What lists of CloudFront show; a list that is not here is empty."""
        self.after_write: Callable[[Bucket], None] = lambda bucket: None
        self._guard = threading.Lock()

    def read(self, call: Call) -> Json:
        assert call.params["ExpectedBucketOwner"] == ACCOUNT
        with self._guard:
            self.calls[call.operation] += 1
            if not self.exists:
                raise Missing(
                    call.operation, "404" if call.operation == "head_bucket" else "NoSuchBucket", ""
                )
            match call.operation:
                case "head_bucket":
                    return {"BucketRegion": self.region}
                case "get_public_access_block":
                    if not self.blocked:
                        raise Missing("s3:GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration", "")
                    return {"PublicAccessBlockConfiguration": self.blocked}
                case "get_bucket_policy":
                    if self.policy is None:
                        raise Missing("s3:GetBucketPolicy", "NoSuchBucketPolicy", "")
                    return {"Policy": json.dumps(self.policy)}
                case "get_object_acl":
                    if call.params["Key"] not in self.acls:
                        raise Missing("s3:GetObjectAcl", "NoSuchKey", "")
                    return self.acls[call.params["Key"]]
        raise AssertionError(call.operation)

    def items(self, call: Call) -> Sequence[Json]:
        assert call.service == "cloudfront", call.operation
        return self.lists.get(call.operation, ())

    def pages(self, call: Call) -> Iterator[Json]:
        keys = sorted(key for key in self.acls if key.startswith(call.params["Prefix"]))
        for start in range(0, len(keys), PAGE):
            yield {"Contents": [{"Key": key} for key in keys[start : start + PAGE]]}

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        raise AssertionError(calls)

    def write(self, call: Call) -> Json:
        with self._guard:
            self.calls[call.operation] += 1
            waiting = self.faults.get(call.operation) or [None]
            fault = waiting.pop(0)
        reply = fault(self, call) if fault else self.do(call)
        self.after_write(self)
        return reply

    def do(self, call: Call) -> Json:
        """Perform the write."""
        with self._guard:
            match call.operation:
                case "put_bucket_policy":
                    self.policy = json.loads(call.params["Policy"])
                case "delete_bucket_policy":
                    self.policy = None
                case "put_object_acl":
                    self.acls[call.params["Key"]] = call.params["AccessControlPolicy"]
                case "create_bucket":
                    self.exists, self.region, self.created = True, call.region, call.params
                case "put_public_access_block":
                    self.blocked = call.params["PublicAccessBlockConfiguration"]
                case _:
                    raise AssertionError(call.operation)
        return {}


def refused(code: str, kind: type[Refused] = Refused) -> Fault:
    """Return a fault that refuses the write with this code."""

    def fault(bucket: Bucket, call: Call) -> Json:
        raise kind(call.operation, code, f"{code} it is")

    return fault


def lost(bucket: Bucket, call: Call) -> Json:
    """Return a fault: the write never arrives, and the reply is lost."""
    raise ReplyLost(call.operation)


def landed(bucket: Bucket, call: Call) -> Json:
    """Return a fault: the write is done, and the reply is lost."""
    bucket.do(call)
    raise ReplyLost(call.operation)


def context(
    bucket: Bucket,
    clock: Clock | None = None,
    outputs: Mapping[StepId, Mapping[str, str]] | None = None,
    ledger: Ledger | None = None,
    progress: list[tuple[str, float | None]] | None = None,
) -> StepContext:
    """Return the context of a step, with this bucket."""
    heard = progress if progress is not None else []
    return StepContext(
        bucket,
        clock or Clock(),
        outputs or {},
        ledger or Ledger(),
        lambda text, done: heard.append((text, done)),
    )
