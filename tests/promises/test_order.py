"""Nothing becomes readable before it is guarded, and nothing stops working before its successor works."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from cfstream.applying import Event, StepBegan
from cfstream.errors import NotAuthorized
from cfstream.ports import Call
from cfstream.values import Verb
from tests.promises.studio import (
    ONE,
    Json,
    Studio,
    allow,
    by_acl,
    group,
    http,
    key,
    outcome,
    rtmp,
    signed,
    signers,
    steps,
    told,
)
from tests.promises.witness import Witness, once

PENDING = 3
"""Reads for which a write stays InProgress, where a test wants to see who does not wait."""


def slow(studio: Studio) -> None:
    """Make writes take a while to be Deployed."""
    studio.sandbox.cloudfront.settings.deploy_after_reads = PENDING


def test_a_new_stack_is_guarded_before_it_can_read(studio: Studio) -> None:
    """Identity and keys, then the distribution with signers and tags in the creating call, then the grant."""
    witness = Witness(studio.world.aws)
    plan = studio.plan(http())
    assert studio.run(plan, door=witness).exit_code == 0
    assert witness.writes == [
        "create_origin_access_control",
        "create_public_key",
        "create_key_group",
        "create_distribution_with_tags",
        "put_bucket_policy",
    ]
    made = witness.calls[3].params["DistributionConfigWithTags"]
    assert made["DistributionConfig"]["DefaultCacheBehavior"]["TrustedKeyGroups"]["Enabled"] is True
    assert {tag["Key"] for tag in made["Tags"]["Items"]} == {"cfstream:name"}
    assert [step.split(" ")[0] for step in steps(plan)] == [*["create"] * 4, "grant", "wait"]


def test_a_new_rtmp_stack_goes_the_same_way(studio: Studio) -> None:
    """The order is OAI, streaming distribution with its signers, grant."""
    witness = Witness(studio.world.aws)
    assert studio.run(studio.plan(rtmp()), door=witness).exit_code == 0
    assert witness.writes == [
        "create_cloud_front_origin_access_identity",
        "create_streaming_distribution_with_tags",
        "put_bucket_policy",
    ]
    config = witness.calls[1].params["StreamingDistributionConfigWithTags"]["StreamingDistributionConfig"]
    assert config["TrustedSigners"] == signers("self")


def test_needs_name_steps_that_stand_before(studio: Studio) -> None:
    """Every step of every plan only needs earlier steps."""
    studio.converge(by_acl(name="old", bucket={"name": "old-media", "create": True}))
    documents = [http(oai={}), {**rtmp(name="old", bucket="old-media"), "oai": {"comment": "new"}}]
    for stack in studio.plan(*documents).stacks:
        before: set[str] = set()
        for step in stack.steps:
            assert {*step.needs} <= before
            before.add(step.id)


CHANGES: list[tuple[str, Json, Json]] = [
    ("OAI to OAC", signed(oai={}), signed(oac={})),
    ("OAC to OAI", signed(oac={}), signed(oai={})),
    ("bucket", signed(), signed(bucket="newer")),
    ("bucket and identity", signed(oai={}), signed(bucket="newer")),
]


@pytest.mark.parametrize(("before", "after"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_the_old_grant_outlives_the_switch_until_it_is_deployed(
    studio: Studio, before: Json, after: Json
) -> None:
    """The order is new grant, modify, wait, revoke, delete the old identity. A revoke is never done InProgress."""
    studio.bucket("newer")
    studio.converge(before)
    slow(studio)
    order: list[str] = []

    def look(call: Call) -> None:
        granted = {*studio.statements("media"), *studio.statements("newer")}
        order.append(call.operation)
        if call.operation == "update_distribution":
            assert len(granted) == 2 or before["bucket"] != after["bucket"]
            assert studio.statements(after["bucket"])
        revokes = (
            call.operation in ("delete_bucket_policy", "put_bucket_policy") and "update_distribution" in order
        )
        if revokes or call.operation.startswith("delete_"):
            assert studio.live()["Status"] == "Deployed"

    witness = Witness(studio.world.aws, before=look)
    report = studio.apply(after, door=witness)
    assert report.exit_code == 0, told(report)
    assert order.index("update_distribution") > 0
    assert steps(studio.plan(after)) == []


def test_object_grants_are_revoked_only_when_the_policy_is_read_by(empty: Studio) -> None:
    """From object-acl to bucket-policy, the statement comes first, then the objects, then the tag."""
    studio = empty
    studio.bucket("media", "a/one.mp4", ObjectOwnership="BucketOwnerPreferred")
    studio.converge(by_acl())
    (identity,) = studio.identities().values()
    assert studio.tags(studio.live()["ARN"])["cfstream:acl"] == identity["Id"]
    witness = Witness(studio.world.aws)
    plan = studio.plan(signed(oai={}))
    assert studio.run(plan, door=witness).exit_code == 0
    assert witness.writes == ["put_bucket_policy", "put_object_acl", "untag_resource"]
    assert identity["S3CanonicalUserId"] not in studio.grants("a/one.mp4")
    assert "cfstream:acl" not in studio.tags(studio.live()["ARN"])


def test_the_mark_of_object_grants_is_there_before_the_first(empty: Studio) -> None:
    """A new stack has it in the create call, a changed one gets a tag."""
    studio = empty
    studio.bucket("media", "a/one.mp4", "a/two.mp4", ObjectOwnership="BucketOwnerPreferred")
    marks: list[str] = []

    def look(call: Call) -> None:
        if call.operation == "put_object_acl":
            marks.append(studio.tags(studio.live()["ARN"]).get("cfstream:acl", ""))

    witness = Witness(studio.world.aws, before=look)
    assert studio.apply(by_acl(), door=witness).exit_code == 0
    (identity,) = studio.identities()
    assert marks == [identity, identity]
    studio.converge(signed(oai={}))
    marks.clear()
    assert studio.apply(by_acl(), door=witness).exit_code == 0
    assert marks == [identity, identity]
    assert studio.policy() is None


def test_a_grant_that_would_open_waits_until_the_signers_are_in_force(studio: Studio) -> None:
    """If a public stack becomes private with another identity, its grant comes after the wait."""
    public = {"version": 1, "name": "lectures", "bucket": "media", "public": True}
    studio.converge({**public, "grant": {"prefix": "a/"}}, allow=["makes-public"])
    slow(studio)

    def look(call: Call) -> None:
        if call.operation == "put_bucket_policy":
            live = studio.live()
            assert live["Status"] == "Deployed"
            assert live["DistributionConfig"]["DefaultCacheBehavior"]["TrustedSigners"]["Enabled"] is True

    witness = Witness(studio.world.aws, before=look)
    report = studio.apply(signed(), allow=["widens-grant"], door=witness)
    assert report.exit_code == 0, told(report)
    assert next(iter(studio.statements().values()))["Resource"] == "arn:aws:s3:::media/*"


def test_two_stacks_on_one_bucket_both_get_their_statement(studio: Studio) -> None:
    """Stacks of a run write to one policy in turn, and each keeps the other's statement."""
    lock, overlaps = threading.Lock(), []

    def enter(call: Call) -> None:
        if call.operation == "put_bucket_policy":
            overlaps.append(not lock.acquire(blocking=False))
            time.sleep(0.05)

    def leave(call: Call) -> None:
        if call.operation == "put_bucket_policy":
            lock.release()

    documents = [signed(name=f"stack-{number}") for number in range(4)]
    witness = Witness(studio.world.aws, before=enter, after=leave)
    report = studio.apply(*documents, door=witness)
    assert report.exit_code == 0, told(report)
    assert overlaps == [False] * 4
    assert {*studio.statements()} == {f"cfstream-stack-{number}-oac" for number in range(4)}
    assert steps(studio.plan(*documents)) == []


