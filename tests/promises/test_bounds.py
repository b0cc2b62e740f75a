"""How many calls a plan makes, how long a wait waits, and how objects are granted."""

import logging
from collections import Counter
from typing import Any

import pytest

from cfstream.ports import Call
from tests.promises.studio import (
    ONE,
    TWO,
    Json,
    Studio,
    add_behavior,
    by_acl,
    group,
    http,
    key,
    outcome,
    rtmp,
    set_to,
    signed,
    signers,
    steps,
    told,
)
from tests.promises.witness import Witness

IDENTITY = 1
"""GetCallerIdentity, which connecting makes: the studio is connected once for all tests."""


class Count:
    """The calls of a plan, including pages, from the log."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog

    def plan(self, studio: Studio, *documents: Json) -> Counter[str]:
        """Return the operations of one plan, which must be empty."""
        self._caplog.clear()
        with self._caplog.at_level(logging.INFO, logger="cfstream"):
            assert steps(studio.plan(*documents)) == []
        records = [record for record in self._caplog.records if record.name == "cfstream"]
        return Counter(str(record.args[1]) for record in records if isinstance(record.args, tuple))


@pytest.fixture
def count(caplog: pytest.LogCaptureFixture) -> Count:
    """Count the calls of a plan."""
    return Count(caplog)


HTTP: dict[str, Json] = {
    "key group": http(),
    "trusted signer": signed(),
    "OAI": http(oai={}),
    "behaviors": http(http={"behaviors": [{"path": "/a/*", "public": True}, {"path": "/b/*"}]}),
    "managed cache policy": http(http={"cache_policy": "CachingDisabled"}),
    "no identity": signed(origin_access="none"),
}


@pytest.mark.parametrize("document", HTTP.values(), ids=HTTP)
def test_an_empty_plan_of_one_http_stack_makes_sixteen_calls_at_most(
    studio: Studio, count: Count, document: Json
) -> None:
    """Each thing is read once."""
    studio.converge(document, allow=["makes-public"])
    calls = count.plan(studio, document)
    assert calls.total() + IDENTITY <= 16, calls
    assert {*calls.values()} <= {1, 2}, calls


def test_an_empty_plan_with_a_certificate_stays_within_the_bound(studio: Studio, count: Count) -> None:
    """A certificate that the spec names is read."""
    arn = studio.certificate("*.example.com")
    document = http(cnames=["media.example.com"], http={"certificate": arn})
    studio.converge(document)
    calls = count.plan(studio, document)
    assert calls.total() + IDENTITY <= 16, calls


def test_an_empty_plan_over_an_old_bucket_stays_within_the_bound(empty: Studio, count: Count) -> None:
    """With ACLs enabled and nothing blocked, its ACL and the account's block are also read."""
    empty.s3.create_bucket(Bucket="media", ObjectOwnership="ObjectWriter")
    empty.unblocked()
    empty.converge(http())
    calls = count.plan(empty, http())
    assert calls.total() + IDENTITY <= 16, calls


def test_an_empty_plan_of_an_rtmp_stack_stays_within_the_bound(studio: Studio, count: Count) -> None:
    """It needs no more calls than an http stack."""
    studio.converge(rtmp())
    calls = count.plan(studio, rtmp())
    assert calls.total() + IDENTITY <= 16, calls


def test_an_account_full_of_others_costs_one_call_more(studio: Studio, count: Count) -> None:
    """The tags of likely distributions are read directly, and the tag index shows the others."""
    studio.converge(http())
    few = count.plan(studio, http()).total()
    for number in range(30):
        bucket = studio.bucket(f"other-{number}")
        origin = {
            "Id": "s3",
            "DomainName": f"{bucket}.s3.us-east-1.amazonaws.com",
            "S3OriginConfig": {"OriginAccessIdentity": ""},
        }
        studio.cloudfront.create_distribution(
            DistributionConfig={
                "CallerReference": bucket,
                "Comment": "",
                "Enabled": True,
                "Origins": {"Quantity": 1, "Items": [origin]},
                "DefaultCacheBehavior": {
                    "TargetOriginId": "s3",
                    "ViewerProtocolPolicy": "https-only",
                    "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
                    "TrustedSigners": signers("self"),
                },
            }
        )
    calls = count.plan(studio, http())
    assert calls.total() == few + 1
    assert calls["get_resources"] == 1


def test_further_stacks_cost_eight_calls_each_at_most(studio: Studio, count: Count) -> None:
    """All stacks share the lists."""
    documents = [
        signed(name=f"stack-{number}", bucket=studio.bucket(f"media-{number}")) for number in range(5)
    ]
    studio.converge(*documents)
    one = count.plan(studio, documents[0]).total()
    five = count.plan(studio, *documents).total()
    assert (five - one) / 4 <= 8
    assert five + IDENTITY <= 16 + 4 * 8


