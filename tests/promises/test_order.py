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
from tests.world.account import SandboxAccount
from tests.world.configs import signers
from tests.world.plans import outcome, report_lines, steps
from tests.world.ports import Witness, once
from tests.world.specs import ONE, Json, by_acl, group, http, key, rtmp, signed
from tests.world.statements import allow

PENDING = 3
"""Reads for which a write stays InProgress, where a test wants to see who does not wait."""


def slow(account: SandboxAccount) -> None:
    """Make writes take a while to be Deployed."""
    account.sandbox.cloudfront.settings.deploy_after_reads = PENDING


def test_a_new_stack_is_guarded_before_it_can_read(account: SandboxAccount) -> None:
    """Identity and keys, then the distribution with signers and tags in the creating call, then the grant."""
    witness = Witness(account.world.aws)
    plan = account.plan(http())
    assert account.run(plan, port=witness).exit_code == 0
    assert witness.writes == [
        "create_origin_access_control",
        "create_public_key",
        "create_key_group",
        "create_distribution_with_tags",
        "put_bucket_policy",
    ]
    config = witness.calls[3].params["DistributionConfigWithTags"]
    assert config["DistributionConfig"]["DefaultCacheBehavior"]["TrustedKeyGroups"]["Enabled"] is True
    assert {tag["Key"] for tag in config["Tags"]["Items"]} == {"cfstream:name"}
    assert [step.split(" ")[0] for step in steps(plan)] == [*["create"] * 4, "grant", "wait"]


def test_a_new_rtmp_stack_has_the_same_order(account: SandboxAccount) -> None:
    """The order is OAI, streaming distribution with its signers, grant."""
    witness = Witness(account.world.aws)
    assert account.run(account.plan(rtmp()), port=witness).exit_code == 0
    assert witness.writes == [
        "create_cloud_front_origin_access_identity",
        "create_streaming_distribution_with_tags",
        "put_bucket_policy",
    ]
    config = witness.calls[1].params["StreamingDistributionConfigWithTags"]["StreamingDistributionConfig"]
    assert config["TrustedSigners"] == signers("self")


def test_needs_name_earlier_steps(account: SandboxAccount) -> None:
    """Every step of every plan only needs earlier steps."""
    account.converge(by_acl(name="old", bucket={"name": "old-media", "create": True}))
    documents = [http(oai={}), {**rtmp(name="old", bucket="old-media"), "oai": {"comment": "new"}}]
    for stack in account.plan(*documents).stacks:
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
    account: SandboxAccount, before: Json, after: Json
) -> None:
    """The order is new grant, modify, wait, revoke, delete the old identity. A revoke is never done InProgress."""
    account.bucket("newer")
    account.converge(before)
    slow(account)
    order: list[str] = []

    def look(call: Call) -> None:
        granted = {*account.statements("media"), *account.statements("newer")}
        order.append(call.operation)
        if call.operation == "update_distribution":
            assert len(granted) == 2 or before["bucket"] != after["bucket"]
            assert account.statements(after["bucket"])
        revokes = (
            call.operation in ("delete_bucket_policy", "put_bucket_policy") and "update_distribution" in order
        )
        if revokes or call.operation.startswith("delete_"):
            assert account.live()["Status"] == "Deployed"

    witness = Witness(account.world.aws, before=look)
    report = account.apply(after, port=witness)
    assert report.exit_code == 0, report_lines(report)
    assert order.index("update_distribution") > 0
    assert steps(account.plan(after)) == []


def test_object_grants_are_revoked_only_when_the_policy_is_read_by(empty: SandboxAccount) -> None:
    """From object-acl to bucket-policy, the statement comes first, then the objects, then the tag."""
    account = empty
    account.bucket("media", "a/one.mp4", ObjectOwnership="BucketOwnerPreferred")
    account.converge(by_acl())
    (identity,) = account.identities().values()
    assert account.tags(account.live()["ARN"])["cfstream:acl"] == identity["Id"]
    witness = Witness(account.world.aws)
    plan = account.plan(signed(oai={}))
    assert account.run(plan, port=witness).exit_code == 0
    assert witness.writes == ["put_bucket_policy", "put_object_acl", "untag_resource"]
    assert identity["S3CanonicalUserId"] not in account.grants("a/one.mp4")
    assert "cfstream:acl" not in account.tags(account.live()["ARN"])


