"""Judge a CreateJob request.

Sources: the shapes of botocore's s3control model, and S3 User Guide, "Creating an S3 Batch Operations job". What AWS
accepts and the sandbox does not do is answered with 501.
"""

import re
from typing import Any

import xmltodict
from moto.s3.models import s3_backends

from cfstream.sandbox.acl import MAX_GRANTS, OBJECT_PERMISSIONS
from cfstream.sandbox.batch import manifests
from cfstream.sandbox.batch.job import Json

_BUCKET = re.compile(r"arn:aws[a-z-]*:s3:::(?P<name>[a-z0-9.-]{3,63})")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::(?P<account>\d{12}):role/.+")
REPORT_FORMAT = "Report_CSV_20180820"


class JobRefused(Exception):
    """A refusal with an error code of S3 Control."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status


def parsed(body: bytes) -> Json:
    """Return the request with plain lists and booleans. Raises JobRefused if it is not XML."""
    try:
        document = xmltodict.parse(body, force_list=("member",))
        asked = _plain(next(iter(document.values())))
    except (xmltodict.expat.ExpatError, StopIteration):
        raise _bad("The request is not valid XML") from None
    return asked if isinstance(asked, dict) else {}


def judge(asked: Json, account: str, region: str) -> None:
    """Raise JobRefused, or NotImplementedError for what the sandbox cannot do."""
    for name in ("Operation", "Report", "ClientRequestToken", "Priority", "RoleArn"):
        if not asked.get(name):
            raise _bad(f"{name} is required")
    if len(asked["ClientRequestToken"]) > 64:
        raise _bad("ClientRequestToken must have at most 64 characters")
    if len(asked.get("Description", "")) > 256:
        raise _bad("Description must have at most 256 characters")
    if not re.fullmatch(r"\d{1,10}", asked["Priority"]):
        raise _bad("Priority must be an integer")
    role = _ROLE.fullmatch(asked["RoleArn"])
    if role is None or role["account"] != account:
        raise _bad("RoleArn must be the ARN of a role of the same account")
    _judge_operation(asked["Operation"])
    _judge_report(asked["Report"])
    if ("Manifest" in asked) == ("ManifestGenerator" in asked):
        raise _bad("Exactly one of Manifest and ManifestGenerator is required")
    if "Manifest" in asked:
        if what := manifests.complaint(asked["Manifest"]):
            raise _bad(what)
        return
    _judge_generator(asked["ManifestGenerator"].get("S3JobManifestGenerator") or {}, account, region)


def bucket_name(arn: str) -> str:
    """Return the name of the bucket of an ARN. Raises JobRefused for another ARN."""
    found = _BUCKET.fullmatch(arn)
    if found is None:
        raise _bad(f"{arn} is not the ARN of a bucket")
    return found["name"]


def _judge_operation(operation: Json) -> None:
    if set(operation) != {"S3PutObjectAcl"}:
        raise NotImplementedError(f"the sandbox runs only S3PutObjectAcl, not {', '.join(operation)}")
    policy = (operation["S3PutObjectAcl"] or {}).get("AccessControlPolicy") or {}
    if set(policy) == {"CannedAccessControlList"}:
        raise NotImplementedError("the sandbox runs no job with a canned ACL")
    if set(policy) != {"AccessControlList"}:
        raise _bad("Exactly one of AccessControlList and CannedAccessControlList is required")
    acl = policy["AccessControlList"]
    if not (acl.get("Owner") or {}).get("ID"):
        raise _bad("The ACL needs the ID of its owner")
    grants = acl.get("Grants") or []
    if len(grants) > MAX_GRANTS:
        raise _bad(f"An ACL has at most {MAX_GRANTS} grants")
    for grant in grants:
        grantee = grant.get("Grantee") or {}
        if grantee.get("TypeIdentifier") not in ("id", "uri") or not grantee.get("Identifier"):
            raise _bad("A grantee needs TypeIdentifier id or uri, and an Identifier")
        if grant.get("Permission") not in OBJECT_PERMISSIONS:
            raise _bad(f"{grant.get('Permission')} is not a permission of an object's ACL")


def _judge_report(report: Json) -> None:
    if report.get("Enabled") not in ("true", "false"):
        raise _bad("Report.Enabled is required")
    if report["Enabled"] == "false":
        return
    bucket_name(report.get("Bucket", ""))
    if report.get("Format") != REPORT_FORMAT:
        raise _bad(f"Report.Format must be {REPORT_FORMAT}")
    if report.get("ReportScope") not in ("AllTasks", "FailedTasksOnly"):
        raise _bad("Report.ReportScope must be AllTasks or FailedTasksOnly")


def _judge_generator(generator: Json, account: str, region: str) -> None:
    name = bucket_name(generator.get("SourceBucket", ""))
    owner = s3_backends.bucket_accounts.get(name)
    expected = generator.get("ExpectedBucketOwner", account)
    if owner is None or owner[1] != account or expected != account:
        raise _bad(f"The bucket {name} does not exist in this account")
    if s3_backends[account][owner[0]].buckets[name].region_name != region:
        raise _bad(f"The bucket {name} is not in the region of the job, {region}")
    if generator.get("EnableManifestOutput") not in ("true", "false"):
        raise _bad("EnableManifestOutput is required")
    if generator["EnableManifestOutput"] == "true":
        raise NotImplementedError("the sandbox writes no manifests")
    constraint = (generator.get("Filter") or {}).get("KeyNameConstraint") or {}
    if set(constraint) - {"MatchAnyPrefix"}:
        raise NotImplementedError("the sandbox filters keys only by prefix")
    listed = constraint.get("MatchAnyPrefix")
    # BC, KeyNameConstraint: "an array of strings with a length of 1 string".
    if listed is not None and (len(listed) != 1 or not 1 <= len(listed[0] or "") <= 1024):
        raise _bad("MatchAnyPrefix must have one string with 1 to 1,024 characters")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"member"}:
            return [_plain(each) for each in value["member"]]
        return {name: _plain(inner) for name, inner in value.items() if not name.startswith("@")}
    return value


def _bad(message: str) -> JobRefused:
    return JobRefused("BadRequestException", message)
