"""Granting and revoking by bucket policy: only the stack's statement changes, and nothing is overwritten blindly."""

from typing import Any

import pytest

from cfstream.errors import Refused, ReplyLost, Stale, Unreachable
from cfstream.policy_document import by_sid, oac_statement, oai_statement
from cfstream.ports import Call
from cfstream.steps.bucket_policy import PAUSES, PolicyEdit
from cfstream.steps.grant import GrantRead
from cfstream.steps.ledger import Ledger
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Stage
from cfstream.values import Address, Json, Ref, StepId
from tests.unit.steps.buckets import ACCOUNT, BUCKET, UNREAD, Bucket, Clock, context, landed, lost, refused

ADDRESS = Address("bucket-policy", "lectures")
DISTRIBUTION = "arn:aws:cloudfront::123456789012:distribution/E1DIST"
OURS = oac_statement("cfstream-lectures-oac", "aws", BUCKET, "", DISTRIBUTION)
NEIGHBOR = oac_statement("cfstream-papers-oac", "aws", BUCKET, "papers/", DISTRIBUTION + "2")
THEIRS = {
    "Sid": "Theirs",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": "arn:aws:s3:::x/*",
}
MADE = StepId("create origin-access-identity:lectures")
OAI = oai_statement("cfstream-lectures-oai", "aws", BUCKET, "", [Ref(MADE)])


def policy(*statements: Any) -> Any:
    """Return a policy with these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def edit(seen: Any, *put: Any, drop: str = "") -> PolicyEdit:
    """Return a change of the policy that the plan saw as `seen`."""
    return PolicyEdit(BUCKET, "eu-west-1", ACCOUNT, seen, put, frozenset({drop} if drop else ()))


def grant(seen: Any, *put: Any) -> GrantRead:
    """Return the step that writes these statements."""
    wanted = edit(seen, *(put or (OURS,)))
    return GrantRead(
        address=ADDRESS, stage=Stage.GRANT, because="test", edit=wanted, opens=True, guard=UNREAD
    )


def revoke(seen: Any, sid: str = "cfstream-lectures-oac") -> Revoke:
    """Return the step that removes the statement with this Sid."""
    return Revoke(address=ADDRESS, stage=Stage.REVOKE, because="test", edit=edit(seen, drop=sid))


def test_first_statement() -> None:
    """If there was no policy, the new one has only the stack's statement."""
    bucket = Bucket()
    grant(None).perform(context(bucket))
    assert bucket.policy == policy(OURS)


def test_beside_others() -> None:
    """Other statements do not change, and keep their place."""
    bucket = Bucket(policy(THEIRS, {**OURS, "Action": "s3:*"}, NEIGHBOR))
    grant(policy(THEIRS, {**OURS, "Action": "s3:*"}, NEIGHBOR)).perform(context(bucket))
    assert bucket.policy == policy(THEIRS, OURS, NEIGHBOR)


def test_granted_already() -> None:
    """A grant that exists, in any spelling, is not written again, even if the rest of the policy changed."""
    spelled = {**OURS, "Action": ["S3:GetObject"]}
    bucket = Bucket(policy(THEIRS, spelled))
    grant(None).perform(context(bucket))
    assert bucket.policy == policy(THEIRS, spelled)
    assert bucket.calls["put_bucket_policy"] == 0


def test_moved() -> None:
    """If the policy is not what the plan saw, the step is refused, names the difference and writes nothing."""
    bucket = Bucket(policy({**THEIRS, "Action": "s3:GetObject"}))
    with pytest.raises(Stale, match=r'statement\[Theirs\]\.Action: "s3:\*" -> "s3:GetObject"'):
        grant(policy(THEIRS)).perform(context(bucket))
    assert bucket.policy == policy({**THEIRS, "Action": "s3:GetObject"})


def test_moved_by_this_run() -> None:
    """A write by another stack of the same run does not make the policy stale."""
    bucket, ledger = Bucket(policy(THEIRS)), Ledger()
    grant(policy(THEIRS), NEIGHBOR).perform(context(bucket, ledger=ledger))
    grant(policy(THEIRS)).perform(context(bucket, ledger=ledger))
    assert bucket.policy == policy(THEIRS, NEIGHBOR, OURS)


def test_another_write_is_merged() -> None:
    """If a foreign write removes the stack's statement, it is merged into the new policy."""
    bucket = Bucket(policy(THEIRS))
    undone = iter([True])

    def undo(bucket: Bucket) -> None:
        if next(undone, False):
            bucket.policy = policy(NEIGHBOR)

    bucket.after_write = undo
    grant(policy(THEIRS)).perform(context(bucket))
    assert bucket.policy == policy(NEIGHBOR, OURS)


def test_a_writer_that_always_wins() -> None:
    """If another writer always removes it, the step reports that and ends."""
    bucket = Bucket(policy(THEIRS))
    bucket.after_write = lambda bucket: setattr(bucket, "policy", policy(THEIRS))
    with pytest.raises(Stale, match="does not stay"):
        grant(policy(THEIRS)).perform(context(bucket))


@pytest.mark.parametrize("fault", [lost, landed])
def test_lost_reply(fault: Any) -> None:
    """After a lost reply the policy is read, and written again only if the write had not arrived."""
    bucket = Bucket(policy(THEIRS))
    bucket.faults["put_bucket_policy"] = [fault]
    grant(policy(THEIRS)).perform(context(bucket))
    assert bucket.policy == policy(THEIRS, OURS)
    assert bucket.calls["put_bucket_policy"] == (1 if fault is landed else 2)


def test_a_policy_that_cannot_be_read_back() -> None:
    """The write is done. It is not known whether it stays, so the policy is read again, or the reply counts as lost."""

    class Unread(Bucket):
        left = 1

        def read(self, call: Call) -> Json:
            if self.calls["put_bucket_policy"] and self.left:
                self.left -= 1
                raise Unreachable("the connection was closed")
            return super().read(call)

    bucket = Unread()
    grant(None).perform(context(bucket))
    assert (bucket.policy, bucket.calls["put_bucket_policy"]) == (policy(OURS), 1)
    bucket = Unread()
    bucket.left = 99
    with pytest.raises(ReplyLost, match="written, but not read back: the connection was closed"):
        grant(None).perform(context(bucket))


def test_a_write_that_never_arrived_is_sent_again() -> None:
    """S3 could not be reached once."""

    def unreachable(_bucket: Bucket, call: Call) -> Json:
        raise Unreachable(f"{call.operation}: connection refused")

    bucket = Bucket()
    bucket.faults["put_bucket_policy"] = [unreachable]
    grant(None).perform(context(bucket))
    assert bucket.policy == policy(OURS)


def test_a_new_identity_is_waited_for() -> None:
    """S3 may not know an OAI of this run yet, so the step waits for it."""
    bucket, clock = Bucket(), Clock()
    bucket.faults["put_bucket_policy"] = [refused("MalformedPolicy")] * 3
    grant(None, OAI).perform(context(bucket, clock, {MADE: {"id": "E2OAI"}}))
    named = by_sid(bucket.policy, "cfstream-lectures-oai")
    assert named is not None
    assert named["Principal"]["AWS"].endswith("Identity E2OAI")
    assert clock.slept == sum(PAUSES[:3])


def test_an_identity_that_s3_never_knows() -> None:
    """After two minutes the refusal is reported."""
    bucket, clock = Bucket(), Clock()
    bucket.faults["put_bucket_policy"] = [refused("MalformedPolicy")] * 99
    with pytest.raises(Refused, match="MalformedPolicy"):
        grant(None, OAI).perform(context(bucket, clock, {MADE: {"id": "E2OAI"}}))
    assert clock.slept == 120


def test_malformed_at_once() -> None:
    """If the policy is refused because of older content, the step does not retry."""
    bucket, clock = Bucket(policy(THEIRS)), Clock()
    bucket.faults["put_bucket_policy"] = [refused("MalformedPolicy")] * 9
    with pytest.raises(Refused, match="MalformedPolicy"):
        grant(policy(THEIRS)).perform(context(bucket, clock))
    assert clock.slept == 0


def test_another_operation_under_way() -> None:
    """OperationAborted is retried."""
    bucket = Bucket()
    bucket.faults["put_bucket_policy"] = [refused("OperationAborted")]
    grant(None).perform(context(bucket))
    assert bucket.policy == policy(OURS)


def test_transient_id() -> None:
    """A unique id in the stack's statement right after the write counts as the OAI."""
    bucket = Bucket()

    def transient(bucket: Bucket) -> None:
        assert bucket.policy is not None
        bucket.policy["Statement"][0]["Principal"] = {"AWS": "AIDAJ3EXAMPLE7QUSDP"}

    bucket.after_write = transient
    grant(None, OAI).perform(context(bucket, None, {MADE: {"id": "E2OAI"}}))
    assert bucket.calls["put_bucket_policy"] == 1


def test_settled_since_the_plan() -> None:
    """If the transient id of another stack changes to its ARN after the plan, the policy is not stale."""
    settled = oai_statement("cfstream-papers-oai", "aws", BUCKET, "", ["E9OAI"])
    bucket = Bucket(policy(settled))
    grant(policy({**settled, "Principal": {"AWS": "AIDAJ3EXAMPLE7QUSDP"}})).perform(context(bucket))
    assert bucket.policy == policy(settled, OURS)


def test_revoke() -> None:
    """Revoking removes only the stack's statement."""
    bucket = Bucket(policy(THEIRS, OURS))
    revoke(policy(THEIRS, OURS)).perform(context(bucket))
    assert bucket.policy == policy(THEIRS)


def test_revoke_the_last() -> None:
    """With the last statement the policy is deleted. If it does not exist, the step is done."""
    bucket = Bucket(policy(OURS))
    revoke(policy(OURS)).perform(context(bucket))
    revoke(policy(OURS)).perform(context(bucket))
    assert bucket.policy is None
    assert bucket.calls["delete_bucket_policy"] == 1


def test_revoke_of_what_moved() -> None:
    """Revoking is also refused if the policy is not what the plan saw."""
    bucket = Bucket(policy(OURS, THEIRS))
    with pytest.raises(Stale, match=r"Theirs"):
        revoke(policy(OURS)).perform(context(bucket))


def test_a_missing_bucket() -> None:
    """A missing bucket is not a bucket without a policy."""
    bucket = Bucket()
    bucket.exists = False
    with pytest.raises(Refused, match="NoSuchBucket"):
        grant(None).perform(context(bucket))


def test_replies_lost_repeatedly() -> None:
    """Repeatedly lost replies end with a report."""
    bucket = Bucket()
    bucket.faults["put_bucket_policy"] = [lost] * 99
    with pytest.raises((Stale, ReplyLost)):
        grant(None).perform(context(bucket))
    assert bucket.policy is None
