"""How many calls a plan makes, how long a wait waits, and how objects are granted."""

import logging
from collections import Counter
from typing import Any

import pytest

from cfstream.ports import Call
from tests.world.account import SandboxAccount
from tests.world.configs import add_behavior, set_to, signers
from tests.world.plans import outcome, report_lines, steps
from tests.world.ports import Witness
from tests.world.specs import ONE, TWO, Json, by_acl, group, http, key, rtmp, signed

IDENTITY = 1
"""GetCallerIdentity, which connecting makes: the account is connected once for all tests."""


class Count:
    """The calls of a plan, including pages, from the log."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog

    def plan(self, account: SandboxAccount, *documents: Json) -> Counter[str]:
        """Return the operations of one plan, which must be empty."""
        self._caplog.clear()
        with self._caplog.at_level(logging.INFO, logger="cfstream"):
            assert steps(account.plan(*documents)) == []
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
    account: SandboxAccount, count: Count, document: Json
) -> None:
    """Each thing is read once."""
    account.converge(document, allow=["makes-public"])
    calls = count.plan(account, document)
    assert calls.total() + IDENTITY <= 16, calls
    assert {*calls.values()} <= {1, 2}, calls


def test_an_empty_plan_with_a_certificate_stays_within_the_bound(
    account: SandboxAccount, count: Count
) -> None:
    """A certificate that the spec names is read."""
    arn = account.certificate("*.example.com")
    document = http(cnames=["media.example.com"], http={"certificate": arn})
    account.converge(document)
    calls = count.plan(account, document)
    assert calls.total() + IDENTITY <= 16, calls


def test_an_empty_plan_over_an_old_bucket_stays_within_the_bound(empty: SandboxAccount, count: Count) -> None:
    """With ACLs enabled and nothing blocked, its ACL and the account's block are also read."""
    empty.s3.create_bucket(Bucket="media", ObjectOwnership="ObjectWriter")
    empty.unblocked()
    empty.converge(http())
    calls = count.plan(empty, http())
    assert calls.total() + IDENTITY <= 16, calls


def test_an_empty_plan_of_an_rtmp_stack_stays_within_the_bound(account: SandboxAccount, count: Count) -> None:
    """It needs no more calls than an http stack."""
    account.converge(rtmp())
    calls = count.plan(account, rtmp())
    assert calls.total() + IDENTITY <= 16, calls


