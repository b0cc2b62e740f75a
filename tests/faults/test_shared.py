"""Stacks that share a bucket, an identity or a name, or whose grant someone changed: nobody loses or gains access."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from cfstream.applying import Report
from tests.faults import scenarios as known
from tests.faults.account import OBJECTS
from tests.faults.running import ANY_HAZARD, AccessMonitor, ScenarioRunner, run
from tests.faults.scenarios import HTTP, Spec, changed
from tests.faults.viewers import Readings, Services, Viewers, lost
from tests.world.clients import BotoClients
from tests.world.configs import behavior, config, listing, make, origin, signers, update

Json = dict[str, Any]
ManualEdit = Callable[[ScenarioRunner, BotoClients], None]

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ManualChange:
    """A spec is applied, someone changes something by hand, and then a spec is applied."""

    name: str
    before: Spec
    by_hand: ManualEdit
    after: Spec
    allow: frozenset[str] = NOTHING
    """The hazards that are allowed; a repair that lets CloudFront read more is one."""
    exit_code: int = 0


@dataclass(frozen=True)
class ManualChangeResult:
    """The result of a change."""

    report: Report
    too_much: Readings
    lost: Services
    missing: Readings
    """Who the spec names and cannot read in the end, if all was done."""


def _ours(runner: ScenarioRunner) -> Any:
    records = runner.sandbox.cloudfront.state.both_kinds()
    return next(each for each in records if each.tags.get("cfstream:name") == "lectures")


def _statements(
    clients: BotoClients, change: Callable[[list[Json]], list[Json]], bucket: str = "lectures"
) -> None:
    s3 = clients("s3")
    live = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({**live, "Statement": change(live["Statement"])}))


def _unsigned(runner: ScenarioRunner, clients: BotoClients) -> None:
    cloudfront, id_ = clients("cloudfront"), _ours(runner).id
    live = cloudfront.get_distribution_config(Id=id_)["DistributionConfig"]["DefaultCacheBehavior"]
    update(cloudfront, id_, DefaultCacheBehavior={**live, "TrustedKeyGroups": signers()})


def _narrowed(**changes: Any) -> ManualEdit:
    """Change the stack's own statement by hand, and apply a public spec."""

    def change(runner: ScenarioRunner, clients: BotoClients) -> None:
        _unsigned(runner, clients)
        _statements(
            clients,
            lambda live: [
                {**each, **changes} if each["Sid"].startswith("cfstream-") else each for each in live
            ],
        )

    return change


def _with_origin(runner: ScenarioRunner, clients: BotoClients, *, failover: bool) -> None:
    """Add a second origin that reads the bucket with the same identity, for a path or in an origin group."""
    cloudfront, id_ = clients("cloudfront"), _ours(runner).id
    live = cloudfront.get_distribution_config(Id=id_)["DistributionConfig"]
    first = live["Origins"]["Items"][0]
    second = {**first, "Id": "second"}
    default = live["DefaultCacheBehavior"]
    changes: Json = {"Origins": listing(first, second)}
    target = "second"
    if failover:
        target = "both"
        elsewhere = {**first, "Id": "elsewhere", "DomainName": "archive.s3.us-east-1.amazonaws.com"}
        changes["Origins"] = listing(first, elsewhere, second)
        changes["OriginGroups"] = listing(
            {
                "Id": "both",
                "FailoverCriteria": {"StatusCodes": listing(403, 404)},
                "Members": listing({"OriginId": "elsewhere"}, {"OriginId": "second"}),
            }
        )
    clips = {**default, "PathPattern": "clips/*", "TargetOriginId": target}
    update(cloudfront, id_, **changes, CacheBehaviors=listing(clips))


def _another_distribution(runner: ScenarioRunner, clients: BotoClients) -> None:
    """Create a distribution of someone else that reads the bucket with the stack's identity."""
    identity = _ours(runner).config["Origins"]["Items"][0]["S3OriginConfig"]
    one = origin(DomainName="lectures.s3.us-east-1.amazonaws.com", S3OriginConfig=identity)
    signed = behavior(TrustedSigners=signers("self"))
    make(clients("cloudfront"), config("somebody", Origins=listing(one), DefaultCacheBehavior=signed))
    _until_deployed(runner)


def _until_deployed(runner: ScenarioRunner) -> None:
    world = runner.sandbox.cloudfront.state
    for record in world.both_kinds():
        record.reads = 1_000
        world.settle(record)


SECOND = "E0SECOND000000"
"""A placeholder in specs for the id of another distribution of the bucket."""


