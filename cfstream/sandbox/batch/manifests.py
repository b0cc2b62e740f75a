"""The objects of a job: those of a list in CSV or of an inventory, or those that S3 lists.

Sources: the shapes JobManifest and S3JobManifestGenerator of botocore's s3control model; S3 User Guide, "Creating an S3
Batch Operations job" (manifests), "Granting permissions for Batch Operations" and "Amazon S3 Inventory list".
"""

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote_plus

from moto.iam.models import Role
from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, s3_backends

from cfstream.sandbox import roles
from cfstream.sandbox.batch.job import Json

LIST = "S3BatchOperations_CSV_20180820"
INVENTORY = "S3InventoryReport_CSV_20161130"
_OBJECT = re.compile(r"arn:aws[a-z-]*:s3:::(?P<bucket>[a-z0-9.-]{3,63})/(?P<key>.+)", re.DOTALL)


class Objects(NamedTuple):
    """A bucket, and the keys of a job in it."""

    bucket: str
    keys: list[str]


class NoManifest(Exception):
    """Why a job has no objects: the code and the reason of its failure."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


def complaint(manifest: Json) -> str:
    """Return what is wrong with the manifest of a CreateJob request; "" if nothing is."""
    spec, location = manifest.get("Spec") or {}, manifest.get("Location") or {}
    if spec.get("Format") not in (LIST, INVENTORY):
        return "Manifest.Spec.Format is not a format of manifests"
    if spec["Format"] == LIST and not {"Bucket", "Key"} <= {*(spec.get("Fields") or ())}:
        return "Manifest.Spec.Fields must have Bucket and Key"
    if spec["Format"] == INVENTORY and spec.get("Fields"):
        return "Manifest.Spec.Fields is only for manifests in CSV"
    if not _OBJECT.fullmatch(location.get("ObjectArn") or "") or not location.get("ETag"):
        return "Manifest.Location needs ObjectArn and ETag"
    if '"' in location["ETag"]:
        return "Manifest.Location.ETag has quotes"
    return ""


def objects_of(asked: Json, role: Role) -> Objects:
    """Return the objects of a job. Raises NoManifest."""
    if "Manifest" not in asked:
        return _listed(asked["ManifestGenerator"]["S3JobManifestGenerator"], role)
    manifest = asked["Manifest"]
    spec, location = manifest["Spec"], manifest["Location"]
    found = _OBJECT.fullmatch(location["ObjectArn"])
    stored = _read(found["bucket"], found["key"], role) if found else None
    if stored is None:
        raise NoManifest("InvalidManifest", f"{location['ObjectArn']} does not exist")
    if stored.etag.strip('"') != location["ETag"]:
        raise NoManifest("InvalidManifest", "The ETag of the manifest is not that of the job")
    if spec["Format"] == LIST and stored.encryption == "aws:kms":
        raise NoManifest("InvalidManifest", "A manifest in CSV cannot be encrypted with SSE-KMS")
    try:
        rows = list(_rows(stored, spec, role))
    except (ValueError, KeyError, OSError, csv.Error) as error:
        raise NoManifest("InvalidManifest", f"The manifest cannot be read: {error}") from error
    buckets = {bucket for bucket, _ in rows}
    if len(buckets) > 1:
        raise NotImplementedError("the sandbox runs jobs over the objects of one bucket")
    return Objects(next(iter(buckets), ""), [key for _, key in rows])


def _rows(stored: FakeKey, spec: Json, role: Role) -> Iterator[tuple[str, str]]:
    """Yield bucket and key of each row. All rows count, those of older versions and delete markers included."""
    if spec["Format"] == LIST:
        yield from _csv(stored.value.decode(), spec["Fields"])
        return
    document = json.loads(stored.value)
    if document["fileFormat"] != "CSV":
        raise ValueError("it is not in CSV")
    columns = [name.strip() for name in document["fileSchema"].split(",")]
    if "VersionId" in columns:
        raise NotImplementedError("the sandbox runs no jobs over versions")
    name = document["destinationBucket"].rpartition(":")[2]
    for file in document["files"]:
        data = _read(name, file["key"], role)
        if data is None:
            raise ValueError(f"{file['key']} does not exist")
        yield from _csv(gzip.decompress(data.value).decode(), columns)


def _csv(text: str, columns: list[str]) -> Iterator[tuple[str, str]]:
    for row in csv.reader(io.StringIO(text)):
        found = dict(zip(columns, row, strict=True))
        yield found["Bucket"], unquote_plus(found["Key"])


def _read(bucket: str, key: str, role: Role) -> FakeKey | None:
    """Return an object with the rights of the role; None if it does not exist."""
    arn = f"arn:aws:s3:::{bucket}/{key}"
    if roles.decision(role, "s3:GetObject", arn) != "allowed":
        raise NoManifest("AccessDenied", f"The role is not authorized to perform s3:GetObject on {arn}")
    found = find_bucket(bucket)
    stored = found.keys.get(key) if found else None
    return None if stored is None or isinstance(stored, FakeDeleteMarker) else stored


def _listed(generator: Json, role: Role) -> Objects:
    name = generator["SourceBucket"].rpartition(":")[2]
    bucket = find_bucket(name)
    if bucket is None:
        raise NoManifest("NoSuchBucket", f"The bucket {name} does not exist")
    for action in ("s3:PutInventoryConfiguration", "s3:ListBucket"):
        if roles.decision(role, action, bucket.arn) != "allowed":
            what = f"The role is not authorized to perform {action} on {bucket.arn}"
            raise NoManifest("AccessDenied", what)
    asked = generator.get("Filter") or {}
    prefix = (asked.get("KeyNameConstraint", {}).get("MatchAnyPrefix") or [""])[0]
    return Objects(name, sorted(_keys(bucket, prefix, str(asked.get("CreatedBefore") or ""))))


def _keys(bucket: FakeBucket, prefix: str, before: str) -> Iterator[str]:
    limit = datetime.fromisoformat(before) if before else None
    for key, newest in bucket.keys.items():
        if isinstance(newest, FakeDeleteMarker) or not key.startswith(prefix):
            continue
        # S3 shows whole seconds.
        written = newest.last_modified.replace(microsecond=0, tzinfo=UTC)
        if limit is None or written < limit:
            yield key


def find_bucket(name: str) -> FakeBucket | None:
    """Return the bucket, of any account."""
    if name not in s3_backends.bucket_accounts:
        return None
    partition, account = s3_backends.bucket_accounts[name]
    return s3_backends[account][partition].buckets[name]
