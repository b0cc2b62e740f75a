"""Jobs over large buckets: an S3 Inventory shows the ACLs that a sample does not."""

import base64
import gzip
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.s3.models import OWNER

from tests.promises.batched import BATCH, KEYS, OTHER_USER, by_job, granted, jobs, ready, share, statuses
from tests.world.account import SandboxAccount
from tests.world.plans import hazards, problems, report_lines

FOLDER = "media/all"
SCHEMA = "Bucket, Key, Size, ObjectAccessControlList, ObjectOwner"
DATED = f"{FOLDER}/2026-11-29T01-00Z"
Spec = dict[str, Any]


@pytest.fixture
def media(empty: SandboxAccount, monkeypatch: pytest.MonkeyPatch) -> SandboxAccount:
    """Return an account with a bucket that counts as large: of its six objects, a plan reads two."""
    large(monkeypatch)
    ready(empty)
    empty.bucket("inventory")
    return empty


def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a bucket with three objects count as large, and jobs as faster."""
    monkeypatch.setattr("cfstream.kinds.object_acl.sample.MOST_READ", 2)
    monkeypatch.setattr("cfstream.kinds.object_acl.sample.FROM_START", 1)
    monkeypatch.setattr("cfstream.kinds.object_acl.sample.LISTS", 0)
    monkeypatch.setattr("cfstream.kinds.object_acl.engine.Estimate.job_is_faster", True)


def spec(**grant: Any) -> Spec:
    """Return a spec with an inventory, and engine auto."""
    return by_job(**{"engine": "auto", "batch": {**BATCH, "inventory": f"s3://inventory/{FOLDER}"}, **grant})


def acl(grants: Mapping[str, str]) -> str:
    """Return the ACL field of a row."""
    rows = [{"canonicalId": who, "type": "CanonicalUser", "permission": may} for who, may in grants.items()]
    document = {"version": "2022-11-10", "status": "AVAILABLE", "grants": rows}
    return base64.b64encode(json.dumps(document).encode()).decode()


PRIVATE = acl({OWNER: "FULL_CONTROL"})


def deliver(
    account: SandboxAccount,
    acls: Mapping[str, str] | None = None,
    made: datetime | None = None,
) -> None:
    """Write an inventory whose objects have these ACLs, made two days from now: the objects are older than a day."""
    configuration = {
        "Id": "all",
        "IsEnabled": True,
        "IncludedObjectVersions": "Current",
        "Schedule": {"Frequency": "Daily"},
        "Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::inventory", "Format": "CSV"}},
    }
    account.s3.put_bucket_inventory_configuration(
        Bucket="media", Id="all", InventoryConfiguration=configuration
    )
    rows = "".join(
        f'"media","{key}","1","{found}","{OWNER}"\n'
        for key, found in {**dict.fromkeys(KEYS, PRIVATE), **(acls or {})}.items()
    )
    data = f"{FOLDER}/data/one.csv.gz"
    half = len(rows) // 2
    zipped = gzip.compress(rows[:half].encode()) + gzip.compress(rows[half:].encode())
    account.s3.put_object(Bucket="inventory", Key=data, Body=zipped)
    when = made or datetime.now(UTC) + timedelta(days=2)
    document = {
        "sourceBucket": "media",
        "destinationBucket": "arn:aws:s3:::inventory",
        "fileFormat": "CSV",
        "fileSchema": SCHEMA,
        "creationTimestamp": str(int(when.timestamp() * 1000)),
        "files": [{"key": data, "size": len(zipped)}],
    }
    older = json.dumps({"sourceBucket": "another"})
    account.s3.put_object(Bucket="inventory", Key=f"{FOLDER}/2026-11-01T01-00Z/manifest.json", Body=older)
    account.s3.put_object(Bucket="inventory", Key=f"{DATED}/manifest.json", Body=json.dumps(document))


def test_a_job_without_reading_all_acls(media: SandboxAccount) -> None:
    """The newest inventory shows that all ACLs name only the owner: no hazard, and all objects are counted."""
    deliver(media)
    plan = media.plan(spec())
    assert (hazards(plan.stacks[0]), problems(plan.stacks[0])) == ([], [])
    (text,) = [each.text for each in plan.stacks[0].notices if "the engine s3-batch" in each.text]
    assert "all ACLs name only the bucket's owner (as of " in text
    estimate = plan.stacks[0].estimate
    assert estimate is not None
    assert (estimate.objects, estimate.at_least) == (6, False)
    report = media.run(plan)
    assert report.exit_code == 0, report_lines(report)
    assert statuses(media) == ["Complete"]
    assert granted(media) == dict.fromkeys(KEYS, "READ")


def test_objects_that_are_newer_than_the_inventory_are_granted_here(media: SandboxAccount) -> None:
    """They are not in the job, and keep the grants of others."""
    deliver(media, made=datetime.now(UTC))
    share(media, KEYS[3])
    report = media.apply(spec(engine="s3-batch"))
    assert report.exit_code == 0, report_lines(report)
    assert jobs(media) == []
    assert granted(media) == dict.fromkeys(KEYS, "READ")
    assert media.grants(KEYS[3])[OTHER_USER] == ["READ"]


def test_an_inventory_that_shows_others(media: SandboxAccount) -> None:
    """With engine auto this machine writes the grants, and with s3-batch there is the hazard; both say why."""
    share(media, KEYS[4])
    deliver(media, {KEYS[4]: acl({OWNER: "FULL_CONTROL", OTHER_USER: "READ"})})
    plan = media.stack(spec())
    assert hazards(plan) == []
    (text,) = [each.text for each in plan.notices if "the engine local" in each.text]
    assert f"also names {OTHER_USER}" in text
    assert "replaces-acls" in hazards(media.stack(spec(engine="s3-batch")))
