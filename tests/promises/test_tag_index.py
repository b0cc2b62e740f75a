"""The tag index lags, and the list of buckets too. A plan that writes something does not rely on them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from cfstream.domain import NAME_TAG
from cfstream.errors import NotAuthorized
from cfstream.ports import Call, Reads
from cfstream.stack.bucket import BUCKETS
from cfstream.stack.owners import INDEX
from cfstream.values import Json as Row
from tests.promises.recorder import RecordingClient
from tests.world.account import SandboxAccount
from tests.world.plans import steps
from tests.world.specs import Json, http, signed

REFUSED = NotAuthorized("refused", "AccessDenied", "not allowed", status=403)


@dataclass(frozen=True)
class Lagging(RecordingClient):
    """Reads that answer one list with old rows, or with a refusal if there are none."""

    listing: Call
    then: Sequence[Row] | None

    def items(self, call: Call) -> Sequence[Row]:
        if call.operation != self.listing.operation:
            return self.inner.items(call)
        if self.then is None:
            raise REFUSED
        return self.then


def lag(account: SandboxAccount, listing: Call, then: Sequence[Row] | None) -> None:
    """From now on, the account's list answers with these rows, or with a refusal for None."""
    inner: Callable[[], Reads] = account.world.reads
    account.world = replace(account.world, reads=lambda: Lagging(inner(), [], listing, then))


def rows(account: SandboxAccount, listing: Call) -> Sequence[Row]:
    """Return the rows of a list now."""
    return account.world.reads().items(listing)


def arn(account: SandboxAccount) -> str:
    """Return the ARN of the account's only distribution."""
    (row,) = account.cloudfront.list_distributions()["DistributionList"]["Items"]
    return str(row["ARN"])


def tag(account: SandboxAccount, name: str) -> None:
    """Give the account's only distribution to another stack."""
    tags = {"Items": [{"Key": NAME_TAG, "Value": name}]}
    account.cloudfront.tag_resource(Resource=arn(account), Tags=tags)


CHANGED = http(comment="Something else")


def test_a_distribution_that_was_given_away_is_not_changed(account: SandboxAccount) -> None:
    """The index still has the old name. The plan is the same as with the tags themselves, and leaves it alone."""
    account.converge(http())
    before = rows(account, INDEX)
    tag(account, "somebody-else")
    wanted = steps(account.plan(CHANGED))
    lag(account, INDEX, before)
    assert steps(account.plan(CHANGED)) == wanted
    assert not any(step.startswith("modify distribution") for step in wanted)


@pytest.mark.parametrize("then", [(), None], ids=["empty", "refused"])
def test_an_index_that_lacks_the_distribution_creates_no_second_one(
    account: SandboxAccount, then: Sequence[Row] | None
) -> None:
    """Its tags are read directly."""
    account.converge(http())
    lag(account, INDEX, then)
    assert steps(account.plan(http())) == []
    assert steps(account.plan(CHANGED)) == ["modify distribution:lectures", "wait distribution:lectures"]


def test_a_twin_only_in_the_index_is_not_a_twin(account: SandboxAccount) -> None:
    """Two distributions with one name in the index are both read directly."""
    account.converge(signed(), signed(name="talks", bucket=account.bucket("talks")))
    old = [{**row, "Tags": [{"Key": NAME_TAG, "Value": "lectures"}]} for row in rows(account, INDEX)]
    lag(account, INDEX, old)
    plan = account.plan(signed())
    assert plan.stacks[0].problems == ()
    assert steps(plan) == []


def fleet(account: SandboxAccount) -> list[Json]:
    """Return the specs of a run that lists the account's buckets, each with a bucket of its own."""
    names = ("lectures", "talks", "seminars")
    return [signed(name=name, bucket=account.bucket(f"{name}-media")) for name in names]


@pytest.mark.parametrize("then", [(), None], ids=["empty", "refused"])
def test_buckets_that_are_not_listed_are_read(account: SandboxAccount, then: Sequence[Row] | None) -> None:
    """The plan is the same."""
    specs = fleet(account)
    account.converge(*specs)
    lag(account, BUCKETS, then)
    assert steps(account.plan(*specs)) == []


def test_a_listed_bucket_that_is_gone_is_a_problem(account: SandboxAccount) -> None:
    """S3 may list a bucket for a while after its deletion."""
    specs = fleet(account)
    before = rows(account, BUCKETS)
    account.s3.delete_bucket(Bucket="talks-media")
    wanted = [stack.problems for stack in account.plan(*specs).stacks]
    lag(account, BUCKETS, before)
    found = [stack.problems for stack in account.plan(*specs).stacks]
    assert [[each.what for each in problems] for problems in found] == [
        [each.what for each in problems] for problems in wanted
    ]
    assert any("talks-media" in each.what for problems in found for each in problems)


def test_a_listed_bucket_in_another_region_is_read_there(account: SandboxAccount) -> None:
    """Its region comes from the list."""
    specs = fleet(account)
    where = {"LocationConstraint": "eu-west-1"}
    account.clients("s3", "eu-west-1").create_bucket(Bucket="abroad-media", CreateBucketConfiguration=where)
    abroad = signed(name="abroad", bucket="abroad-media")
    account.converge(*specs, abroad)
    plan = account.plan(*specs, abroad)
    assert steps(plan) == []
