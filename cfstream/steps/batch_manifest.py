"""The objects of a job: a list of those that lack the grant, the list of an inventory, or one that S3 makes.

Sources: the shapes JobManifest and S3JobManifestGenerator of botocore's s3control model; S3 User Guide, "Creating an S3
Batch Operations job" ("Specifying a manifest").
"""

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cfstream.ports import AclWork, Call
from cfstream.startup.frozen import dataclass
from cfstream.steps.plain_acls import list_call
from cfstream.steps.step import StepContext
from cfstream.values import Json

if TYPE_CHECKING:
    from datetime import datetime

MOST_LISTED = 10_000
"""The largest number of keys in a list of our own: as many as a plan keeps in memory."""


@dataclass(frozen=True)
class InventoryList:
    """The ``manifest.json`` of a list of an inventory. The list has the objects under the prefix, and no others."""

    bucket: str
    key: str
    etag: str


@dataclass(frozen=True)
class JobObjects:
    """What a plan knows about the objects of a job. Without both, S3 lists them."""

    keys: tuple[str, ...] = ()
    """The objects that lack the grant, if others have it; empty if all lack it, or if they are not known."""
    inventory: InventoryList | None = None

    def __str__(self) -> str:
        if self.keys:
            return f"over a list of the {len(self.keys):,} objects without it"
        if self.inventory:
            return f"over the inventory s3://{self.inventory.bucket}/{self.inventory.key}"
        return "over a list that S3 makes"


BY_S3 = JobObjects()
"""S3 lists the objects."""


def objects_now(
    context: StepContext, work: AclWork, planned: JobObjects, before: "datetime | None"
) -> JobObjects | None:
    """Return the objects of the job that is created now; None if there are none.

    The plan has not read the ACLs of objects that were written at the time `before` or later. They are left out of a
    list of our own. An inventory that has one of them is not used: a job would replace the ACL of its newest version.
    Makes ListObjectsV2, up to the end if the plan knows the objects.
    """
    wanted, old, has_work, has_newer = frozenset(planned.keys), [], False, False
    for page in context.aws.pages(list_call(work)):
        for row in page.get("Contents") or ():
            if before is not None and row["LastModified"] >= before:
                has_newer = True
                continue
            has_work = True
            if row["Key"] in wanted:
                old.append(str(row["Key"]))
        if has_work and planned == BY_S3:
            break
    if planned.keys:
        return JobObjects(tuple(old)) if old else None
    if not has_work:
        return None
    return replace(planned, inventory=None) if has_newer else planned


def listed(keys: tuple[str, ...], bucket: str) -> bytes:
    """Return a manifest in CSV: bucket and key, which is encoded as in a URL."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows((bucket, quote(key)) for key in keys)
    return text.getvalue().encode()


def put_list(context: StepContext, work: AclWork, bucket: str, key: str, keys: tuple[str, ...]) -> str:
    """Write a list of our own, and return its ETag. S3 Batch Operations cannot read one that SSE-KMS encrypts."""
    params: dict[str, Any] = {
        "Bucket": bucket,
        "Key": key,
        "Body": listed(keys, work.bucket),
        "ContentType": "text/csv",
        "ServerSideEncryption": "AES256",
        "ExpectedBucketOwner": work.account,
    }
    return str(context.aws.write(Call("s3", "put_object", params, work.region))["ETag"])


def of_list(arn: str, etag: str) -> Json:
    """Return the member of CreateJob for a list of our own."""
    spec = {"Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key"]}
    return {"Manifest": {"Spec": spec, "Location": _location(arn, etag)}}


def of_inventory(arn: str, etag: str) -> Json:
    """Return the member of CreateJob for an inventory."""
    spec = {"Format": "S3InventoryReport_CSV_20161130"}
    return {"Manifest": {"Spec": spec, "Location": _location(arn, etag)}}


def of_s3(work: AclWork, arn: str, before: "datetime | None") -> Json:
    """Return the member of CreateJob for a list that S3 makes of the bucket with this ARN."""
    # KeyNameConstraint: "an array of strings with a length of 1 string".
    only: dict[str, Any] = {"KeyNameConstraint": {"MatchAnyPrefix": [work.prefix]}} if work.prefix else {}
    only |= {"CreatedBefore": before} if before else {}
    generator = {
        "ExpectedBucketOwner": work.account,
        "SourceBucket": arn,
        "EnableManifestOutput": False,
        **({"Filter": only} if only else {}),
    }
    return {"ManifestGenerator": {"S3JobManifestGenerator": generator}}


def _location(arn: str, etag: str) -> Json:
    return {"ObjectArn": arn, "ETag": etag.strip('"')}