def test_a_policy_is_merged_again_when_another_write_won(studio: Studio) -> None:
    """If someone replaces the policy right after the write, both statements are there at the end."""
    theirs = allow("theirs", {"AWS": "arn:aws:iam::111122223333:root"})
    witness = Witness(studio.world.aws, after=once("put_bucket_policy", lambda: studio.put_policy(theirs)))
    report = studio.apply(signed(), door=witness)
    assert report.exit_code == 0, told(report)
    assert {*studio.statements()} == {"theirs", "cfstream-lectures-oac"}


def test_a_policy_that_somebody_keeps_taking_back_is_given_up(studio: Studio) -> None:
    """After four writes that were undone, the step is stale and says why."""

    def undo(call: Call) -> None:
        if call.operation == "put_bucket_policy":
            studio.s3.delete_bucket_policy(Bucket="media")

    report = studio.apply(signed(), door=Witness(studio.world.aws, after=undo))
    assert (report.exit_code, outcome(report)) == (4, "stale")
    assert any("does not stay" in line for line in told(report))


REFUSED_AT: list[str] = [
    "create_origin_access_control",
    "create_distribution_with_tags",
    "put_bucket_policy",
]


@pytest.mark.parametrize("operation", REFUSED_AT)
def test_what_stands_behind_a_refused_step_is_not_tried(studio: Studio, operation: str) -> None:
    """Another run continues from there."""

    def refuse(call: Call) -> None:
        if call.operation == operation:
            raise NotAuthorized(operation, "AccessDenied", "no")

    report = studio.apply(signed(), door=Witness(studio.world.aws, before=refuse))
    outcomes = [str(step.outcome) for step in report.stacks[0].steps]
    assert report.exit_code == 1
    assert outcomes.count("refused") == 1
    assert {*outcomes[outcomes.index("refused") + 1 :]} <= {"not-tried"}
    studio.converge(signed())
    assert len(studio.distributions()) == 1