def test_the_mark_of_object_grants_is_there_before_the_first(empty: SandboxAccount) -> None:
    """A new stack has it in the create call, a changed one gets a tag."""
    account = empty
    account.bucket("media", "a/one.mp4", "a/two.mp4", ObjectOwnership="BucketOwnerPreferred")
    marks: list[str] = []

    def look(call: Call) -> None:
        if call.operation == "put_object_acl":
            marks.append(account.tags(account.live()["ARN"]).get("cfstream:acl", ""))

    witness = Witness(account.world.aws, before=look)
    assert account.apply(by_acl(), port=witness).exit_code == 0
    (identity,) = account.identities()
    assert marks == [identity, identity]
    account.converge(signed(oai={}))
    marks.clear()
    assert account.apply(by_acl(), port=witness).exit_code == 0
    assert marks == [identity, identity]
    assert account.policy() is None


def test_a_grant_that_would_open_waits_until_the_signers_are_in_force(account: SandboxAccount) -> None:
    """If a public stack becomes private with another identity, its grant comes after the wait."""
    public = {"version": 1, "name": "lectures", "bucket": "media", "public": True}
    account.converge({**public, "grant": {"prefix": "a/"}}, allow=["makes-public"])
    slow(account)

    def look(call: Call) -> None:
        if call.operation == "put_bucket_policy":
            live = account.live()
            assert live["Status"] == "Deployed"
            assert live["DistributionConfig"]["DefaultCacheBehavior"]["TrustedSigners"]["Enabled"] is True

    witness = Witness(account.world.aws, before=look)
    report = account.apply(signed(), allow=["widens-grant"], port=witness)
    assert report.exit_code == 0, report_lines(report)
    assert next(iter(account.statements().values()))["Resource"] == "arn:aws:s3:::media/*"


def test_two_stacks_on_one_bucket_both_get_their_statement(account: SandboxAccount) -> None:
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
    witness = Witness(account.world.aws, before=enter, after=leave)
    report = account.apply(*documents, port=witness)
    assert report.exit_code == 0, report_lines(report)
    assert overlaps == [False] * 4
    assert {*account.statements()} == {f"cfstream-stack-{number}-oac" for number in range(4)}
    assert steps(account.plan(*documents)) == []


def test_a_policy_is_merged_again_when_another_write_won(account: SandboxAccount) -> None:
    """If someone replaces the policy right after the write, both statements are there at the end."""
    theirs = allow("theirs", {"AWS": "arn:aws:iam::111122223333:root"})
    witness = Witness(account.world.aws, after=once("put_bucket_policy", lambda: account.put_policy(theirs)))
    report = account.apply(signed(), port=witness)
    assert report.exit_code == 0, report_lines(report)
    assert {*account.statements()} == {"theirs", "cfstream-lectures-oac"}


def test_a_policy_that_others_keep_undoing_is_stale(account: SandboxAccount) -> None:
    """After four writes that were undone, the step is stale and says why."""

    def undo(call: Call) -> None:
        if call.operation == "put_bucket_policy":
            account.s3.delete_bucket_policy(Bucket="media")

    report = account.apply(signed(), port=Witness(account.world.aws, after=undo))
    assert (report.exit_code, outcome(report)) == (4, "stale")
    assert any("does not stay" in line for line in report_lines(report))


REFUSED_AT: list[str] = [
    "create_origin_access_control",
    "create_distribution_with_tags",
    "put_bucket_policy",
]


@pytest.mark.parametrize("operation", REFUSED_AT)
def test_steps_after_a_refused_one_are_not_tried(account: SandboxAccount, operation: str) -> None:
    """Another run continues from there."""

    def refuse(call: Call) -> None:
        if call.operation == operation:
            raise NotAuthorized(operation, "AccessDenied", "no")

    report = account.apply(signed(), port=Witness(account.world.aws, before=refuse))
    outcomes = [str(step.outcome) for step in report.stacks[0].steps]
    assert report.exit_code == 1
    assert outcomes.count("refused") == 1
    assert {*outcomes[outcomes.index("refused") + 1 :]} <= {"not-tried"}
    account.converge(signed())
    assert len(account.distributions()) == 1


def test_a_stack_that_fails_does_not_stop_the_others(account: SandboxAccount) -> None:
    """Each stack has its own outcome, and the worst one decides the exit code."""

    def refuse(call: Call) -> None:
        config: Any = call.params.get("OriginAccessControlConfig") or {}
        if config.get("Name") == "cfstream-clips":
            raise NotAuthorized(call.operation, "AccessDenied", "no")

    report = account.apply(signed(), signed(name="clips"), port=Witness(account.world.aws, before=refuse))
    assert report.exit_code == 1
    assert (outcome(report), outcome(report, "clips")) == ("applied", "failed")


def interrupting(account: SandboxAccount, at: str) -> tuple[Witness, Callable[[], bool]]:
    """Return a world in which Ctrl-C arrives during a write."""
    pressed: list[bool] = []

    def press(call: Call) -> None:
        if call.operation == at:
            pressed.append(True)

    return Witness(account.world.aws, before=press), lambda: bool(pressed)


