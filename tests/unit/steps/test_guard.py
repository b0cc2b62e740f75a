"""The guard of a grant: the distribution as the plan saw it, or as this run has written it."""

from typing import Any

import pytest

from cfstream.errors import Missing, Stale
from cfstream.policy_document import oac_statement
from cfstream.ports import Call
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.grant import Grant
from cfstream.steps.guard import Guard
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.step import Stage
from cfstream.values import Address, Json, Ref, StepId
from tests.unit.steps.buckets import ACCOUNT, BUCKET, Bucket, doors, refused

GROUP = StepId("create key-group:lectures/viewers")
MADE = StepId("create distribution:lectures")
SIGNED: Json = {"Comment": "", "TrustedKeyGroups": {"Enabled": True, "Quantity": 1, "Items": ["G1"]}}
UNSIGNED: Json = {"Comment": "", "TrustedKeyGroups": {"Enabled": False, "Quantity": 0}}
PLANNED: Json = {"TrustedKeyGroups": {"Enabled": True, "Quantity": 1, "Items": [Ref(GROUP)]}}
OUTPUTS: Any = {GROUP: {"id": "G1"}, MADE: {"id": "E1"}}
STATEMENT = oac_statement("cfstream-lectures-oac", "aws", BUCKET, "", "arn:aws:cloudfront::1:distribution/E1")


class Guarded(Bucket):
    """A bucket, and the distribution that reads it. `lag` reads show the config that it had before."""

    def __init__(self, config: Json | None, before: Json = UNSIGNED, lag: int = 0, **bucket: Any) -> None:
        super().__init__(**bucket)
        self.config = config
        self._before = before
        self._lag = lag

    def read(self, call: Call) -> Json:
        if call.operation != "get_distribution_config":
            return super().read(call)
        assert call.params["Id"] == "E1"
        if self._lag:
            self._lag -= 1
            return {"DistributionConfig": self._before}
        if self.config is None:
            raise Missing("GetDistributionConfig", "NoSuchDistribution", "")
        return {"DistributionConfig": self.config}


def grant(base: Json, *, planned: bool, objects: bool = False) -> Grant:
    """The step that grants, guarded by a distribution of this run."""
    read = Call("cloudfront", "get_distribution_config", {"Id": Ref(MADE)})
    guard = Guard(Address("distribution", "lectures"), read, "DistributionConfig", base, planned)
    edit = (
        ObjectGrants(BUCKET, "eu-west-1", ACCOUNT, "", "7" * 64, "READ")
        if objects
        else PolicyEdit(BUCKET, "eu-west-1", ACCOUNT, None, (STATEMENT,))
    )
    return Grant(
        address=Address("bucket-policy", "lectures"),
        stage=Stage.LATE_GRANT,
        because="test",
        edit=edit,
        guards=(guard,),
    )


@pytest.mark.parametrize("objects", [False, True], ids=["policy", "objects"])
@pytest.mark.parametrize(("base", "planned"), [(SIGNED, False), (PLANNED, True)], ids=["seen", "planned"])
@pytest.mark.parametrize("live", [SIGNED, UNSIGNED, None], ids=["signed", "unsigned", "gone"])
def test_a_grant_is_made_only_while_its_guard_holds(
    *, objects: bool, base: Json, planned: bool, live: Json | None
) -> None:
    """Without the signers, or without the distribution, nothing is granted; what AWS adds is no difference."""
    bucket = Guarded(live, keys=["a.mp4"])
    step = grant(base, planned=planned, objects=objects)
    before = (bucket.policy, dict(bucket.acls))
    if live is SIGNED:
        step.perform(doors(bucket, outputs=OUTPUTS))
        assert (bucket.policy, bucket.acls) != before
        return
    with pytest.raises(Stale):
        step.perform(doors(bucket, outputs=OUTPUTS))
    assert (bucket.policy, bucket.acls) == before


def test_reads_that_lag_behind_our_own_write_are_waited_for() -> None:
    """The run has put the signers in place, and a read shows the distribution without them for a while."""
    bucket = Guarded(SIGNED, lag=3)
    grant(PLANNED, planned=True).perform(doors(bucket, outputs=OUTPUTS))
    assert bucket.policy is not None


def test_signers_that_go_while_a_policy_is_throttled_stop_the_grant() -> None:
    """The guard is checked again before the second attempt."""
    bucket = Guarded(SIGNED)

    def aborted(bucket: Bucket, call: Call) -> Json:
        assert isinstance(bucket, Guarded)
        bucket.config = UNSIGNED
        return refused("OperationAborted")(bucket, call)

    bucket.faults["put_bucket_policy"] = [aborted]
    with pytest.raises(Stale, match="TrustedKeyGroups"):
        grant(PLANNED, planned=True).perform(doors(bucket, outputs=OUTPUTS))
    assert bucket.policy is None


def test_a_guard_that_fails_does_not_undo_what_is_granted_already() -> None:
    """Nothing has to be written, so there is nothing to refuse."""
    bucket = Guarded(UNSIGNED, policy={"Version": "2012-10-17", "Statement": [STATEMENT]})
    grant(SIGNED, planned=False).perform(doors(bucket, outputs=OUTPUTS))
    assert bucket.calls["put_bucket_policy"] == 0
