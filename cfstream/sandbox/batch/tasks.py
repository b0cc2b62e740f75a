"""The work of a job: which objects it has, one PutObjectAcl for each, and its report in a bucket."""

import json
from collections.abc import Iterator
from urllib.parse import quote

from moto.iam.models import Role
from moto.s3.exceptions import S3ClientError
from moto.s3.models import OWNER, FakeDeleteMarker, FakeGrant, FakeGrantee, s3_backends

from cfstream.sandbox import bucket_rules as rules
from cfstream.sandbox import roles
from cfstream.sandbox.acl import PUBLIC, Acl, KnownUser, acl_of
from cfstream.sandbox.batch import manifests
from cfstream.sandbox.batch.asked import REPORT_FORMAT, bucket_name
from cfstream.sandbox.batch.job import BatchedJob, FailedTask

SERVICE = "batchoperations.s3.amazonaws.com"
LEAST_EXECUTED = 1000
"""A job fails if more than half of its tasks failed, once that many were executed (S3 User Guide, job status)."""


def prepare(job: BatchedJob) -> None:
    """Note the objects of the job, or why it fails."""
    role = roles.find_role(job.asked["RoleArn"])
    if role is None or not roles.trusts_service(role, SERVICE):
        job.failures.append(("AccessDenied", f"The role {job.asked['RoleArn']} cannot be assumed"))
        return
    try:
        job.bucket, job.keys = manifests.objects_of(job.asked, role)
    except manifests.NoManifest as failed:
        job.failures.append((failed.code, failed.reason))
        return
    if not job.keys:
        # UNCONFIRMED, as strict as AWS may be: a list of objects without any fails the job.
        job.failures.append(("EmptyManifest", "Manifest generation found no keys matching the criteria"))


def work(job: BatchedJob, known: KnownUser, count: int) -> None:
    """Do the next tasks. A job in which more than half of the tasks fail, fails."""
    role = roles.find_role(job.asked["RoleArn"])
    for key in job.keys[job.done : job.done + count]:
        try:
            _put(job, role, key, known)
        except S3ClientError as refused:
            job.failed.append(
                FailedTask(key, refused.code or "InternalError", _status(refused), str(refused.message))
            )
        job.done += 1
        if job.done >= LEAST_EXECUTED and len(job.failed) * 2 > job.done:
            job.failures.append(("TooManyFailedTasks", "More than half of the tasks failed"))
            return


def _put(job: BatchedJob, role: Role | None, key: str, known: KnownUser) -> None:
    bucket = manifests.find_bucket(job.bucket)
    if bucket is None:
        raise rules.S3Refusal("NoSuchBucket", "The specified bucket does not exist")
    allowed = role is not None and roles.trusts_service(role, SERVICE)
    if (
        role is None
        or not allowed
        or roles.decision(role, "s3:PutObjectAcl", f"{bucket.arn}/{key}") != "allowed"
    ):
        raise rules.S3Refusal("AccessDenied", "Access Denied")
    newest = bucket.keys.get(key)
    if newest is None or isinstance(newest, FakeDeleteMarker):
        raise rules.S3Refusal("NoSuchKey", "The specified key does not exist.")
    stored = acl_of(newest.acl)
    asked = _acl(job, known)
    if not stored.lets(OWNER, "WRITE_ACP"):
        raise rules.S3Refusal("AccessDenied", "Access Denied")
    rules.refuse_acl(bucket, asked, stored.owner)
    newest.set_acl(asked)


def _acl(job: BatchedJob, known: KnownUser) -> Acl:
    acl = job.grants["AccessControlList"]
    grants = []
    for grant in acl.get("Grants") or []:
        kind, who = grant["Grantee"]["TypeIdentifier"], grant["Grantee"]["Identifier"]
        is_account = len(who) == 64 and not set(who) - set("0123456789abcdef")
        if kind == "uri" and who not in PUBLIC:
            raise rules.S3Refusal("InvalidArgument", "Invalid group uri")
        if kind == "id" and not is_account and not known(who):
            raise rules.S3Refusal("InvalidArgument", "Invalid id")
        grantee = FakeGrantee(grantee_id=who) if kind == "id" else FakeGrantee(uri=who)
        grants.append(FakeGrant([grantee], [grant["Permission"]]))
    return Acl(acl["Owner"]["ID"], grants)


def _status(refused: S3ClientError) -> int:
    known = {"AccessDenied": 403, "NoSuchKey": 404, "NoSuchBucket": 404}
    return known.get(refused.code or "", 400)


def report(job: BatchedJob) -> None:
    """Write the report: a list of results, and its own manifest. If that is not possible, note the failure of the job.

    Source: S3 User Guide, "Tracking job status and completion reports".
    """
    asked = job.asked["Report"]
    if asked["Enabled"] == "false":
        return
    name = bucket_name(asked["Bucket"])
    bucket, role = manifests.find_bucket(name), roles.find_role(job.asked["RoleArn"])
    start = f"{asked['Prefix']}/" if asked.get("Prefix") else ""
    place = f"{start}job-{job.id}"
    allowed = role is not None and roles.decision(
        role, "s3:PutObject", f"{asked['Bucket']}/{place}/manifest.json"
    )
    if bucket is None or allowed != "allowed":
        job.failures.append(("AccessDenied", f"The report cannot be written to {name}"))
        return
    rows = {"failed": list(_failed_rows(job)), "succeeded": []}
    if asked["ReportScope"] == "AllTasks":
        rows["succeeded"] = list(_succeeded_rows(job))
    backend = s3_backends[bucket.account_id][bucket.partition]
    results = []
    for status, lines in rows.items():
        if lines:
            key = f"{place}/results/{job.id}-{status}.csv"
            backend.put_object(name, key, "".join(lines).encode())
            results.append({"TaskExecutionStatus": status, "Bucket": name, "MD5Checksum": "", "Key": key})
    manifest = {"Format": REPORT_FORMAT, "ReportCreationDate": "", "Results": results}
    backend.put_object(name, f"{place}/manifest.json", json.dumps(manifest).encode())


def _failed_rows(job: BatchedJob) -> Iterator[str]:
    # The samples of the User Guide have code and status in this order.
    for each in job.failed:
        yield f"{job.bucket},{quote(each.key)},,failed,{each.status},{each.code},{each.message}\n"


def _succeeded_rows(job: BatchedJob) -> Iterator[str]:
    failed = {each.key for each in job.failed}
    for key in job.keys[: job.done]:
        if key not in failed:
            yield f"{job.bucket},{quote(key)},,succeeded,200,,Successful\n"