def test_a_stack_that_fails_does_not_stop_the_others(studio: Studio) -> None:
    """Each stack has its own outcome, and the worst one decides the exit code."""

    def refuse(call: Call) -> None:
        config: Any = call.params.get("OriginAccessControlConfig") or {}
        if config.get("Name") == "cfstream-clips":
            raise NotAuthorized(call.operation, "AccessDenied", "no")

    report = studio.apply(signed(), signed(name="clips"), door=Witness(studio.world.aws, before=refuse))
    assert report.exit_code == 1
    assert (outcome(report), outcome(report, "clips")) == ("applied", "failed")


def interrupting(studio: Studio, at: str) -> tuple[Witness, Callable[[], bool]]:
    """Return a world in which Ctrl-C arrives during a write."""
    pressed: list[bool] = []

    def press(call: Call) -> None:
        if call.operation == at:
            pressed.append(True)

    return Witness(studio.world.aws, before=press), lambda: bool(pressed)


def test_an_interrupt_lets_the_write_under_way_end(studio: Studio) -> None:
    """The rest is not tried, and the report says so."""
    witness, interrupted = interrupting(studio, "create_distribution_with_tags")
    report = studio.apply(http(), door=witness, interrupted=interrupted)
    assert (report.exit_code, outcome(report)) == (130, "interrupted")
    assert studio.id()
    assert studio.policy() is None
    studio.converge(http())


def test_who_runs_it_again_waits_for_what_the_last_run_left_on_its_way(studio: Studio) -> None:
    """If a run was stopped while it waited, the next one does not report success while edges serve the old config."""
    studio.converge(signed())
    slow(studio)
    changed = signed(comment="new")
    assert studio.apply(changed, no_wait=True).exit_code == 0
    plan = studio.plan(changed)
    assert plan.in_sync
    assert "still being deployed" in plan.stacks[0].notices[-1].text
    assert outcome(studio.run(plan, no_wait=True)) == "unchanged"
    report = studio.run(plan)
    assert (report.exit_code, outcome(report)) == (0, "unchanged")
    assert [str(step.outcome) for step in report.stacks[0].steps] == ["done"]
    assert report.stacks[0].outputs["status"] == studio.live()["Status"] == "Deployed"
    assert studio.plan(changed).stacks[0].notices == ()


