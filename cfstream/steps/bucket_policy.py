"""How a bucket's policy is changed: read, merge by Sid, write, read back. Granting and revoking share it.

PutBucketPolicy replaces the document and knows no If-Match, so what lies between the last read and the
write cannot be guarded: a foreign write in just that moment is lost to ours. A foreign write that undoes
ours is noticed, for the policy is read back, and ours is merged into it again. Within a run all writes to
one policy are serial.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cfstream.errors import Missing, Refused, ReplyLost, Stale
from cfstream.policy_document import by_sid, dump, equal, merge, parse, policy_digest, same_policy, statements
from cfstream.ports import Call
from cfstream.steps.modify import moved
from cfstream.steps.step import Doors
from cfstream.values import Account, Address, Json, refs_in, resolve

MERGES = 3
"""How often ours is merged in again when another write won."""

PAUSES = (1, 2, 4, 8, 15, 20, 30, 40)
"""Seconds between tries while S3 does not know a new OAI yet and answers MalformedPolicy, "Invalid
principal in policy"
(S3 API, PutBucketPolicy): two minutes in all."""

SETTLE_SECONDS = 1.0


@dataclass(frozen=True)
class PolicyEdit:
    """What is to change in a bucket's policy: statements to `put` by their Sids, and Sids whose statements
    go.
    """

    bucket: str
    region: str
    account: Account
    seen: Json | None
    """The policy that the plan was made from; None where there was none."""
    put: tuple[Json, ...] = ()
    """Each has a Sid of ours; may hold Refs."""
    drop: frozenset[str] = frozenset()

    def asks(self) -> Any:
        """What the step's fingerprint covers; the policy it starts from is covered by what the plan relied
        on.
        """
        return {"bucket": self.bucket, "put": self.put, "drop": self.drop}

    def perform(self, doors: Doors, address: Address) -> None:
        """Changes the policy. Raises Stale when it is not what the plan saw, and none of this run's writes
        either.
        """
        put: Sequence[Json] = resolve(self.put, doors.outputs)
        subject = f"policy:{self.bucket}"
        with doors.ledger.serial(subject):
            live = self._read(doors)
            if not self._done(live, put) and not self._known(doors, subject, live):
                raise moved(address, _by_sids(self.seen), _by_sids(live))
            for attempt in range(MERGES + 1):
                if self._done(live, put):
                    doors.ledger.wrote(subject, policy_digest(live))
                    return
                if attempt:
                    doors.clock.sleep(SETTLE_SECONDS * attempt)
                self._write(doors, merge(live, put, self.drop))
                doors.ledger.wrote(subject, policy_digest(merge(live, put, self.drop)))
                live = self._read(doors)
            if self._done(live, put):
                doors.ledger.wrote(subject, policy_digest(live))
                return
        raise Stale(
            f"{address}: what was written to the policy of {self.bucket} does not stay",
            "find out who else writes this policy, then run the same command again",
        )

    def _done(self, live: Json | None, put: Sequence[Json]) -> bool:
        written = all(equal(by_sid(live, str(each["Sid"])), each, ours=True) for each in put)
        gone = all(by_sid(live, sid) is None for sid in self.drop)
        return written and gone

    def _known(self, doors: Doors, subject: str, live: Json | None) -> bool:
        """Whether the policy is as the plan saw it, or as this run has left it."""
        return same_policy(live, self.seen) or doors.ledger.is_ours(subject, policy_digest(live))

    def _read(self, doors: Doors) -> dict[str, Any] | None:
        try:
            return parse(doors.aws.read(self._call("get_bucket_policy"))["Policy"])
        except Missing as missing:
            if missing.code != "NoSuchBucketPolicy":
                raise
            return None

    def _write(self, doors: Doors, policy: Json | None) -> None:
        """Puts the policy, or deletes it where no statement is left; the read that follows tells of a lost
        reply.
        """
        if policy is None:
            call = self._call("delete_bucket_policy")
        else:
            call = self._call("put_bucket_policy", Policy=dump(policy))
        for pause in (*PAUSES, None):
            try:
                doors.aws.write(call)
                return
            except ReplyLost:
                return
            except Refused as refused:
                if pause is None or not self._passes(refused):
                    raise
                doors.progress(f"S3 is not ready yet: {refused.message}", None)
            doors.clock.sleep(pause)

    def _passes(self, refused: Refused) -> bool:
        """Whether the refusal is one that time heals.

        A principal that this very run has made, or another operation on the bucket (OperationAborted).
        """
        unknown_yet = refused.code == "MalformedPolicy" and bool(refs_in(self.put))
        return unknown_yet or refused.code == "OperationAborted"

    def _call(self, operation: str, **params: str) -> Call:
        return Call(
            "s3",
            operation,
            {"Bucket": self.bucket, "ExpectedBucketOwner": self.account, **params},
            self.region,
        )


def _by_sids(policy: Json | None) -> dict[str, Json]:
    """The statements by Sid, or by place where they have none: how differences between policies read best."""
    return {str(each.get("Sid") or f"statement {n}"): each for n, each in enumerate(statements(policy), 1)}
