"""InProgress and Deployed, the state of the edge in between, and reads that lag behind writes."""

from typing import Any

import pytest

from tests.world.configs import (
    BUCKET,
    behavior,
    config,
    make,
    make_group,
    make_key,
    make_streaming,
    refused,
    signers,
    streaming_config,
    update,
    update_streaming,
)
from tests.world.sandbox import Sandbox


@pytest.fixture(autouse=True)
def bucket(s3: Any) -> None:
    """The bucket of every origin here."""
    s3.create_bucket(Bucket=BUCKET)


def _status(cloudfront: Any, distribution_id: str) -> str:
    return str(cloudfront.get_distribution(Id=distribution_id)["Distribution"]["Status"])


def test_a_new_distribution_is_in_progress(cloudfront: Any) -> None:
    """The reply to a create has the status InProgress."""
    assert make(cloudfront)["Status"] == "InProgress"


def test_an_update_is_in_progress_again(strict_cloudfront: Any) -> None:
    """The reply to an update has the status InProgress, although the distribution was Deployed."""
    created = make(strict_cloudfront)
    assert _status(strict_cloudfront, created["Id"]) == "Deployed"
    assert update(strict_cloudfront, created["Id"], Comment="new")["Distribution"]["Status"] == "InProgress"


def test_deployed_comes_after_some_reads(cloudfront: Any, sandbox: Sandbox) -> None:
    """A write stays InProgress for the number of reads in the settings. Gets and lists count."""
    sandbox.cloudfront.settings.deploy_after_reads = 2
    created = make(cloudfront)
    assert _status(cloudfront, created["Id"]) == "InProgress"
    (row,) = cloudfront.list_distributions()["DistributionList"]["Items"]
    assert row["Status"] == "InProgress"
    assert _status(cloudfront, created["Id"]) == "Deployed"


def test_deployed_comes_after_some_seconds(cloudfront: Any, sandbox: Sandbox) -> None:
    """A write stays InProgress for the time in the settings, with any number of reads."""
    sandbox.cloudfront.settings.deploy_after_seconds = 3600
    created = make(cloudfront)
    assert {_status(cloudfront, created["Id"]) for _ in range(5)} == {"InProgress"}
    sandbox.cloudfront.settings.deploy_after_seconds = 0
    assert _status(cloudfront, created["Id"]) == "Deployed"


def test_enabled_cannot_be_deleted(strict_cloudfront: Any) -> None:
    """Deleting an enabled distribution is 409 DistributionNotDisabled."""
    created = make(strict_cloudfront)
    with refused("DistributionNotDisabled", 409):
        strict_cloudfront.delete_distribution(Id=created["Id"], IfMatch=created["ETag"])


def test_disabled_but_in_progress_cannot_be_deleted(cloudfront: Any, sandbox: Sandbox) -> None:
    """Until the disabling is Deployed, deleting is refused in the same way."""
    created = make(cloudfront)
    sandbox.cloudfront.settings.deploy_after_seconds = 3600
    etag = update(cloudfront, created["Id"], Enabled=False)["ETag"]
    with refused("DistributionNotDisabled", 409):
        cloudfront.delete_distribution(Id=created["Id"], IfMatch=etag)
    sandbox.cloudfront.settings.deploy_after_seconds = 0
    cloudfront.delete_distribution(Id=created["Id"], IfMatch=etag)
    with refused("NoSuchDistribution", 404):
        cloudfront.get_distribution(Id=created["Id"])


def test_an_enabled_streaming_distribution_cannot_be_deleted(cloudfront: Any) -> None:
    """Streaming distributions have their own code: StreamingDistributionNotDisabled."""
    created = make_streaming(cloudfront)
    with refused("StreamingDistributionNotDisabled", 409):
        cloudfront.delete_streaming_distribution(Id=created["Id"], IfMatch=created["ETag"])
    etag = update_streaming(cloudfront, created["Id"], Enabled=False)["ETag"]
    cloudfront.delete_streaming_distribution(Id=created["Id"], IfMatch=etag)
    assert cloudfront.list_streaming_distributions()["StreamingDistributionList"]["Quantity"] == 0


def test_active_key_groups_follow_when_deployed(cloudfront: Any, sandbox: Sandbox) -> None:
    """ActiveTrustedKeyGroups has the old keys until the changed group is Deployed."""
    old, new = make_key(cloudfront, "old"), make_key(cloudfront, "new")
    group = make_group(cloudfront, "signers", old)
    created = make(cloudfront, config(DefaultCacheBehavior=behavior(TrustedKeyGroups=signers(group))))
    assert _active(cloudfront, created["Id"]) == {group: [old]}
    sandbox.cloudfront.settings.deploy_after_reads = 1
    etag = cloudfront.get_key_group(Id=group)["ETag"]
    cloudfront.update_key_group(Id=group, IfMatch=etag, KeyGroupConfig={"Name": "signers", "Items": [new]})
    assert _active(cloudfront, created["Id"]) == {group: [old]}
    assert _active(cloudfront, created["Id"]) == {group: [new]}