def test_what_stays_on_its_way_is_told_by_the_exit_code(studio: Studio) -> None:
    """Nothing changes, but a change is still being deployed: the exit code is 6 at the timeout."""
    studio.converge(signed())
    studio.sandbox.cloudfront.settings.deploy_after_reads = 10_000
    assert studio.apply(signed(comment="new"), no_wait=True).exit_code == 0
    report = studio.apply(signed(comment="new"))
    assert (report.exit_code, outcome(report)) == (6, "timed-out")


def test_without_waiting_what_needs_deployed_is_left_for_later(studio: Studio) -> None:
    """With `--no-wait`, the exit code is 6 if later steps need Deployed, and 0 if only the wait is skipped."""
    assert studio.apply(signed(oai={}), no_wait=True).exit_code == 0
    studio.converge(signed(oai={}))
    slow(studio)
    report = studio.apply(signed(), no_wait=True)
    assert (report.exit_code, outcome(report)) == (6, "timed-out")
    assert {*studio.statements()} == {"cfstream-lectures-oai", "cfstream-lectures-oac"}
    studio.converge(signed())
    assert {*studio.statements()} == {"cfstream-lectures-oac"}


def test_a_key_group_of_several_stacks_is_written_by_one(studio: Studio) -> None:
    """The stack that creates it writes it. The one that uses it does not wait or write."""
    studio.converge(http())
    user = signed(name="clips")
    user["key_groups"] = [{"use": "viewers"}]
    del user["trusted_signers"]
    studio.converge(http(), user)
    changed = http(key_groups=[group(key(ONE), key("two"))])
    witness = Witness(studio.world.aws)
    assert studio.run(studio.plan(changed, user), door=witness).exit_code == 0
    assert witness.writes == ["create_public_key", "update_key_group"]
    assert steps(studio.plan(changed, user)) == []


def test_never_more_than_two_writers(studio: Studio) -> None:
    """CloudFront throttles its control plane, so at most two writes run at once."""
    guard, under_way, most = threading.Lock(), [0], [0]

    def enter(_call: Call) -> None:
        with guard:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        time.sleep(0.01)

    def leave(_call: Call) -> None:
        with guard:
            under_way[0] -= 1

    documents = [
        signed(name=f"stack-{number}", bucket=studio.bucket(f"media-{number}")) for number in range(5)
    ]
    report = studio.apply(*documents, door=Witness(studio.world.aws, before=enter, after=leave))
    assert report.exit_code == 0, told(report)
    assert most == [2]


def test_who_waits_holds_nobody_up(studio: Studio) -> None:
    """All stacks of a run wait for their deploys at the same time, though few may write at once."""
    together = threading.Barrier(5, timeout=60)

    def meet(event: Event) -> None:
        if isinstance(event, StepBegan) and event.step.verb is Verb.WAIT:
            together.wait()

    documents = [
        signed(name=f"stack-{number}", bucket=studio.bucket(f"media-{number}")) for number in range(5)
    ]
    report = studio.run(studio.plan(*documents), tell=meet)
    assert report.exit_code == 0, told(report)


def test_a_key_group_is_waited_for_at_each_distribution_that_uses_it(studio: Studio) -> None:
    """The wait includes distributions of other stacks, and of others."""
    studio.converge(http(name="owner"))
    user = {**http(name="user"), "key_groups": [{"use": "viewers"}]}
    studio.converge(http(name="owner"), user)
    slow(studio)
    report = studio.apply(http(name="owner", key_groups=[group(key(ONE), key("two"))]))
    assert report.exit_code == 0, told(report)
    keys = {row["Id"] for row in studio.keys().values()}
    for stack in ("owner", "user"):
        live = studio.live(stack)
        active = live["ActiveTrustedKeyGroups"]["Items"][0]["KeyPairIds"]["Items"]
        assert (live["Status"], {*active}) == ("Deployed", keys)
