"""Claims about the manifests of jobs: S3 User Guide "Creating an S3 Batch Operations job", "Granting permissions for
Batch Operations", "Amazon S3 Inventory list"; the shapes JobManifest and JobManifestLocation of s3control.
"""

import csv
import gzip
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import pytest

from tests.world.batch import KEYS, MEDIA, REPORTS, job_request, make_role, run_job
from tests.world.clients import BotoClients
from tests.world.configs import refused

LIST = {"Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key"]}
INVENTORY = {"Format": "S3InventoryReport_CSV_20161130"}


def rows(*values: Sequence[str]) -> bytes:
    """Return a file in CSV."""
    text = io.StringIO()
    csv.writer(text).writerows(values)
    return text.getvalue().encode()


def stored(s3: Any, body: bytes, **params: Any) -> dict[str, str]:
    """Write a manifest, and return its location."""
    etag = s3.put_object(Bucket=REPORTS, Key="manifest", Body=body, **params)["ETag"]
    return {"ObjectArn": f"arn:aws:s3:::{REPORTS}/manifest", "ETag": etag.strip('"')}


def request(user: str, spec: Mapping[str, Any], location: Mapping[str, str]) -> Any:
    """Return a CreateJob request with a manifest."""
    asked = {name: value for name, value in job_request(user).items() if name != "ManifestGenerator"}
    return {**asked, "Manifest": {"Spec": spec, "Location": location}}


def ended(s3control: Any, asked: Any) -> Any:
    """Create a job, and return it when it has ended."""
    return run_job(s3control, s3control.create_job(**asked)["JobId"])


def granted(s3: Any, user: str) -> list[str]:
    """Return the objects that grant something to the user."""
    return [key for key in KEYS if user in str(s3.get_object_acl(Bucket=MEDIA, Key=key)["Grants"])]


def test_a_list_in_csv(s3: Any, s3control: Any, user: str) -> None:
    """Its keys are encoded as in a URL. Only its objects are changed, and DescribeJob shows the manifest."""
    location = stored(s3, rows(*((MEDIA, quote(key)) for key in KEYS[:2])))
    job = ended(s3control, request(user, LIST, location))
    assert (job["Status"], job["ProgressSummary"]["TotalNumberOfTasks"]) == ("Complete", 2)
    assert granted(s3, user) == [*KEYS[:2]]
    assert job["Manifest"] == {"Spec": LIST, "Location": location}


def test_an_inventory(s3: Any, s3control: Any, user: str) -> None:
    """The job has all rows of its files, whatever their prefix."""
    data = gzip.compress(rows(*((MEDIA, quote(key), "1") for key in KEYS[1:])))
    s3.put_object(Bucket=REPORTS, Key="data/1.csv.gz", Body=data)
    document = {
        "sourceBucket": MEDIA,
        "destinationBucket": f"arn:aws:s3:::{REPORTS}",
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, Size",
        "files": [{"key": "data/1.csv.gz"}],
    }
    job = ended(s3control, request(user, INVENTORY, stored(s3, json.dumps(document).encode())))
    assert job["Status"] == "Complete"
    assert granted(s3, user) == [*KEYS[1:]]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ETag": "0" * 32}, "ETag"),
        ({"ObjectArn": f"arn:aws:s3:::{REPORTS}/none"}, "does not exist"),
    ],
)
def test_a_manifest_that_cannot_be_used(
    s3: Any, s3control: Any, user: str, change: dict[str, str], reason: str
) -> None:
    """The job fails, and changes nothing."""
    location = stored(s3, rows((MEDIA, KEYS[0])))
    job = ended(s3control, request(user, LIST, {**location, **change}))
    assert job["Status"] == "Failed"
    assert reason in job["FailureReasons"][0]["FailureReason"]
    assert granted(s3, user) == []


def test_a_list_that_kms_encrypts(s3: Any, s3control: Any, user: str) -> None:
    """A job cannot read it."""
    location = stored(s3, rows((MEDIA, KEYS[0])), ServerSideEncryption="aws:kms")
    assert ended(s3control, request(user, LIST, location))["Status"] == "Failed"


def test_the_role_must_read_the_manifest(s3: Any, s3control: Any, user: str, clients: BotoClients) -> None:
    """Without s3:GetObject the job fails. It needs no permission to list the bucket."""
    asked = request(user, LIST, stored(s3, rows((MEDIA, KEYS[0]))))
    make_role(clients("iam"), without="s3:GetObject")
    failed = ended(s3control, asked)
    assert "not authorized to perform s3:GetObject" in failed["FailureReasons"][0]["FailureReason"]
    make_role(clients("iam"), without="s3:PutInventoryConfiguration")
    assert ended(s3control, {**asked, "ClientRequestToken": "two"})["Status"] == "Complete"


@pytest.mark.parametrize(
    ("spec", "etag"),
    [
        ({"Format": LIST["Format"]}, "1"),
        ({**LIST, "Fields": ["Bucket"]}, "1"),
        ({**INVENTORY, "Fields": ["Bucket", "Key"]}, "1"),
        (LIST, '"1"'),
    ],
)
@pytest.mark.usefixtures("user")
def test_manifests_that_are_refused(s3control: Any, spec: Any, etag: str) -> None:
    """Fields are needed for CSV, and only there. The ETag has no quotes."""
    location = {"ObjectArn": f"arn:aws:s3:::{REPORTS}/manifest", "ETag": etag}
    with refused("BadRequestException", 400):
        s3control.create_job(**request("1" * 96, spec, location))


def test_one_source_of_objects(s3: Any, s3control: Any, user: str) -> None:
    """A manifest and a generator exclude each other."""
    asked = request(user, LIST, stored(s3, rows((MEDIA, KEYS[0]))))
    with refused("BadRequestException", 400):
        s3control.create_job(**{**job_request(user), **asked})
