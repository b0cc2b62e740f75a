"""How many calls an apply of several new stacks makes, and what each call is for."""

import logging
from collections import Counter

import pytest

from tests.world.account import SandboxAccount
from tests.world.specs import ONE, Json, group, http, key

STACKS = 4

SHARED = 8
"""Calls of a run for all stacks: lists of distributions (two kinds), OAIs, OACs, key groups, public keys, buckets and
access points."""

PER_STACK = Counter(
    {
        # Before every stack's first write: the account of the credentials.
        "get_caller_identity": 1,
        # One write for each resource.
        "create_origin_access_control": 1,
        "create_public_key": 1,
        "create_key_group": 1,
        "create_distribution_with_tags": 1,
        "put_bucket_policy": 1,
        # The guard, directly before the policy is written: who reads the bucket now. The stack's own distribution is
        # read by its id, because a list may lag behind its creation.
        "get_distribution_config": 1,
        "list_origin_access_controls": 1,
        "list_key_groups": 1,
        "list_streaming_distributions": 1,
        "list_distributions": 1,
        # The policy: before the write, which has no ETag, and read back after it.
        "get_bucket_policy": 2,
        # The poll that shows Deployed, and the status and ETag of the report.
        "get_distribution": 1,
    }
)

EXISTING = Counter(
    {
        # The plan: who can read the bucket, and whether CloudFront can decrypt its objects.
        "get_public_access_block": 1,
        "get_bucket_ownership_controls": 1,
        "get_bucket_policy": 1,
        "get_bucket_encryption": 1,
    }
)

NEW = Counter(
    {
        # The plan, and directly before the write: in us-east-1, S3 accepts the call for a bucket that exists.
        "head_bucket": 2,
        "create_bucket": 1,
        # After the creation: whether AWS has blocked all public access.
        "get_public_access_block": 1,
    }
)


def fleet(*buckets: str | Json) -> list[Json]:
    """Return a spec for each bucket, with a key group of its own."""
    return [
        http(
            name=f"stack-{number}",
            bucket=bucket,
            key_groups=[group(key(f"key-{number}", file=ONE), name=f"viewers-{number}")],
        )
        for number, bucket in enumerate(buckets)
    ]


def calls_of_apply(
    account: SandboxAccount, caplog: pytest.LogCaptureFixture, specs: list[Json]
) -> Counter[str]:
    """Return the operations of a plan and its apply."""
    with caplog.at_level(logging.INFO, logger="cfstream"):
        assert account.apply(*specs).exit_code == 0
    records = [record for record in caplog.records if record.name == "cfstream"]
    return Counter(str(record.args[1]) for record in records if isinstance(record.args, tuple))


def times(calls: Counter[str], number: int) -> Counter[str]:
    """Return the calls of this many stacks."""
    return Counter({operation: number * count for operation, count in calls.items()})


def test_each_new_stack_makes_seventeen_calls_without_polling(
    account: SandboxAccount, caplog: pytest.LogCaptureFixture
) -> None:
    """The buckets exist. The limit is 18."""
    calls = calls_of_apply(account, caplog, fleet(*(account.bucket(f"media-{n}") for n in range(STACKS))))
    shared = calls - times(PER_STACK + EXISTING, STACKS)
    assert shared.total() == SHARED, shared
    assert calls.total() - calls["get_distribution"] == 17 * STACKS + SHARED


def test_each_new_stack_with_a_new_bucket_makes_seventeen_calls_without_polling(
    empty: SandboxAccount, caplog: pytest.LogCaptureFixture
) -> None:
    """A missing bucket costs the plan one call. Nobody lists access points."""
    buckets: list[Json] = [{"name": f"media-{number}", "create": True} for number in range(STACKS)]
    calls = calls_of_apply(empty, caplog, fleet(*buckets))
    shared = calls - times(PER_STACK + NEW, STACKS)
    assert shared.total() == SHARED - 1, shared
    assert calls.total() - calls["get_distribution"] == 17 * STACKS + SHARED - 1