def _second(runner: ScenarioRunner, clients: BotoClients) -> None:
    """Create another distribution of the bucket, without the stack's name."""
    one = origin(DomainName="lectures.s3.us-east-1.amazonaws.com")
    groups = _ours(runner).config["DefaultCacheBehavior"]["TrustedKeyGroups"]
    signed = behavior(TrustedKeyGroups=groups)
    created = make(clients("cloudfront"), config("second", Origins=listing(one), DefaultCacheBehavior=signed))
    runner.ids = {**runner.ids, SECOND: created["Id"]}


def _foreign_statement(runner: ScenarioRunner, clients: BotoClients) -> None:
    """Add a statement of someone else that names the stack's identity."""
    identity = _ours(runner).config["Origins"]["Items"][0]["S3OriginConfig"]["OriginAccessIdentity"]
    user = f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {identity.rpartition('/')[2]}"
    theirs = {
        "Sid": "theirs",
        "Effect": "Allow",
        "Principal": {"AWS": user},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::lectures/posters/*",
    }
    _statements(clients, lambda live: [*live, theirs])


POSTERS = "arn:aws:s3:::lectures/posters/*"
WIDER = frozenset({"widens-grant"})
TLS = {"StringEquals": {"aws:PrincipalTag/x": "y"}}

MANUAL_CHANGES = (
    ManualChange("statement narrowed to a folder", HTTP, _narrowed(Resource=POSTERS), HTTP, WIDER),
    ManualChange(
        "statement narrowed to another action",
        HTTP,
        _narrowed(Action="s3:GetObjectTagging"),
        HTTP,
        WIDER,
    ),
    ManualChange("statement turned into a deny", HTTP, _narrowed(Effect="Deny"), HTTP, WIDER),
    ManualChange("statement with a condition", HTTP, _narrowed(Condition=TLS), HTTP, WIDER),
    ManualChange("signers gone", HTTP, _unsigned, HTTP),
    ManualChange(
        "second origin by the old identity",
        known.OAI,
        lambda runner, clients: _with_origin(runner, clients, failover=False),
        HTTP,
    ),
    ManualChange(
        "failover by the old identity",
        known.OAI,
        lambda runner, clients: _with_origin(runner, clients, failover=True),
        HTTP,
    ),
    ManualChange("another distribution by the old identity", known.OAI, _another_distribution, HTTP),
    ManualChange(
        "another distribution in the old bucket",
        known.OAI,
        _another_distribution,
        changed(known.OAI, bucket="archive"),
    ),
    ManualChange(
        "adopt another distribution of the bucket", HTTP, _second, changed(HTTP, adopt=SECOND), exit_code=2
    ),
)


def _result_of(runner: ScenarioRunner, clients: BotoClients, change: ManualChange) -> ManualChangeResult:
    runner.restore(runner.initial)
    run(runner.load(change.before), runner.world_at(), ANY_HAZARD)
    change.by_hand(runner, clients)
    _until_deployed(runner)
    viewers = Viewers(runner.sandbox)
    before = viewers.services()
    wanted = runner.named([change.after])
    with AccessMonitor(viewers, viewers.readings() | wanted, NOTHING_SERVED) as monitor:
        _, report = run(runner.load(change.after), runner.world_at(), change.allow)
    viewers.check()
    end = viewers.readings()
    named = runner.named([change.after])
    missing = frozenset(each for each in named - end if each.key in OBJECTS and not report.exit_code)
    return ManualChangeResult(report, monitor.too_much, lost(before, viewers.services(), OBJECTS), missing)


NOTHING_SERVED: Services = frozenset()


@pytest.mark.parametrize(
    "change", [pytest.param(each, id=each.name.replace(" ", "-")) for each in MANUAL_CHANGES]
)
def test_nobody_is_harmed(runner: ScenarioRunner, clients: BotoClients, change: ManualChange) -> None:
    """After each write, only earlier and named readers can read, and nobody loses access without a hazard."""
    result = _result_of(runner, clients, change)
    assert result.report.exit_code == change.exit_code
    assert result.too_much == frozenset()
    assert result.lost == frozenset()
    assert result.missing == frozenset()


def test_an_identity_that_others_name_stays(runner: ScenarioRunner, clients: BotoClients) -> None:
    """A policy that names a deleted identity can no longer be written, so the identity stays."""
    result = _result_of(runner, clients, ManualChange("", known.OAI, _foreign_statement, HTTP))
    assert result.too_much == frozenset()
    _statements(clients, list)


def test_destroy_after_another_delivery(runner: ScenarioRunner) -> None:
    """After a change of delivery, destroy deletes the stack's distributions of both deliveries."""
    runner.restore(runner.initial)
    run(runner.load(known.RTMP), runner.world_at(), ANY_HAZARD)
    run(runner.load(known.BY_OBJECTS), runner.world_at(), NOTHING)
    run(runner.load(known.BY_OBJECTS), runner.world_at(), ANY_HAZARD | {"deletes"}, destroying=True)
    assert runner.readers_now() == frozenset()