def test_distributions_of_others_cost_no_additional_call(account: SandboxAccount, count: Count) -> None:
    """The tag index shows the tags of all distributions."""
    account.converge(http())
    few = count.plan(account, http()).total()
    for number in range(30):
        bucket = account.bucket(f"other-{number}")
        origin = {
            "Id": "s3",
            "DomainName": f"{bucket}.s3.us-east-1.amazonaws.com",
            "S3OriginConfig": {"OriginAccessIdentity": ""},
        }
        account.cloudfront.create_distribution(
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
    calls = count.plan(account, http())
    assert calls.total() == few
    assert calls["get_resources"] == 1
    assert calls["list_tags_for_resource"] == 0


def test_further_stacks_cost_four_calls_each(account: SandboxAccount, count: Count) -> None:
    """All stacks share the lists, the tag index included; the list of buckets replaces HeadBucket for each."""
    documents = [
        signed(name=f"stack-{number}", bucket=account.bucket(f"media-{number}")) for number in range(5)
    ]
    account.converge(*documents)
    three, five = count.plan(account, *documents[:3]), count.plan(account, *documents)
    assert five.total() - three.total() == 2 * 4
    assert five.total() + IDENTITY <= 16 + 4 * 8
    assert five["list_buckets"] == 1
    assert five["head_bucket"] == 0


def test_stacks_on_one_bucket_share_what_is_read_of_it(account: SandboxAccount, count: Count) -> None:
    """A run makes the same call once."""
    documents = [signed(name=f"stack-{number}") for number in range(3)]
    account.converge(*documents)
    calls = count.plan(account, *documents)
    assert calls["get_public_access_block"] == calls["get_bucket_policy"] == calls["list_distributions"] == 1
    assert calls["get_distribution"] == 3


def test_object_grants_cost_one_call_an_object_and_one_a_thousand_keys(
    empty: SandboxAccount, count: Count
) -> None:
    """A plan reads each ACL once, and lists once."""
    empty.bucket("media", *(f"{number}.mp4" for number in range(7)), ObjectOwnership="BucketOwnerPreferred")
    empty.converge(by_acl())
    calls = count.plan(empty, by_acl())
    assert calls["get_object_acl"] == 7
    assert calls["list_objects_v2"] == 1
    assert calls.total() - 8 + IDENTITY <= 16, calls


def test_an_apply_with_nothing_to_do_writes_nothing(account: SandboxAccount) -> None:
    """The report says so."""
    account.converge(http())
    witness = Witness(account.world.aws)
    report = account.apply(http(), port=witness)
    assert (outcome(report), witness.writes) == ("unchanged", [])


def test_one_update_contains_all_changes_of_a_distribution(account: SandboxAccount) -> None:
    """The number of changed fields does not matter."""
    account.converge(http())
    account.edit(add_behavior("/open/*", TrustedKeyGroups=signers()))
    witness = Witness(account.world.aws)
    document = http(
        comment="new", price_class="PriceClass_100", http={"ipv6": False, "cache_policy": "CachingDisabled"}
    )
    assert account.apply(document, port=witness).exit_code == 0
    assert witness.writes == ["update_distribution"]


# waiting


def polls(account: SandboxAccount, reads: int, document: Json) -> float:
    """Return how long a run waited if the change is Deployed after this number of reads."""
    account.converge(signed())
    account.sandbox.cloudfront.settings.deploy_after_reads = reads
    began = account.clock.slept
    report = account.apply(document)
    assert report.exit_code == 0, report_lines(report)
    return account.clock.slept - began


def test_waiting_polls_at_once(account: SandboxAccount) -> None:
    """If a change is already Deployed, nothing waits."""
    assert polls(account, 0, signed(comment="new")) == 0.0


def test_waiting_grows_by_half_each_time_up_to_twenty_seconds(account: SandboxAccount) -> None:
    """The first pause is 1 s."""
    expected = [1.0]
    while len(expected) < 12:
        expected.append(min(expected[-1] * 1.5, 20.0))
    slept = polls(account, 12, signed(comment="new"))
    assert slept == pytest.approx(sum(expected))


def test_a_wait_ends_at_its_timeout_and_the_next_run_resumes(account: SandboxAccount) -> None:
    """The exit code is 6. Steps that need Deployed remain for the next run."""
    account.converge(signed(oai={}))
    account.sandbox.cloudfront.settings.deploy_after_reads = 100
    report = account.apply(signed(wait={"timeout": "60s"}))
    assert (report.exit_code, outcome(report)) == (6, "timed-out")
    assert {*account.statements()} == {"cfstream-lectures-oai", "cfstream-lectures-oac"}
    assert len(account.identities()) == 1
    account.converge(signed())
    assert {*account.statements()} == {"cfstream-lectures-oac"}
    assert account.identities() == {}


def test_a_stale_read_that_shows_deployed_ends_no_wait(account: SandboxAccount) -> None:
    """A change is done if it is Deployed and reads back. A stale read shows neither."""
    account.converge(signed(oai={}))
    plan = account.plan(signed())
    account.sandbox.cloudfront.settings.stale_reads = 2
    seen: list[Any] = []

    def look(call: Call) -> None:
        if call.operation.startswith("delete_cloud_front"):
            account.sandbox.cloudfront.settings.stale_reads = 0
            seen.append(account.config()["Origins"]["Items"][0]["S3OriginConfig"]["OriginAccessIdentity"])

    report = account.run(plan, port=Witness(account.world.aws, before=look))
    assert report.exit_code == 0, report_lines(report)
    assert seen == [""]


def test_in_progress_alone_is_not_out_of_sync(account: SandboxAccount) -> None:
    """A change by someone else is being deployed, and nothing needs to be done."""
    account.converge(http())
    account.sandbox.cloudfront.settings.deploy_after_reads = 50
    account.edit(set_to(Comment="by hand"))
    plan = account.stack(http())
    assert (plan.live.status, plan.steps, plan.in_sync) == ("InProgress", (), True)


def test_a_change_may_be_sent_to_a_distribution_in_progress(account: SandboxAccount) -> None:
    """CloudFront deploys changes in the order of the calls."""
    account.converge(http())
    account.sandbox.cloudfront.settings.deploy_after_reads = 5
    account.edit(set_to(HttpVersion="http3"))
    account.converge(http(comment="new", key_groups=[group(key(ONE), key(TWO))]))
    assert account.live()["Status"] == "Deployed"
