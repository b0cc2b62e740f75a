"""Steps that need a deployed change are not done without waiting. A later run does them."""

from typing import Any

import pytest

from tests.world.account import SandboxAccount
from tests.world.configs import behavior_of
from tests.world.specs import ONE, Json, by_acl, group, http, key, signed

NEVER = 10_000
"""More reads than any run makes: what is InProgress stays so."""


@pytest.fixture
def not_deployed(account: SandboxAccount) -> SandboxAccount:
    """An account with ACLs enabled, in which a test can keep CloudFront from deploying."""
    account.s3.put_bucket_ownership_controls(
        Bucket="media", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    )
    return account


def deploying(account: SandboxAccount, *, done: bool) -> None:
    """Set whether changes are deployed at once, or never."""
    account.sandbox.cloudfront.settings.deploy_after_reads = 0 if done else NEVER


def in_force(account: SandboxAccount, document: Json, *, allow: tuple[str, ...] = ()) -> None:
    """Deploy all changes, and apply the spec until nothing is left to do."""
    deploying(account, done=True)
    for row in account.distributions():
        account.cloudfront.get_distribution(Id=row["Id"])
    account.converge(document, allow=allow)


def test_a_key_group_stays_while_edges_may_ask_for_it(not_deployed: SandboxAccount) -> None:
    """A replaced group is deleted once no edge has the old config."""
    before, after = (http(key_groups=[group(key(ONE), name=name)]) for name in ("viewers", "members"))
    not_deployed.converge(before)
    deploying(not_deployed, done=False)
    not_deployed.apply(after, allow=("cuts-viewers",), no_wait=True)
    trusted = behavior_of(not_deployed.config(), "")["TrustedKeyGroups"]["Items"]
    assert trusted == [not_deployed.groups()["members"]["Id"]]
    assert "viewers" in not_deployed.groups()
    in_force(not_deployed, after)
    assert "viewers" not in not_deployed.groups()


def test_the_mark_of_object_grants_outlives_them(not_deployed: SandboxAccount) -> None:
    """Objects lose their grants when the new way is deployed, and only then the tag is removed."""
    not_deployed.s3.put_object(Bucket="media", Key="one.mp4", Body=b"-")
    not_deployed.converge(by_acl())
    ((identity, row),) = not_deployed.identities().items()
    deploying(not_deployed, done=False)
    after = signed()
    not_deployed.apply(after, no_wait=True)
    tags = not_deployed.tags(not_deployed.live()["ARN"])
    assert tags.get("cfstream:acl") == identity
    assert not_deployed.grants("one.mp4")[row["S3CanonicalUserId"]] == ["READ"]
    in_force(not_deployed, after)
    assert "cfstream:acl" not in not_deployed.tags(not_deployed.live()["ARN"])
    assert row["S3CanonicalUserId"] not in not_deployed.grants("one.mp4")
    assert not_deployed.identities() == {}


def test_both_buckets_are_remembered_until_the_old_one_is_left(not_deployed: SandboxAccount) -> None:
    """The tag is removed once the old bucket has no grants of the stack."""
    not_deployed.converge(signed())
    not_deployed.bucket("archive", "one.mp4")
    deploying(not_deployed, done=False)
    after = signed(bucket="archive")
    not_deployed.apply(after, no_wait=True)
    assert not_deployed.tags(not_deployed.live()["ARN"])["cfstream:buckets"] == "archive media"
    assert "cfstream-lectures-oac" in not_deployed.statements("media")
    in_force(not_deployed, after)
    assert "cfstream:buckets" not in not_deployed.tags(not_deployed.live()["ARN"])
    assert not_deployed.statements("media") == {}


def test_a_distribution_does_not_switch_to_an_identity_that_cannot_read_yet(
    not_deployed: SandboxAccount,
) -> None:
    """A grant that must wait for signers also delays the change to its identity."""

    def origin() -> Any:
        return not_deployed.config()["Origins"]["Items"][0]

    not_deployed.converge(signed(oai={}))
    before = origin()
    deploying(not_deployed, done=False)
    not_deployed.edit(lambda config: config.update(Comment="by hand"))
    not_deployed.apply(signed(), no_wait=True)
    assert origin() == before
    assert "cfstream-lectures-oac" not in not_deployed.statements()
    in_force(not_deployed, signed())
    assert origin()["OriginAccessControlId"] in not_deployed.controls()
