"""Grants on objects: several at once, resumable, in addition to other grants, and exactly as wanted."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from cfstream.errors import NotAuthorized, Unreachable
from cfstream.ports import Answer, Call, Reads
from cfstream.steps import plain_acls
from cfstream.values import Json
from tests.world.account import SandboxAccount
from tests.world.plans import outcome, report_lines, steps
from tests.world.ports import Witness
from tests.world.specs import by_acl, rtmp, signed

KEYS = tuple(f"a/{number:02}.mp4" for number in range(12))


@pytest.fixture
def media(empty: SandboxAccount) -> SandboxAccount:
    """Return a bucket with ACLs, and twelve objects in it."""
    empty.bucket("media", *KEYS, ObjectOwnership="BucketOwnerPreferred")
    return empty


def user_of(account: SandboxAccount) -> str:
    """Return the canonical user of the one OAI."""
    (identity,) = account.identities().values()
    return str(identity["S3CanonicalUserId"])


def granted(account: SandboxAccount) -> dict[str, list[str]]:
    """Return what each object grants to the OAI, without objects that grant nothing."""
    user = user_of(account)
    given = {name: account.grants(name).get(user, []) for name in KEYS}
    return {name: permissions for name, permissions in given.items() if permissions}


def all_of(permissions: list[str]) -> dict[str, list[str]]:
    """Return every object with these permissions."""
    return dict.fromkeys(KEYS, permissions)


def refuse_after(number: int, error: Exception) -> Any:
    """Return a client that refuses every object write after this number."""
    seen: list[Call] = []

    def refuse(call: Call) -> None:
        if call.operation == "put_object_acl":
            seen.append(call)
            if len(seen) > number:
                raise error

    return refuse


def test_every_object_gets_the_grant_beside_what_it_has(media: SandboxAccount) -> None:
    """The owner and foreign grants stay."""
    grantee = {"Type": "CanonicalUser", "ID": "7" * 64}
    before = media.s3.get_object_acl(Bucket="media", Key=KEYS[0])
    theirs = [*before["Grants"], {"Grantee": grantee, "Permission": "READ_ACP"}]
    media.s3.put_object_acl(
        Bucket="media", Key=KEYS[0], AccessControlPolicy={"Owner": before["Owner"], "Grants": theirs}
    )
    media.converge(by_acl())
    assert granted(media) == all_of(["READ"])
    assert media.grants(KEYS[0])["7" * 64] == ["READ_ACP"]
    assert media.grants(KEYS[0])[before["Owner"]["ID"]] == ["FULL_CONTROL"]


def test_the_recipe_of_2011_is_full_control_for_a_stream(media: SandboxAccount) -> None:
    """RTMP, OAI, object-acl, FULL_CONTROL."""
    document = {**rtmp(), "grant": {"via": "object-acl", "permission": "FULL_CONTROL"}}
    media.converge(document)
    assert granted(media) == all_of(["FULL_CONTROL"])
    assert media.policy() is None


def test_objects_with_the_grant_are_skipped(media: SandboxAccount) -> None:
    """A stopped run is continued, and each object is written once."""
    plan = media.plan(by_acl())
    broken = Witness(media.world.aws, before=refuse_after(5, Unreachable("the network is gone")))
    assert media.run(plan, port=broken).exit_code == 1
    done = granted(media)
    assert 0 < len(done) < len(KEYS)
    witness = Witness(media.world.aws)
    assert media.apply(by_acl(), port=witness).exit_code == 0
    assert witness.writes.count("put_object_acl") == len(KEYS) - len(done)
    assert granted(media) == all_of(["READ"])


def test_a_refused_object_does_not_stop_the_others(media: SandboxAccount) -> None:
    """All others are granted, and the report names it."""

    def refuse(call: Call) -> None:
        if call.operation == "put_object_acl" and call.params["Key"] == KEYS[3]:
            raise NotAuthorized("s3:PutObjectAcl", "AccessDenied", "not this one", status=403)

    report = media.apply(by_acl(), port=Witness(media.world.aws, before=refuse))
    assert (report.exit_code, outcome(report)) == (1, "failed")
    assert KEYS[3] in " ".join(report_lines(report))
    assert {*granted(media)} == {*KEYS} - {KEYS[3]}
    media.converge(by_acl())


@pytest.mark.parametrize(("before", "after"), [("READ", "FULL_CONTROL"), ("FULL_CONTROL", "READ")])
def test_the_permission_is_exact_and_changes_by_one_write_an_object(
    media: SandboxAccount, before: str, after: str
) -> None:
    """One PutObjectAcl narrows the grant: never nothing, never both."""
    media.converge(by_acl(before))
    witness = Witness(media.world.aws)
    report = media.apply(by_acl(after), allow=["widens-grant"], port=witness)
    assert report.exit_code == 0, report_lines(report)
    assert witness.writes == ["put_object_acl"] * len(KEYS)
    assert granted(media) == all_of([after])
    assert steps(media.plan(by_acl(after))) == []


def test_permissions_that_were_added_by_hand_are_revoked(media: SandboxAccount) -> None:
    """The grant is exactly READ, so an additional WRITE_ACP is revoked."""
    media.converge(by_acl())
    acl = media.s3.get_object_acl(Bucket="media", Key=KEYS[0])
    more = {"Grantee": {"Type": "CanonicalUser", "ID": user_of(media)}, "Permission": "WRITE_ACP"}
    media.s3.put_object_acl(
        Bucket="media",
        Key=KEYS[0],
        AccessControlPolicy={"Owner": acl["Owner"], "Grants": [*acl["Grants"], more]},
    )
    media.converge(by_acl())
    assert granted(media)[KEYS[0]] == ["READ"]


def test_only_objects_under_the_prefix_are_granted(media: SandboxAccount) -> None:
    """All others grant nothing to the identity."""
    media.s3.put_object(Bucket="media", Key="b/other.mp4", Body=b"-")
    media.converge(by_acl(grant={"prefix": "a/0"}))
    assert {*granted(media)} == {name for name in KEYS if name.startswith("a/0")}
    assert user_of(media) not in media.grants("b/other.mp4")


def test_a_narrower_prefix_revokes_what_is_outside(media: SandboxAccount) -> None:
    """No grant of the stack remains outside the prefix."""
    media.converge(by_acl())
    narrower = by_acl(grant={"prefix": "a/0"})
    assert media.apply(narrower).exit_code == 5  # who signs for the other objects loses them
    media.converge(narrower, allow=["cuts-viewers"])
    assert {*granted(media)} == {name for name in KEYS if name.startswith("a/0")}


def test_one_grant_outside_the_prefix_is_found(media: SandboxAccount) -> None:
    """It does not matter which object has it."""
    narrower = by_acl(grant={"prefix": "a/0"})
    media.converge(narrower)
    user = user_of(media)
    beyond = next(name for name in sorted(KEYS)[1:-1] if not name.startswith("a/0"))
    media.s3.put_object_acl(Bucket="media", Key=beyond, GrantRead=f"id={user}")
    media.converge(narrower, allow=["cuts-viewers"])
    assert {*granted(media)} == {name for name in KEYS if name.startswith("a/0")}


def test_hidden_public_grants_have_a_warning(media: SandboxAccount) -> None:
    """S3 shows ACLs without public grants while IgnorePublicAcls is on, so a write removes them."""
    media.unblocked()
    assert "IgnorePublicAcls" not in str(media.stack(by_acl()).notices)
    everything = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    media.s3.put_public_access_block(Bucket="media", PublicAccessBlockConfiguration=everything)
    (warning,) = [each for each in media.stack(by_acl()).notices if "IgnorePublicAcls" in each.text]
    assert warning.warning
    media.converge(by_acl())
    assert "IgnorePublicAcls" not in str(media.stack(by_acl()).notices)


def test_stacks_with_one_identity_leave_each_other_their_prefixes(media: SandboxAccount) -> None:
    """Objects outside the prefix of one may be under that of the other."""
    one = by_acl(grant={"prefix": "a/0"})
    media.converge(one)
    (identity,) = media.identities()
    other = {**by_acl(name="clips", grant={"prefix": "a/1"}), "oai": {"id": identity}}
    media.converge(one, other)
    assert granted(media) == all_of(["READ"])


def test_a_new_object_is_granted_by_the_next_run(media: SandboxAccount) -> None:
    """The plan shows that it lacks the grant."""
    media.converge(by_acl())
    media.s3.put_object(Bucket="media", Key="a/99.mp4", Body=b"-")
    plan = media.converge(by_acl()).stacks[0]
    assert steps(plan) == ["grant object-acl:lectures"]
    assert "1 of 13" in plan.steps[0].because


def test_another_identity_is_granted_before_the_former_loses_its_grants(media: SandboxAccount) -> None:
    """New grants, switch, wait, old grants revoked, old identity deleted."""
    media.converge(by_acl())
    former = user_of(media)
    theirs = media.make_identity()
    after = {**by_acl(), "oai": {"id": theirs}}
    order: list[str] = []

    def look(call: Call) -> None:
        order.append(call.operation)
        if call.operation == "update_distribution":
            users = media.identities()[theirs]["S3CanonicalUserId"]
            for name in KEYS:
                assert {former, users} <= media.grants(name).keys()

    report = media.apply(after, port=Witness(media.world.aws, before=look))
    assert report.exit_code == 0, report_lines(report)
    assert order.index("update_distribution") < len(order) - len(KEYS)
    assert order[-1] == "delete_cloud_front_origin_access_identity"
    assert [*media.identities()] == [theirs]
    assert granted(media) == all_of(["READ"])
    assert all(former not in media.grants(name) for name in KEYS)
    assert media.tags(media.live()["ARN"])["cfstream:acl"] == theirs


def test_a_moved_stack_takes_its_grants_along(media: SandboxAccount) -> None:
    """Objects in the new bucket are granted first, and grants in the old one are revoked last."""
    media.bucket("newer", "a/one.mp4", ObjectOwnership="BucketOwnerPreferred")
    media.converge(by_acl())
    user = user_of(media)
    media.converge({**by_acl(), "bucket": "newer"})
    assert media.grants("a/one.mp4", "newer")[user] == ["READ"]
    assert granted(media) == {}


def test_an_interrupt_leaves_no_object_half_done(media: SandboxAccount) -> None:
    """Writes in progress finish, the rest is not tried, and the next run continues."""
    pressed: list[bool] = []

    def press(call: Call) -> None:
        if call.operation == "put_object_acl":
            pressed.append(True)
            media.clock.interrupted = len(pressed) > 3

    witness = Witness(media.world.aws, before=press)
    report = media.apply(by_acl(), port=witness, interrupted=lambda: media.clock.interrupted)
    assert report.exit_code in (0, 130)
    media.clock.interrupted = False
    media.converge(by_acl())
    assert granted(media) == all_of(["READ"])


def test_a_spec_that_no_longer_grants_on_objects_leaves_no_grant(media: SandboxAccount) -> None:
    """Neither grants nor the tag remain."""
    media.converge(by_acl("FULL_CONTROL"))
    user = user_of(media)
    arn = media.live()["ARN"]
    media.converge(signed())
    assert all(user not in media.grants(name) for name in KEYS)
    assert "cfstream:acl" not in media.tags(arn)
    assert media.identities() == {}


class StaleIdentityList:
    """Reads whose list of identities is empty, as it may be for a while after one was created."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def read(self, call: Call) -> Json:
        return self._reads.read(call)

    def items(self, call: Call) -> Sequence[Json]:
        lags = call.operation == "list_cloud_front_origin_access_identities"
        return [] if lags else self._reads.items(call)

    def pages(self, call: Call) -> Iterator[Json]:
        return self._reads.pages(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return self._reads.together(calls)


def test_an_identity_that_the_list_lacks_is_read_by_its_id(media: SandboxAccount) -> None:
    """Lists lag. An identity in the tag does not count as deleted, and loses its grants before the tag is removed."""
    media.converge(by_acl())
    user = user_of(media)
    asked = media.world.reads
    media.world = replace(media.world, reads=lambda: StaleIdentityList(asked()))
    assert media.apply(signed()).exit_code == 0
    assert [name for name in KEYS if user in media.grants(name)] == []
    media.world = replace(media.world, reads=asked)
    media.converge(signed())
    assert media.identities() == {}


def test_an_interrupted_walk_reports_how_far_it_came_and_resumes(
    media: SandboxAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step is neither done nor not tried: the report has the number of objects that are done.

    There are more objects than can be in progress at once, so some are left whenever it is interrupted.
    """
    monkeypatch.setattr(plain_acls, "WIDTH", 4)
    many = [*KEYS, *(f"b/{number:03}.mp4" for number in range(20))]
    for key in many[len(KEYS) :]:
        media.s3.put_object(Bucket="media", Key=key, Body=b"-")

    def stop(call: Call) -> None:
        media.clock.interrupted = media.clock.interrupted or call.operation == "put_object_acl"

    document = rtmp(grant={"via": "object-acl"}, oai={})
    witness = Witness(media.world.aws, after=stop)
    report = media.apply(document, port=witness, interrupted=lambda: media.clock.interrupted)
    media.clock.interrupted = False
    (step,) = [each for each in report.stacks[0].steps if str(each.address) == "object-acl:lectures"]
    user = user_of(media)
    done = sum(user in media.grants(key) for key in many)
    assert (report.exit_code, outcome(report), str(step.outcome)) == (130, "interrupted", "interrupted")
    assert 0 < done < len(many)
    assert step.error == f"object-acl:lectures: interrupted with {done} of {len(many)} objects done"
    assert "run the same command again" in step.do
    media.converge(document)
    assert all(media.grants(key)[user] == ["READ"] for key in many)
