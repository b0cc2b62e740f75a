"""The stack's statement was narrowed by hand while the signers are missing: the repair opens nothing to anyone."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from cfstream.errors import Throttled
from cfstream.ports import Call
from tests.evaluator.callers import ANYONE
from tests.promises.observed import UPDATES, Observer, keys_of, killed_after, killed_before
from tests.promises.permission_scenarios import open_acls
from tests.thorough import one_of_each
from tests.world.account import SandboxAccount
from tests.world.configs import signers
from tests.world.plans import hazards, outcome, report_lines, steps
from tests.world.ports import Witness
from tests.world.specs import Json, by_acl, rtmp, signed, without

WIDENS = "widens-grant"
PATTERNS = ("a/*", "b/*")
SLOW = 3

Narrow = Callable[[Json], Json]

NARROWED: dict[str, Narrow] = {
    "another distribution": lambda one: {
        **one,
        "Condition": {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/E0"}},
    },
    "network": lambda one: {**one, **_also(one, "IpAddress", "aws:SourceIp", "192.0.2.0/24")},
    "user agent": lambda one: {**one, **_also(one, "StringEquals", "aws:UserAgent", "Amazon CloudFront")},
    "referer": lambda one: {**one, **_also(one, "StringLike", "aws:Referer", "https://www.example.com/*")},
    "date": lambda one: {**one, **_also(one, "DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z")},
    "transport": lambda one: {**one, **_also(one, "Bool", "aws:SecureTransport", "false")},
    "action": lambda one: {**one, "Action": "s3:GetObjectTagging"},
    "not action": lambda one: {**{k: v for k, v in one.items() if k != "Action"}, "NotAction": "s3:Get*"},
    "deny": lambda one: {**one, "Effect": "Deny"},
    "folder": lambda one: {**one, "Resource": "arn:aws:s3:::media/a/*"},
    "one object": lambda one: {**one, "Resource": "arn:aws:s3:::media/a/one.mp4"},
    "not a folder": lambda one: {
        **{k: v for k, v in one.items() if k != "Resource"},
        "NotResource": "arn:aws:s3:::media/a/*",
    },
    "another principal": lambda one: {**one, "Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
}
"""What somebody may have made of our statement; each lets CloudFront read less."""


def _also(statement: Json, operator: str, key: str, value: str) -> Json:
    condition = {name: dict(keys) for name, keys in (statement.get("Condition") or {}).items()}
    condition.setdefault(operator, {})[key] = value
    return {"Condition": condition}


DOCUMENTS = {"oac": signed(), "oai": signed(oai={}), "rtmp": rtmp(oai={})}


def unsign(account: SandboxAccount, document: Json) -> None:
    """Remove the signers by hand."""
    if document.get("delivery") == "rtmp":
        account.edit_streaming(lambda config: config.update(TrustedSigners=signers()))
    else:
        account.edit(lambda config: config["DefaultCacheBehavior"].update(TrustedSigners=signers()))


def narrowed(account: SandboxAccount, document: Json, narrow: Narrow) -> None:
    """Return the stack with its statement narrowed and without signers."""
    account.converge(document)
    (statement,) = account.statements().values()
    account.put_policy(narrow(statement))
    unsign(account, document)


CASES: list[Any] = [
    pytest.param(DOCUMENTS[document], narrow, id=f"{document}-{name}".replace(" ", "-"))
    for document, names in (
        ("oac", NARROWED),
        ("oai", ("network", "action", "deny", "folder")),
        ("rtmp", ("user agent", "one object")),
    )
    for name, narrow in NARROWED.items()
    if name in names
]


def _document(case: Any) -> str:
    """Return which document: the writes of a repair do not depend on how the statement was narrowed."""
    return str(case.id).partition("-")[0]


@pytest.mark.parametrize(("document", "narrow"), CASES)
def test_the_repair_grants_late_and_opens_nothing(
    account: SandboxAccount, document: Json, narrow: Narrow
) -> None:
    """It is a hazard; with the flag, the signers are Deployed before more can be read."""
    narrowed(account, document, narrow)
    account.sandbox.cloudfront.settings.deploy_after_reads = SLOW
    plan = account.plan(document)
    assert hazards(plan.stacks[0]) == [WIDENS]
    verbs = [step.split(" ")[0] for step in steps(plan)]
    assert verbs.index("modify") < verbs.index("wait") < verbs.index("grant")

    with Observer(account, *PATTERNS).watching() as seen:
        live, policy = seen.readings, account.policy()
        assert outcome(account.run(plan)) == "blocked"
        assert account.policy() == policy
        report = account.run(plan, allow=[WIDENS])
    assert report.exit_code == 0, report_lines(report)
    assert keys_of(seen.ever) <= keys_of(live)
    assert account.plan(document).in_sync
    assert {each.who for each in seen.readings} == {"signer self"}


@pytest.mark.parametrize(("document", "narrow"), one_of_each(CASES, _document))
def test_a_crash_leaves_nothing_more_public(account: SandboxAccount, document: Json, narrow: Narrow) -> None:
    """Before the update, and after each write; the next run repairs the rest."""
    narrowed(account, document, narrow)
    account.sandbox.cloudfront.settings.deploy_after_reads = SLOW
    with Observer(account, *PATTERNS).watching() as seen:
        live = keys_of(seen.readings)
        assert killed_before(account, document, UPDATES, allow=[WIDENS])
        assert keys_of(seen.ever) <= live
        while killed_after(account, document, 1, allow=[WIDENS]):
            assert keys_of(seen.ever) <= live
    assert account.plan(document).in_sync
    assert seen.anyone() == frozenset()


def test_signers_that_are_removed_again_stop_the_grant(account: SandboxAccount) -> None:
    """The guard checks the distribution before every attempt to write the policy."""
    document = signed()
    narrowed(account, document, NARROWED["folder"])
    policy = account.policy()
    tried: list[str] = []

    def undo(call: Call) -> None:
        if call.operation == "put_bucket_policy":
            tried.append(call.operation)
            unsign(account, document)
            raise Throttled(call.operation, "SlowDown", "Please reduce your request rate.", status=503)

    report = account.apply(document, allow=[WIDENS], port=Witness(account.world.aws, before=undo))
    assert outcome(report) == "stale", report_lines(report)
    assert len(tried) == 1
    assert account.policy() == policy


@pytest.mark.parametrize("document", [signed(), signed(oai={})], ids=["oac", "oai"])
@pytest.mark.parametrize("name", ["network", "user agent", "folder", "deny", "action"])
def test_with_its_signers_in_place_the_repair_is_a_hazard_too(
    account: SandboxAccount, document: Json, name: str
) -> None:
    """CloudFront may read more than before. Only the signers can use it, so it need not wait."""
    account.converge(document)
    (statement,) = account.statements().values()
    account.put_policy(NARROWED[name](statement))
    assert hazards(account.stack(document)) == [WIDENS]
    assert outcome(account.apply(document)) == "blocked"
    with Observer(account, *PATTERNS).watching() as seen:
        account.converge(document, allow=[WIDENS])
    assert keys_of(seen.ever) == frozenset()


def test_a_deleted_statement_is_granted_late_and_is_not_a_hazard(account: SandboxAccount) -> None:
    """Nobody could read, and the spec opens the bucket only to signers."""
    document = signed()
    account.converge(document)
    account.s3.delete_bucket_policy(Bucket="media")
    unsign(account, document)
    plan = account.plan(document)
    assert hazards(plan.stacks[0]) == []
    assert [step.split(" ")[0] for step in steps(plan)] == ["modify", "wait", "grant"]
    with Observer(account, *PATTERNS).watching() as seen:
        account.converge(document)
    assert keys_of(seen.ever) == frozenset()


@pytest.mark.parametrize(
    "removed", [("a/one.mp4",), ("a/one.mp4", "a/two.mp4", "b/three.mp4")], ids=["one", "all"]
)
def test_deleted_object_grants_are_granted_late(empty: SandboxAccount, removed: tuple[str, ...]) -> None:
    """As with a statement, objects that lost their grant are never public in between."""
    account = empty
    account.bucket("media", "a/one.mp4", "a/two.mp4", "b/three.mp4", ObjectOwnership="BucketOwnerPreferred")
    document = by_acl()
    account.converge(document)
    for name in removed:
        account.s3.put_object_acl(Bucket="media", Key=name, ACL="private")
    unsign(account, document)
    with Observer(account, *PATTERNS).watching() as seen:
        live = keys_of(seen.readings)
        assert killed_before(account, document, UPDATES, allow=[WIDENS])
        account.converge(document, allow=[WIDENS])
    assert keys_of(seen.ever) == live
    assert seen.anyone() == frozenset()


def test_another_identity_and_a_wider_grant_wait_for_the_new_signers(account: SandboxAccount) -> None:
    """The old identity stays in the statement until the switch, so the old signers must not get its new objects."""
    created = account.cloudfront.create_cloud_front_origin_access_identity(
        CloudFrontOriginAccessIdentityConfig={"CallerReference": "newsroom", "Comment": "newsroom"}
    )["CloudFrontOriginAccessIdentity"]
    before = signed(oai={}, grant={"prefix": "week-1/"}, trusted_signers=["111122223333"])
    after = signed(oai={"id": created["Id"]})
    account.converge(before)
    live = json.loads(account.s3.get_bucket_policy(Bucket="media")["Policy"])
    principal = {"CanonicalUser": created["S3CanonicalUserId"]}
    reads = {"Sid": "newsroom", "Effect": "Allow", "Principal": principal, "Action": "s3:GetObject"}
    statements = [*live["Statement"], {**reads, "Resource": "arn:aws:s3:::media/*"}]
    account.s3.put_bucket_policy(Bucket="media", Policy=json.dumps({**live, "Statement": statements}))
    plan = account.plan(after)
    assert plan.stacks[0].problems == ()
    assert steps(plan)[:4] == [
        "grant bucket-policy:lectures",
        "modify distribution:lectures",
        "wait distribution:lectures",
        "grant bucket-policy:lectures#2",
    ]
    account.converge(after, allow=["cuts-viewers", WIDENS])
    assert steps(account.plan(after)) == []


FEWER = {"via": "object-acl", "prefix": "a/"}
TO_FEWER_OBJECTS = {
    "rtmp": (rtmp(oai={}), rtmp(oai={}, grant=FEWER, public=True, trusted_signers=None)),
    "http": (signed(oai={}), signed(oai={}, grant=FEWER, public=True, trusted_signers=None)),
    "oac": (signed(), signed(oai={}, grant=FEWER, public=True, trusted_signers=None)),
}


@pytest.mark.parametrize(("before", "after"), TO_FEWER_OBJECTS.values(), ids=TO_FEWER_OBJECTS)
def test_grants_on_fewer_objects_open_no_others(account: SandboxAccount, before: Json, after: Json) -> None:
    """The policy allows all objects until it is revoked, and the spec lets anyone read some of them."""
    before, after = ({k: v for k, v in each.items() if v is not None} for each in (before, after))
    open_acls(account)
    account.converge(before)
    account.sandbox.cloudfront.settings.deploy_after_reads = SLOW
    with Observer(account, *PATTERNS).watching() as seen:
        report = account.apply(after, allow=["makes-public", "cuts-viewers"])
    assert report.exit_code == 0, report_lines(report)
    public = keys_of(frozenset(each for each in seen.ever if each.who == ANYONE))
    assert public
    assert all(key.startswith("a/") for key in public)
    assert account.plan(after).in_sync


OPEN: Json = {"public": True, "trusted_signers": None}
MORE_READERS = {
    "fewer objects": by_acl(grant={"prefix": "a/"}, **OPEN),
    "by policy": signed(oai={}, grant={"prefix": "a/"}, **OPEN),
    "other signers": by_acl(grant={"prefix": "a/"}, trusted_signers=["111122223333"]),
}


@pytest.mark.parametrize("document", MORE_READERS.values(), ids=MORE_READERS)
def test_more_readers_of_fewer_granted_objects_take_two_runs(account: SandboxAccount, document: Json) -> None:
    """Grants on objects are revoked last, so the new readers could read all of them until then: nothing is written.

    If the grant changes first, as the problem says, nobody reads the other objects who could not read them before.
    """
    open_acls(account)
    after = {name: value for name, value in document.items() if value is not None}
    account.converge(by_acl())
    plan = account.plan(after)
    (problem,) = plan.stacks[0].problems
    signed_by = "111122223333" if "trusted_signers" in after else ""
    named = f"signers of account {signed_by}" if signed_by else "anyone"
    assert problem.what.startswith(
        f"{named} could read /b/three.mp4 after the step modify distribution:lectures"
    )
    assert problem.do == "make the change in two runs: first only that of grant, then the rest"
    witness = Witness(account.world.aws)
    assert account.run(plan, port=witness, allow=["makes-public", "cuts-viewers"]).exit_code == 2
    assert witness.writes == []
    with Observer(account, *PATTERNS).watching() as seen:
        for each in (signed(oai={}, grant=after["grant"]), after):
            account.converge(each, allow=["makes-public", "cuts-viewers"])
    who = f"signer {signed_by}" if signed_by else "anyone"
    new = {each.key for each in seen.ever if each.who == who and each.may == "read"}
    assert new
    assert all(key.startswith("a/") for key in new)


def test_a_public_stack_gets_signers_and_fewer_objects_in_one_run(account: SandboxAccount) -> None:
    """Until the other grants are revoked, the new signers can read what anyone could read before."""
    public = rtmp(oai={}, grant={"via": "object-acl"}, public=True)
    after = rtmp(oai={}, grant=FEWER)
    open_acls(account)
    account.converge(without(public, "trusted_signers"), allow=["makes-public"])
    with Observer(account, *PATTERNS).watching() as seen:
        report = account.apply(after, allow=["cuts-viewers"])
    assert report.exit_code == 0, report_lines(report)
    assert all(each.who != ANYONE for each in seen.readings)
    assert account.plan(after).in_sync


def test_grants_on_all_objects_need_no_narrower_statement(account: SandboxAccount) -> None:
    """The statement allows the same objects already, so no step changes it before it is revoked."""
    open_acls(account)
    account.converge(rtmp(oai={}, grant={}))
    more = rtmp(oai={}, grant={"via": "object-acl"}, trusted_signers=["self", "111122223333"])
    plan = account.stack(more)
    assert [each for step in plan.steps for each in step.changes if each.before == each.after] == []
    assert steps(plan).count("revoke bucket-policy:lectures") == 1
    account.converge(more)
