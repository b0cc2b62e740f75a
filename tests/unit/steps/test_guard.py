"""The guard of a grant: it compares who can read according to the plan and just before the write."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from cfstream.access.model import AccessModel, GroupState
from cfstream.domain import BucketState, Delivery, distribution_from_config
from cfstream.errors import Missing, Stale
from cfstream.policy_document import merge, oac_statement
from cfstream.ports import Call
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.grant import GrantRead, ProposedGrant
from cfstream.steps.guard import Guard, WriteModels
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.step import Stage
from cfstream.values import Address, Json, Known, Ref, StepId
from tests.unit.steps.buckets import ACCOUNT, BUCKET, Bucket, context, refused

GROUP = StepId("create key-group:lectures/viewers")
KEY = StepId("create public-key:lectures/one")
MADE = StepId("create distribution:lectures")
OUTPUTS: Any = {
    GROUP: {"id": "G1"},
    KEY: {"id": "K1"},
    MADE: {"id": "E1", "arn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"},
}
STATEMENT = oac_statement("cfstream-lectures-oac", "aws", BUCKET, "", Ref(MADE, "arn"))
IDENTITY, USER = "E7OAI", "7" * 64


def config(*groups: Known, oai: str = "", **fields: Any) -> Json:
    """Return a configuration with these key groups on its default behavior."""
    access = {
        "S3OriginConfig": {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{oai}" if oai else ""}
    }
    origin = {"Id": "s3", "DomainName": f"{BUCKET}.s3.amazonaws.com", "OriginPath": "", **access}
    signers = {"Enabled": bool(groups), "Quantity": len(groups), "Items": list(groups)}
    return {
        "Enabled": True,
        "Comment": "",
        "Origins": {"Quantity": 1, "Items": [{**origin, "OriginAccessControlId": "" if oai else "C1"}]},
        "DefaultCacheBehavior": {"TargetOriginId": "s3", "TrustedKeyGroups": signers},
        "CacheBehaviors": {"Quantity": 0},
        **fields,
    }


SIGNED, UNSIGNED = config("G1"), config()


def row(id_: str, document: Json) -> Json:
    """Return a distribution as the list shows it."""
    arn = f"arn:aws:cloudfront::{ACCOUNT}:distribution/{id_}"
    return {"Id": id_, "ARN": arn, "DomainName": "", "Status": "Deployed", **document}


class Guarded(Bucket):
    """A bucket and its distributions. `lag` reads show the stack's distribution without signers."""

    def __init__(self, own: Json | None, *, lag: int = 0, **bucket: Any) -> None:
        super().__init__(**bucket)
        self.configs: dict[str, Json] = {} if own is None else {"E1": own}
        self.group_keys = ["K1"]
        self._lag = lag

    def read(self, call: Call) -> Json:
        if call.operation != "get_distribution_config":
            return super().read(call)
        id_ = call.params["Id"]
        if id_ not in self.configs:
            raise Missing("GetDistributionConfig", "NoSuchDistribution", "")
        if self._lag:
            self._lag -= 1
            return {"DistributionConfig": UNSIGNED}
        return {"DistributionConfig": self.configs[id_]}

    def items(self, call: Call) -> Sequence[Json]:
        match call.operation:
            case "list_distributions":
                return [row(id_, document) for id_, document in self.configs.items()]
            case "list_key_groups":
                group = {"Name": "viewers", "Items": self.group_keys}
                return [{"KeyGroup": {"Id": "G1", "KeyGroupConfig": group}}]
        return super().items(call)


def model(*others: Json, written: bool = False) -> AccessModel:
    """Return the model that the plan expects: the stack's distribution with its signers, and others with the OAI."""
    created = distribution_from_config(
        Delivery.HTTP,
        Ref(MADE) if written else "E1",
        Ref(MADE, "arn") if written else OUTPUTS[MADE]["arn"],
        config(Ref(GROUP) if written else "G1"),
    )
    beside = (
        distribution_from_config(Delivery.HTTP, f"E{number}", row(f"E{number}", {})["ARN"], each)
        for number, each in enumerate(others, 2)
    )
    return AccessModel(
        account=ACCOUNT,
        bucket=BucketState(BUCKET),
        distributions=(created, *beside),
        own=created.id,
        identities={USER: IDENTITY},
        groups={
            Ref(GROUP) if written else "G1": GroupState("viewers", frozenset({Ref(KEY) if written else "K1"}))
        },
    )


def grant(*others: Json, written: bool = False, objects: bool = False) -> GrantRead:
    """Return the step that grants to the stack's distribution, or on objects to the OAI."""
    before = model(*others, written=written)
    allowed = {**STATEMENT, "Principal": {"CanonicalUser": USER}, "Condition": {}} if objects else STATEMENT
    after = replace(before, bucket=replace(before.bucket, policy=merge(None, (allowed,), ())))
    edit = (
        ObjectGrants(BUCKET, "eu-west-1", ACCOUNT, "", USER, "READ")
        if objects
        else PolicyEdit(BUCKET, "eu-west-1", ACCOUNT, None, (STATEMENT,))
    )
    return GrantRead(
        address=Address("bucket-policy", "lectures"),
        stage=Stage.LATE_GRANT,
        because="test",
        edit=edit,
        opens=True,
        guard=Guard("lectures", WriteModels(before, after), written=written),
    )