def test_an_interrupt_lets_the_write_under_way_end(account: SandboxAccount) -> None:
    """The rest is not tried, and the report says so."""
    witness, interrupted = interrupting(account, "create_distribution_with_tags")
    report = account.apply(http(), port=witness, interrupted=interrupted)
    assert (report.exit_code, outcome(report)) == (130, "interrupted")
    assert account.id()
    assert account.policy() is None
    account.converge(http())


def test_the_next_run_waits_for_what_is_still_being_deployed(account: SandboxAccount) -> None:
    """If a run was stopped while it waited, the next one does not report success while edges serve the old config."""
    account.converge(signed())
    slow(account)
    changed = signed(comment="new")
    assert account.apply(changed, no_wait=True).exit_code == 0
    plan = account.plan(changed)
    assert plan.in_sync
    assert "still being deployed" in plan.stacks[0].notices[-1].text
    assert outcome(account.run(plan, no_wait=True)) == "unchanged"
    report = account.run(plan)
    assert (report.exit_code, outcome(report)) == (0, "applied")
    assert [str(step.outcome) for step in report.stacks[0].steps] == ["done"]
    assert report.stacks[0].outputs["status"] == account.live()["Status"] == "Deployed"
    assert account.plan(changed).stacks[0].notices == ()


def test_an_unfinished_run_has_its_own_exit_code(account: SandboxAccount) -> None:
    """Nothing changes, but a change is still being deployed: the exit code is 6 at the timeout."""
    account.converge(signed())
    account.sandbox.cloudfront.settings.deploy_after_reads = 10_000
    assert account.apply(signed(comment="new"), no_wait=True).exit_code == 0
    report = account.apply(signed(comment="new"))
    assert (report.exit_code, outcome(report)) == (6, "timed-out")


def test_without_waiting_steps_that_need_deployed_are_left_for_later(account: SandboxAccount) -> None:
    """With `--no-wait`, the exit code is 6 if later steps need Deployed, and 0 if only the wait is skipped."""
    assert account.apply(signed(oai={}), no_wait=True).exit_code == 0
    account.converge(signed(oai={}))
    slow(account)
    report = account.apply(signed(), no_wait=True)
    assert (report.exit_code, outcome(report)) == (6, "timed-out")
    assert {*account.statements()} == {"cfstream-lectures-oai", "cfstream-lectures-oac"}
    account.converge(signed())
    assert {*account.statements()} == {"cfstream-lectures-oac"}


def test_a_key_group_of_several_stacks_is_written_by_one(account: SandboxAccount) -> None:
    """The stack that creates it writes it. The one that uses it does not wait or write."""
    account.converge(http())
    user = signed(name="clips")
    user["key_groups"] = [{"use": "viewers"}]
    del user["trusted_signers"]
    account.converge(http(), user)
    changed = http(key_groups=[group(key(ONE), key("two"))])
    witness = Witness(account.world.aws)
    assert account.run(account.plan(changed, user), port=witness).exit_code == 0
    assert witness.writes == ["create_public_key", "update_key_group"]
    assert steps(account.plan(changed, user)) == []


def test_never_more_than_two_writers(account: SandboxAccount) -> None:
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
        signed(name=f"stack-{number}", bucket=account.bucket(f"media-{number}")) for number in range(5)
    ]
    report = account.apply(*documents, port=Witness(account.world.aws, before=enter, after=leave))
    assert report.exit_code == 0, report_lines(report)
    assert most == [2]


def test_stacks_that_wait_do_not_block_others(account: SandboxAccount) -> None:
    """All stacks of a run wait for their deploys at the same time, though few may write at once."""
    together = threading.Barrier(5, timeout=60)

    def meet(event: Event) -> None:
        if isinstance(event, StepBegan) and event.step.verb is Verb.WAIT:
            together.wait()

    documents = [
        signed(name=f"stack-{number}", bucket=account.bucket(f"media-{number}")) for number in range(5)
    ]
    report = account.run(account.plan(*documents), tell=meet)
    assert report.exit_code == 0, report_lines(report)


def test_a_key_group_is_waited_for_at_each_distribution_that_uses_it(account: SandboxAccount) -> None:
    """The wait includes distributions of other stacks, and of others."""
    account.converge(http(name="owner"))
    user = {**http(name="user"), "key_groups": [{"use": "viewers"}]}
    account.converge(http(name="owner"), user)
    slow(account)
    report = account.apply(http(name="owner", key_groups=[group(key(ONE), key("two"))]))
    assert report.exit_code == 0, report_lines(report)
    keys = {row["Id"] for row in account.keys().values()}
    for stack in ("owner", "user"):
        live = account.live(stack)
        active = live["ActiveTrustedKeyGroups"]["Items"][0]["KeyPairIds"]["Items"]
        assert (live["Status"], {*active}) == ("Deployed", keys)
