"""A plan may read distributions from the cache. What it shows and writes is the same."""

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest

from cfstream.aws.client import together
from cfstream.aws.document_cache import CachingReads, DocumentCache
from cfstream.aws.remembering import RememberingReads
from cfstream.ports import Reads
from tests.promises.recorder import RecordingClient, TaggedCall
from tests.world.account import SandboxAccount
from tests.world.plans import steps
from tests.world.specs import http

CHANGED = http(comment="Something else")


@pytest.fixture
def asked(account: SandboxAccount, tmp_path_factory: pytest.TempPathFactory) -> list[TaggedCall]:
    """Let the account plan with a cache. Return the calls that reach AWS."""
    cache = DocumentCache(tmp_path_factory.mktemp("cache"), "123456789012", "http://sandbox", pytest.fail)
    inner: Callable[[], Reads] = account.world.reads
    calls: list[TaggedCall] = []
    account.world = replace(
        account.world,
        reads=lambda: CachingReads(RememberingReads(RecordingClient(inner(), calls), together), cache),
    )
    return calls


def read(asked: list[TaggedCall]) -> int:
    """Return how often the distribution was read since the last time."""
    found = sum(each.call.operation == "get_distribution" for each in asked)
    asked.clear()
    return found


def test_a_second_plan_reads_no_distribution(account: SandboxAccount, asked: list[TaggedCall]) -> None:
    """It is as empty as the first, and has the same fingerprint."""
    account.converge(http())
    first = account.plan(http())
    read(asked)
    second = account.plan(http())
    assert read(asked) == 0
    assert steps(second) == []
    assert second.fingerprint == first.fingerprint


def test_a_document_is_read_from_aws_before_a_write(account: SandboxAccount, asked: list[TaggedCall]) -> None:
    """The cache has digests in the place of secrets: the header that somebody added survives the update."""
    account.converge(http())
    (row,) = account.cloudfront.list_distributions()["DistributionList"]["Items"]
    live = account.cloudfront.get_distribution_config(Id=row["Id"])
    config = copy.deepcopy(live["DistributionConfig"])
    header = {"HeaderName": "X-Origin-Password", "HeaderValue": "hunter2"}
    config["Origins"]["Items"][0]["CustomHeaders"] = {"Quantity": 1, "Items": [header]}
    account.cloudfront.update_distribution(Id=row["Id"], IfMatch=live["ETag"], DistributionConfig=config)
    read(asked)
    assert [(steps(account.plan(http())), read(asked)) for _ in range(4)][-1] == ([], 0)
    account.converge(CHANGED)
    assert read(asked) > 0
    now = account.cloudfront.get_distribution_config(Id=row["Id"])["DistributionConfig"]
    assert now["Comment"] == "Something else"
    assert now["Origins"]["Items"][0]["CustomHeaders"]["Items"] == [header]


def test_a_change_by_others_is_seen(account: SandboxAccount, asked: list[TaggedCall]) -> None:
    """The list shows another version, so the document is read."""
    account.converge(http())
    assert steps(account.plan(http())) == []
    (row,) = account.cloudfront.list_distributions()["DistributionList"]["Items"]
    live = account.cloudfront.get_distribution_config(Id=row["Id"])
    config = {**live["DistributionConfig"], "Comment": "by hand"}
    account.cloudfront.update_distribution(Id=row["Id"], IfMatch=live["ETag"], DistributionConfig=config)
    assert steps(account.plan(CHANGED)) == ["modify distribution:lectures", "wait distribution:lectures"]


def test_a_change_is_planned_as_without_a_cache(
    account: SandboxAccount, request: pytest.FixtureRequest
) -> None:
    """AWS lists what has no order in any order, so the document in the cache and the one just read may differ in it."""
    account.converge(http())
    expected = account.plan(CHANGED)
    request.getfixturevalue("asked")
    account.plan(http())
    found = [account.plan(CHANGED) for _ in range(3)]
    assert {plan.fingerprint for plan in found} == {expected.fingerprint}
    assert [plan.stacks[0].steps[0].changes for plan in found] == [expected.stacks[0].steps[0].changes] * 3