def _active(cloudfront: Any, distribution_id: str) -> dict[str, list[str]]:
    found = cloudfront.get_distribution(Id=distribution_id)["Distribution"]["ActiveTrustedKeyGroups"]
    return {item["KeyGroupId"]: item["KeyPairIds"]["Items"] for item in found.get("Items", [])}


def test_a_key_group_update_makes_its_users_in_progress(cloudfront: Any, sandbox: Sandbox) -> None:
    """A distribution is InProgress until a change of its key group is Deployed."""
    key = make_key(cloudfront)
    group = make_group(cloudfront, "signers", key)
    created = make(cloudfront, config(DefaultCacheBehavior=behavior(TrustedKeyGroups=signers(group))))
    assert _status(cloudfront, created["Id"]) == "Deployed"
    sandbox.cloudfront.settings.deploy_after_reads = 1
    etag = cloudfront.get_key_group(Id=group)["ETag"]
    sent = {"Name": "signers", "Items": [key], "Comment": "only words"}
    cloudfront.update_key_group(Id=group, IfMatch=etag, KeyGroupConfig=sent)
    assert _status(cloudfront, created["Id"]) == "InProgress"


def test_active_signers_come_with_their_key_pairs(cloudfront: Any) -> None:
    """ActiveTrustedSigners shows the owner as `self`, and at most two key pairs for each signer."""
    sent = streaming_config(TrustedSigners=signers("self", "111122223333"))
    created = make_streaming(cloudfront, sent)
    assert created["ActiveTrustedSigners"] == {"Enabled": False, "Quantity": 0}
    live = cloudfront.get_streaming_distribution(Id=created["Id"])["StreamingDistribution"]
    found = {item["AwsAccountNumber"]: item["KeyPairIds"] for item in live["ActiveTrustedSigners"]["Items"]}
    assert found.keys() == {"self", "111122223333"}
    assert {ids["Quantity"] for ids in found.values()} == {2}
    assert all(one.startswith("APKA") and len(one) == 20 for ids in found.values() for one in ids["Items"])


def test_a_read_after_an_update_may_show_the_past(cloudfront: Any, sandbox: Sandbox) -> None:
    """Reads lag: old config, old ETag, old Status. A write with that ETag is refused."""
    created = make(cloudfront)
    sandbox.cloudfront.settings.stale_reads = 2
    etag = update(cloudfront, created["Id"], Comment="new")["ETag"]
    past = cloudfront.get_distribution(Id=created["Id"])
    assert past["Distribution"]["DistributionConfig"]["Comment"] == ""
    assert (past["ETag"], past["Distribution"]["Status"]) == (created["ETag"], "Deployed")
    with refused("PreconditionFailed", 412):
        update(cloudfront, created["Id"], Comment="newer")
    assert cloudfront.get_distribution(Id=created["Id"])["ETag"] == etag


def test_a_stale_read_has_its_active_keys(cloudfront: Any, sandbox: Sandbox) -> None:
    """A read from before a change of the key group shows Deployed with the earlier keys."""
    old, new = make_key(cloudfront, "old"), make_key(cloudfront, "new")
    group = make_group(cloudfront, "signers", old)
    created = make(cloudfront, config(DefaultCacheBehavior=behavior(TrustedKeyGroups=signers(group))))
    etag = cloudfront.get_key_group(Id=group)["ETag"]
    sandbox.cloudfront.settings.stale_reads = 1
    cloudfront.update_key_group(Id=group, IfMatch=etag, KeyGroupConfig={"Name": "signers", "Items": [new]})
    assert _active(cloudfront, created["Id"]) == {group: [old]}
    assert _active(cloudfront, created["Id"]) == {group: [new]}


def test_new_settings_do_not_change_the_status(cloudfront: Any, sandbox: Sandbox) -> None:
    """A slower deployment only applies to later writes."""
    created = make(cloudfront)
    assert _status(cloudfront, created["Id"]) == "Deployed"
    sandbox.cloudfront.settings.deploy_after_seconds = 3600
    assert _status(cloudfront, created["Id"]) == "Deployed"


def test_a_list_may_lack_what_is_new(cloudfront: Any, sandbox: Sandbox) -> None:
    """A list lags behind a create. A Get by id does not."""
    sandbox.cloudfront.settings.stale_reads = 1
    created = make(cloudfront)
    assert cloudfront.list_distributions()["DistributionList"]["Quantity"] == 0
    assert cloudfront.get_distribution(Id=created["Id"])["Distribution"]["Id"] == created["Id"]
    assert cloudfront.list_distributions()["DistributionList"]["Quantity"] == 1


def test_a_list_may_still_have_deleted_resources(cloudfront: Any, sandbox: Sandbox) -> None:
    """A list lags behind a delete. A write to the deleted resource is refused."""
    created = make(cloudfront, config(Enabled=False))
    sandbox.cloudfront.settings.stale_reads = 1
    cloudfront.delete_distribution(Id=created["Id"], IfMatch=created["ETag"])
    with refused("NoSuchDistribution", 404):
        cloudfront.delete_distribution(Id=created["Id"], IfMatch=created["ETag"])
    assert cloudfront.list_distributions()["DistributionList"]["Quantity"] == 1
    assert cloudfront.list_distributions()["DistributionList"]["Quantity"] == 0
