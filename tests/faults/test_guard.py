"""The monitor of the fault tests notices every wrong write. Otherwise the fault tests would show nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.running import ANY_HAZARD, AccessMonitor, ScenarioRunner, run
from tests.faults.scenarios import HTTP, SIGNED
from tests.faults.viewers import ANYONE, Viewers
from tests.world.clients import BotoClients
from tests.world.configs import signers, update

Write = Callable[[BotoClients, str], None]


@pytest.fixture
def applied(runner: ScenarioRunner) -> str:
    """The id of the distribution of an applied stack."""
    runner.restore(runner.initial)
    run(runner.load(HTTP), runner.world_at(), ANY_HAZARD)
    records = runner.sandbox.cloudfront.state.distributions
    return next(each.id for each in records if "cfstream:name" in each.tags)


def _everyone_may(clients: BotoClients, _: str) -> None:
    everyone = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:Get*",
        "Resource": "arn:aws:s3:::lectures/clips/*",
    }
    _put(clients, everyone)


def _everyone_may_write(clients: BotoClients, _: str) -> None:
    writer = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::lectures/*",
    }
    _put(clients, writer)


def _their_distributions_may(clients: BotoClients, _: str) -> None:
    service = {"Service": "cloudfront.amazonaws.com"}
    _put(
        clients,
        {
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::lectures/*",
        },
    )


def _put(clients: BotoClients, *statements: dict[str, Any]) -> None:
    s3 = clients("s3")
    s3.delete_public_access_block(Bucket="lectures")
    live = json.loads(s3.get_bucket_policy(Bucket="lectures")["Policy"])
    both = {**live, "Statement": [*live["Statement"], *statements]}
    s3.put_bucket_policy(Bucket="lectures", Policy=json.dumps(both))


def _nobody_signs(clients: BotoClients, id_: str) -> None:
    cloudfront = clients("cloudfront")
    live = cloudfront.get_distribution_config(Id=id_)["DistributionConfig"]["DefaultCacheBehavior"]
    update(cloudfront, id_, DefaultCacheBehavior={**live, "TrustedKeyGroups": signers()})


@pytest.mark.parametrize(
    ("write", "who"),
    [
        (_everyone_may, ANYONE),
        (_everyone_may_write, ANYONE),
        (
            _their_distributions_may,
            "distribution arn:aws:cloudfront::999988887777:distribution/E0FOREIGN00000",
        ),
        (_nobody_signs, ANYONE),
    ],
)
def test_too_much(runner: ScenarioRunner, clients: BotoClients, applied: str, write: Write, who: str) -> None:
    """A write that opens something is noticed, even if the next write closes it."""
    viewers = Viewers(runner.sandbox)
    s3 = clients("s3")
    before = s3.get_bucket_policy(Bucket="lectures")["Policy"]
    with AccessMonitor(viewers, viewers.readings(), frozenset()) as monitor:
        write(clients, applied)
        s3.put_bucket_policy(Bucket="lectures", Policy=before)
    assert who in {each.who for each in monitor.too_much}


def _no_policy(clients: BotoClients, _: str) -> None:
    clients("s3").delete_bucket_policy(Bucket="lectures")


def _disabled(clients: BotoClients, id_: str) -> None:
    update(clients("cloudfront"), id_, Enabled=False)


def _other_signers(clients: BotoClients, id_: str) -> None:
    cloudfront = clients("cloudfront")
    live = cloudfront.get_distribution_config(Id=id_)["DistributionConfig"]["DefaultCacheBehavior"]
    changed = {**live, "TrustedKeyGroups": signers(), "TrustedSigners": signers("self")}
    update(cloudfront, id_, DefaultCacheBehavior=changed)


@pytest.mark.parametrize("write", [_no_policy, _disabled, _other_signers])
def test_too_little(runner: ScenarioRunner, clients: BotoClients, applied: str, write: Write) -> None:
    """A write after which a viewer is no longer served is noticed."""
    viewers = Viewers(runner.sandbox)
    with AccessMonitor(viewers, viewers.readings(), viewers.services()) as monitor:
        write(clients, applied)
    assert SIGNED in {each.who for each in monitor.too_little if each.place == applied}


def test_edges_with_the_old_configuration(runner: ScenarioRunner, clients: BotoClients, applied: str) -> None:
    """An unsigned configuration that was replaced before it was Deployed is still at some edge."""
    viewers = Viewers(runner.sandbox)
    before = viewers.readings()
    with AccessMonitor(viewers, before, frozenset()):
        _nobody_signs(clients, applied)
        _other_signers(clients, applied)
    assert {each.who for each in viewers.readings() - before} >= {ANYONE, "signer self"}
