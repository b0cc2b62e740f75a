"""What writes the grants on objects: the estimate, the advice, and which ACLs make a job dangerous."""

from dataclasses import replace

import pytest

from cfstream.domain import AclGrant, ObjectAcls, ObjectClass
from cfstream.kinds.object_acl.engine import Estimate, chosen_engine
from cfstream.kinds.object_acl.inventory_report import InventoryAcls
from cfstream.kinds.object_acl.observed import LiveGrants, Tally
from cfstream.stack.bucket import LiveBucket
from cfstream.stack.grant_estimate import EngineEstimate
from cfstream.steps.batch_manifest import InventoryList, JobObjects
from tests.unit.kinds.live import context
from tests.unit.kinds.s3 import BUCKET, REGION

USER, OTHER, OWNER = "1" * 96, "2" * 64, "0" * 64
SPEC = (
    f"version: 1\nname: lectures\nbucket: {BUCKET}\ntrusted_signers: [self]\noai: {{}}\n"
    "grant: {via: object-acl, prefix: a/, engine: ENGINE, "
    "batch: {role: arn:aws:iam::123456789012:role/jobs, report_bucket: reports}}\n"
)
PRIVATE = ObjectClass(frozenset(), ("a/1", "b/1"))


def found(*classes: ObjectClass, total: int = 1_000_000, **more: object) -> LiveGrants:
    """Return a bucket with these ACLs."""
    acls = ObjectAcls(classes or (PRIVATE,), complete=True, **more)  # type: ignore[arg-type]
    bucket = LiveBucket(BUCKET, REGION, owner=OWNER)
    return LiveGrants(bucket, Tally(total=total, acls=acls))


@pytest.mark.parametrize(("objects", "is_faster"), [(1, False), (200_000, False), (300_000, True)])
def test_a_job_is_faster_for_many_objects(objects: int, *, is_faster: bool) -> None:
    """Below about 257,000 objects, a job takes longer to begin than this machine takes for everything."""
    assert Estimate(objects, objects).job_is_faster is is_faster


def test_the_estimate_of_each_engine() -> None:
    """Objects, calls and minutes; a job over a list has fewer objects. The price is unconfirmed."""
    assert Estimate(1_000_000, 400_000).shown("local", "why").engines == (
        EngineEstimate("local", 1_000_000, 1_401_000, 56, 7),
        EngineEstimate("s3-batch", 1_000_000, 1_327, 27, None, 1.25),
    )
    few = Estimate(1_000_000, 2, by=JobObjects(("a/1", "a/2"))).shown("s3-batch", "why")
    assert few.engines[1] == EngineEstimate("s3-batch", 2, 2135, 11, None, 0.25)


@pytest.mark.parametrize(
    ("have", "why"),
    [
        (found(), ""),
        (found(ObjectClass(frozenset({AclGrant(USER, "WRITE_ACP")}), ("a/1",))), ""),
        (found(ObjectClass(frozenset({AclGrant(OTHER, "READ")}), ("b/1",))), ""),
        (found(ObjectClass(frozenset({AclGrant(OTHER, "READ")}), ("a/1",))), f"also names {OTHER}"),
        (found(ObjectClass(frozenset(), ("a/1",), OTHER)), "another account owns 'a/1'"),
        (found(unread=("a/1",)), "the ACL of 'a/1' cannot be read"),
        (found(unread=("b/1",)), ""),
        (LiveGrants(LiveBucket(BUCKET, REGION, owner=OWNER), Tally(total=9, sampled=True)), "not all ACLs"),
    ],
)
def test_grants_that_a_job_may_remove(have: LiveGrants, why: str) -> None:
    """A job that the spec asks for has a hazard, and auto does not use one."""
    asked = chosen_engine(context(SPEC.replace("ENGINE", "s3-batch")), have, USER, ())
    assert asked.job is not None
    assert [hazard.name for hazard in asked.hazards] == (["replaces-acls"] if why else [])
    assert all(why in hazard.text for hazard in asked.hazards)
    auto = chosen_engine(context(SPEC.replace("ENGINE", "auto")), have, USER, ())
    assert (auto.job is None, auto.hazards) == (bool(why), ())