@pytest.mark.parametrize("written", [False, True], ids=["seen", "written"])
@pytest.mark.parametrize("live", [SIGNED, UNSIGNED, None], ids=["signed", "unsigned", "gone"])
def test_a_grant_is_made_only_while_its_guard_holds(*, written: bool, live: Json | None) -> None:
    """Without the signers, or without the distribution, nothing is granted. A changed comment does not matter."""
    bucket = Guarded(live and {**live, "Comment": "other"})
    step = grant(written=written)
    if live is SIGNED:
        step.perform(context(bucket, outputs=OUTPUTS))
        assert bucket.policy is not None
        return
    with pytest.raises(Stale, match="distribution"):
        step.perform(context(bucket, outputs=OUTPUTS))
    assert bucket.policy is None


@pytest.mark.parametrize(
    "live", [config("G1", oai=IDENTITY), config(oai=IDENTITY)], ids=["signed", "unsigned"]
)
def test_every_distribution_on_the_identity_is_read(live: Json) -> None:
    """Objects are granted to an identity that another distribution uses, while that one has its signers."""
    bucket = Guarded(SIGNED, keys=["a.mp4"])
    bucket.configs["E2"] = live
    before, step = dict(bucket.acls), grant(config("G1", oai=IDENTITY), objects=True)
    if live == config("G1", oai=IDENTITY):
        step.perform(context(bucket, outputs=OUTPUTS))
        assert bucket.acls != before
        return
    with pytest.raises(Stale, match=r"distribution:lectures/E2[^\n]*anyone could read"):
        step.perform(context(bucket, outputs=OUTPUTS))
    assert bucket.acls == before


def test_a_new_distribution_on_the_identity() -> None:
    """The list shows a distribution that the plan has not seen."""
    bucket = Guarded(SIGNED, keys=["a.mp4"])
    bucket.configs["E2"] = config(oai=IDENTITY)
    with pytest.raises(Stale, match="distribution:lectures/E2"):
        grant(objects=True).perform(context(bucket, outputs=OUTPUTS))


def test_a_key_that_joined_the_group() -> None:
    """The owner of the new key could sign, which the plan does not expect."""
    bucket = Guarded(SIGNED)
    bucket.group_keys = ["K1", "K2"]
    with pytest.raises(Stale):
        grant(written=True).perform(context(bucket, outputs=OUTPUTS))
    assert bucket.policy is None


def test_changes_that_do_not_widen_access_are_accepted() -> None:
    """A key that left the group, and a new distribution without the identity, do not matter."""
    bucket = Guarded(SIGNED)
    bucket.group_keys = []
    bucket.configs["E3"] = config(oai="E8OTHER")
    grant().perform(context(bucket, outputs=OUTPUTS))
    assert bucket.policy is not None


def test_reads_that_lag_behind_our_own_write_are_waited_for() -> None:
    """The run has set the signers, but for a while reads show the distribution without them."""
    bucket = Guarded(SIGNED, lag=3)
    grant(written=True).perform(context(bucket, outputs=OUTPUTS))
    assert bucket.policy is not None


def test_signers_that_go_while_a_policy_is_throttled_stop_the_grant() -> None:
    """The guard is checked again before the second attempt, and shows what has changed."""
    bucket = Guarded(SIGNED)

    def aborted(bucket: Bucket, call: Call) -> Json:
        assert isinstance(bucket, Guarded)
        bucket.configs["E1"] = UNSIGNED
        return refused("OperationAborted")(bucket, call)

    bucket.faults["put_bucket_policy"] = [aborted]
    with pytest.raises(Stale, match="key_groups"):
        grant(written=True).perform(context(bucket, outputs=OUTPUTS))
    assert bucket.policy is None


def test_a_guard_that_objects_does_not_undo_what_is_granted_already() -> None:
    """Nothing needs to be written, so nothing is refused."""
    ours = oac_statement("cfstream-lectures-oac", "aws", BUCKET, "", OUTPUTS[MADE]["arn"])
    bucket = Guarded(UNSIGNED, policy={"Version": "2012-10-17", "Statement": [ours]})
    grant().perform(context(bucket, outputs=OUTPUTS))
    assert bucket.calls["put_bucket_policy"] == 0


def test_there_is_no_grant_without_a_guard() -> None:
    """A guard cannot be omitted or None, and what a kind proposes cannot run."""
    common: Any = {
        "address": Address("bucket-policy", "lectures"),
        "stage": Stage.GRANT,
        "because": "test",
        "edit": PolicyEdit(BUCKET, "eu-west-1", ACCOUNT, None, (STATEMENT,)),
    }
    for missing in ({}, {"guard": None}, {"guard": ()}):
        with pytest.raises(TypeError):
            GrantRead(**common, opens=True, **missing)
    with pytest.raises(TypeError, match="no guard"):
        ProposedGrant(**common).perform(context(Bucket()))
