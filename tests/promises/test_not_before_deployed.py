"""Steps that need a deployed change are not done without waiting. A later run does them."""

from typing import Any

import pytest

from tests.world.account import SandboxAccount
from tests.world.configs import behavior_of
from tests.world.specs import ONE, Json, by_acl, group, http, key, signed

NEVER = 10_000
"""More reads than any run makes: what is InProgress stays so."""


@pytest.fixture
def stuck(account: SandboxAccount) -> SandboxAccount:
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


def test_a_key_group_stays_while_edges_may_ask_for_it(stuck: SandboxAccount) -> None:
    """A replaced group is deleted once no edge has the old config."""
    before, after = (http(key_groups=[group(key(ONE), name=name)]) for name in ("viewers", "members"))
    stuck.converge(before)
    deploying(stuck, done=False)
    stuck.apply(after, allow=("cuts-viewers",), no_wait=True)
    trusted = behavior_of(stuck.config(), "")["TrustedKeyGroups"]["Items"]
    assert trusted == [stuck.groups()["members"]["Id"]]
    assert "viewers" in stuck.groups()
    in_force(stuck, after)
    assert "viewers" not in stuck.groups()


def test_the_mark_of_object_grants_outlives_them(stuck: SandboxAccount) -> None:
    """Objects lose their grants when the new way is deployed, and only then the tag is removed."""
    stuck.s3.put_object(Bucket="media", Key="one.mp4", Body=b"-")
    stuck.converge(by_acl())
    ((identity, row),) = stuck.identities().items()
    deploying(stuck, done=False)
    after = signed()
    stuck.apply(after, no_wait=True)
    tags = stuck.tags(stuck.live()["ARN"])
    assert tags.get("cfstream:acl") == identity
    assert stuck.grants("one.mp4")[row["S3CanonicalUserId"]] == ["READ"]
    in_force(stuck, after)
    assert "cfstream:acl" not in stuck.tags(stuck.live()["ARN"])
    assert row["S3CanonicalUserId"] not in stuck.grants("one.mp4")
    assert stuck.identities() == {}


def test_both_buckets_are_remembered_until_the_old_one_is_left(stuck: SandboxAccount) -> None:
    """The tag is removed once the old bucket has no grants of the stack."""
    stuck.converge(signed())
    stuck.bucket("archive", "one.mp4")
    deploying(stuck, done=False)
    after = signed(bucket="archive")
    stuck.apply(after, no_wait=True)
    assert stuck.tags(stuck.live()["ARN"])["cfstream:buckets"] == "archive media"
    assert "cfstream-lectures-oac" in stuck.statements("media")
    in_force(stuck, after)
    assert "cfstream:buckets" not in stuck.tags(stuck.live()["ARN"])
    assert stuck.statements("media") == {}


def test_a_distribution_turns_to_no_identity_that_may_not_read_yet(stuck: SandboxAccount) -> None:
    """A grant that must wait for signers also delays the change to its identity."""

    def origin() -> Any:
        return stuck.config()["Origins"]["Items"][0]

    stuck.converge(signed(oai={}))
    before = origin()
    deploying(stuck, done=False)
    stuck.edit(lambda config: config.update(Comment="by hand"))
    stuck.apply(signed(), no_wait=True)
    assert origin() == before
    assert "cfstream-lectures-oac" not in stuck.statements()
    in_force(stuck, signed())
    assert origin()["OriginAccessControlId"] in stuck.controls()