def test_stacks_on_one_bucket_share_what_is_read_of_it(studio: Studio, count: Count) -> None:
    """A run makes the same call once."""
    documents = [signed(name=f"stack-{number}") for number in range(3)]
    studio.converge(*documents)
    calls = count.plan(studio, *documents)
    assert calls["head_bucket"] == calls["get_bucket_policy"] == calls["list_distributions"] == 1
    assert calls["get_distribution"] == 3


def test_object_grants_cost_one_call_an_object_and_one_a_thousand_keys(empty: Studio, count: Count) -> None:
    """A plan reads each ACL once, and lists once."""
    empty.bucket("media", *(f"{number}.mp4" for number in range(7)), ObjectOwnership="BucketOwnerPreferred")
    empty.converge(by_acl())
    calls = count.plan(empty, by_acl())
    assert calls["get_object_acl"] == 7
    assert calls["list_objects_v2"] == 1
    assert calls.total() - 8 + IDENTITY <= 16, calls


def test_an_apply_with_nothing_to_do_writes_nothing(studio: Studio) -> None:
    """The report says so."""
    studio.converge(http())
    witness = Witness(studio.world.aws)
    report = studio.apply(http(), door=witness)
    assert (outcome(report), witness.writes) == ("unchanged", [])


def test_one_update_holds_all_changes_of_a_distribution(studio: Studio) -> None:
    """The number of changed fields does not matter."""
    studio.converge(http())
    studio.edit(add_behavior("/open/*", TrustedKeyGroups=signers()))
    witness = Witness(studio.world.aws)
    document = http(
        comment="new", price_class="PriceClass_100", http={"ipv6": False, "cache_policy": "CachingDisabled"}
    )
    assert studio.apply(document, door=witness).exit_code == 0
    assert witness.writes == ["update_distribution"]


# waiting


def polls(studio: Studio, reads: int, document: Json) -> float:
    """Return how long a run waited if the change is Deployed after this number of reads."""
    studio.converge(signed())
    studio.sandbox.cloudfront.settings.deploy_after_reads = reads
    began = studio.clock.slept
    report = studio.apply(document)
    assert report.exit_code == 0, told(report)
    return studio.clock.slept - began


def test_waiting_polls_at_once(studio: Studio) -> None:
    """If a change is already Deployed, nothing waits."""
    assert polls(studio, 0, signed(comment="new")) == 0.0


def test_waiting_grows_by_half_each_time_up_to_twenty_seconds(studio: Studio) -> None:
    """The first pause is 1 s."""
    expected = [1.0]
    while len(expected) < 12:
        expected.append(min(expected[-1] * 1.5, 20.0))
    slept = polls(studio, 12, signed(comment="new"))
    assert slept == pytest.approx(sum(expected))


def test_a_wait_ends_at_its_timeout_and_the_next_run_goes_on(studio: Studio) -> None:
    """The exit code is 6. Steps that need Deployed remain for the next run."""
    studio.converge(signed(oai={}))
    studio.sandbox.cloudfront.settings.deploy_after_reads = 100
    report = studio.apply(signed(wait={"timeout": "60s"}))
    assert (report.exit_code, outcome(report)) == (6, "timed-out")
    assert {*studio.statements()} == {"cfstream-lectures-oai", "cfstream-lectures-oac"}
    assert len(studio.identities()) == 1
    studio.converge(signed())
    assert {*studio.statements()} == {"cfstream-lectures-oac"}
    assert studio.identities() == {}


def test_a_stale_read_that_shows_deployed_is_not_believed(studio: Studio) -> None:
    """A change is done if it is Deployed and reads back. A stale read shows neither."""
    studio.converge(signed(oai={}))
    plan = studio.plan(signed())
    studio.sandbox.cloudfront.settings.stale_reads = 2
    seen: list[Any] = []

    def look(call: Call) -> None:
        if call.operation.startswith("delete_cloud_front"):
            studio.sandbox.cloudfront.settings.stale_reads = 0
            seen.append(studio.config()["Origins"]["Items"][0]["S3OriginConfig"]["OriginAccessIdentity"])

    report = studio.run(plan, door=Witness(studio.world.aws, before=look))
    assert report.exit_code == 0, told(report)
    assert seen == [""]


def test_in_progress_alone_is_not_out_of_sync(studio: Studio) -> None:
    """A change by someone else is being deployed, and nothing needs to be done."""
    studio.converge(http())
    studio.sandbox.cloudfront.settings.deploy_after_reads = 50
    studio.edit(set_to(Comment="by hand"))
    plan = studio.stack(http())
    assert (plan.live.status, plan.steps, plan.in_sync) == ("InProgress", (), True)


def test_a_change_may_be_sent_to_what_is_in_progress(studio: Studio) -> None:
    """CloudFront deploys changes in the order of the calls."""
    studio.converge(http())
    studio.sandbox.cloudfront.settings.deploy_after_reads = 5
    studio.edit(set_to(HttpVersion="http3"))
    studio.converge(http(comment="new", key_groups=[group(key(ONE), key(TWO))]))
    assert studio.live()["Status"] == "Deployed"