def test_the_number_of_sampled_objects_is_unknown() -> None:
    """The number of objects of a sampled bucket is not known, so the estimate does not decide."""
    sampled = LiveGrants(LiveBucket(BUCKET, REGION, owner=OWNER), Tally(total=9, sampled=True))
    policy, notice = chosen_engine(context(SPEC.replace("ENGINE", "auto")), sampled, USER, ()).notices
    assert policy.text.startswith(f"{BUCKET} has more than 10,000 objects. One statement")
    assert notice.text.endswith("the engine local: not all ACLs were read")
    assert "--all-objects" in notice.do


def test_no_job_while_objects_have_grants_to_a_former_identity() -> None:
    """Even if the spec asks for one: the distribution still uses that identity. The notice is a warning."""
    chosen = chosen_engine(context(SPEC.replace("ENGINE", "s3-batch")), found(), USER, ("E9OLD",))
    assert chosen.job is None
    assert chosen.notices[-1].do == "apply, and write engine: auto until those grants are revoked"
    assert [(each.warning, "E9OLD" in each.text) for each in chosen.notices[1:]] == [(True, True)]


@pytest.mark.parametrize(("prefix", "is_used"), [("", False), ("a/b/", False), ("b/", True)])
def test_no_job_beside_a_stack_that_grants_on_the_same_objects(prefix: str, *, is_used: bool) -> None:
    """Each would remove the grants of the other."""
    mine = context(SPEC.replace("ENGINE", "s3-batch"))
    theirs = context(
        SPEC.replace("ENGINE", "local").replace("lectures", "others", 1).replace("a/", prefix or '""')
    )
    beside = (mine.stack.spec, theirs.stack.spec)
    chosen = chosen_engine(replace(mine, beside=beside), found(), USER, ())
    assert (chosen.job is not None) is is_used


@pytest.mark.parametrize("since", ["the ACLs were read", "the inventory's list was made"])
def test_a_job_warns_of_acls_that_it_replaces_unread(since: str) -> None:
    """The plan lists each way in which grants of others are lost, and the fix."""
    have = found()
    if "inventory" in since:
        have = replace(have, inventory=InventoryAcls(1_000_000, 1, until=1))
    chosen = chosen_engine(context(SPEC.replace("ENGINE", "s3-batch")), have, USER, ())
    warning = chosen.notices[-1]
    assert warning.warning
    assert "an object is overwritten before the job reaches it" in warning.text
    assert f"a multipart upload began before {since} and completes after that" in warning.text
    assert f"an ACL changes after {since}" in warning.text
    assert warning.do.endswith("or write engine: local")


def test_millions_of_objects_are_better_granted_by_the_policy() -> None:
    """The first notice recommends it, unless other accounts own objects."""
    engine = context(SPEC.replace("ENGINE", "local"))
    (first, *_) = chosen_engine(engine, found(), USER, ()).notices
    assert "one write" in first.text
    assert first.do.endswith("--to bucket-policy")
    foreign = chosen_engine(engine, found(ObjectClass(frozenset(), ("a/1",), OTHER)), USER, ())
    assert not any("one write" in each.text for each in foreign.notices)


def test_small_buckets_without_an_engine_have_no_estimate() -> None:
    """The plan of a small bucket is as short as before."""
    plain = context(SPEC.partition("grant")[0] + "grant: {via: object-acl}\n")
    assert chosen_engine(plain, found(total=10_000), USER, ()).notices == ()
    assert len(chosen_engine(plain, found(total=10_001), USER, ()).notices) == 1


@pytest.mark.parametrize(
    ("objects", "shown"),
    [
        (JobObjects(), "a list that S3 makes"),
        (JobObjects(("a/1", "a/2")), "a list of the 2 objects without it"),
        (
            JobObjects(inventory=InventoryList("lists", "all/manifest.json", "e")),
            "the inventory s3://lists/all/",
        ),
    ],
)
def test_a_plan_names_the_list_of_a_job(objects: JobObjects, shown: str) -> None:
    """Each of the three lists of the manual has words of its own."""
    assert f"over {shown}" in str(objects)
