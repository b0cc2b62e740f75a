"""Roles and requests of jobs of S3 Batch Operations."""

import json
from typing import Any

from moto.s3.models import OWNER

from cfstream.sandbox.accounts import ACCOUNT

Json = dict[str, Any]

SERVICE = "batchoperations.s3.amazonaws.com"
MEDIA, REPORTS = "media", "reports"
KEYS = ("a/1.mp4", "a/2 +.mp4", "b/3.mp4")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/jobs"
MAY: dict[str, str] = {
    "s3:PutObjectAcl": f"arn:aws:s3:::{MEDIA}/*",
    "s3:ListBucket": f"arn:aws:s3:::{MEDIA}",
    "s3:PutInventoryConfiguration": f"arn:aws:s3:::{MEDIA}",
    "s3:PutObject": f"arn:aws:s3:::{REPORTS}/*",
    "s3:GetObject": "arn:aws:s3:::*",
}
"""What the role of a job needs, by action."""


def make_role(iam: Any, *, service: str = SERVICE, without: str = "", but: str = "") -> str:
    """Make the role, or make it again: without some actions, and with a Deny of its writes to the object `but`."""
    statements: list[Json] = [
        {"Effect": "Allow", "Action": action, "Resource": resource}
        for action, resource in MAY.items()
        if action not in without.split()
    ]
    if but:
        denied = f"arn:aws:s3:::{MEDIA}/{but}"
        statements.append({"Effect": "Deny", "Action": "s3:PutObjectAcl", "Resource": denied})
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    existing = {row["RoleName"] for row in iam.list_roles()["Roles"]}
    if "jobs" not in existing:
        iam.create_role(RoleName="jobs", AssumeRolePolicyDocument=_document(trust))
    iam.update_assume_role_policy(RoleName="jobs", PolicyDocument=_document(trust))
    iam.put_role_policy(RoleName="jobs", PolicyName="jobs", PolicyDocument=_document(*statements))
    return ROLE


def _document(*statements: Json) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def job_request(user: str, prefix: str = "", **members: Any) -> Json:
    """Return a CreateJob request that grants READ to a canonical user."""
    grants = [
        {"Grantee": {"TypeIdentifier": "id", "Identifier": who}, "Permission": permission}
        for who, permission in ((OWNER, "FULL_CONTROL"), (user, "READ"))
    ]
    acl = {"AccessControlList": {"Owner": {"ID": OWNER}, "Grants": grants}}
    only = {"Filter": {"KeyNameConstraint": {"MatchAnyPrefix": [prefix]}}} if prefix else {}
    generator = {"SourceBucket": f"arn:aws:s3:::{MEDIA}", "EnableManifestOutput": False, **only}
    return {
        "AccountId": ACCOUNT,
        "ConfirmationRequired": False,
        "Operation": {"S3PutObjectAcl": {"AccessControlPolicy": acl}},
        "Report": {
            "Bucket": f"arn:aws:s3:::{REPORTS}",
            "Format": "Report_CSV_20180820",
            "Enabled": True,
            "Prefix": "acl",
            "ReportScope": "AllTasks",
        },
        "ClientRequestToken": "one",
        "Priority": 10,
        "RoleArn": ROLE,
        "ManifestGenerator": {"S3JobManifestGenerator": generator},
        **members,
    }


def run_job(s3control: Any, id_: str, until: str = "") -> Json:
    """Return the job when it has ended, or has the status `until`."""
    while True:
        job: Json = s3control.describe_job(AccountId=ACCOUNT, JobId=id_)["Job"]
        if job["Status"] in (until, "Complete", "Failed", "Cancelled"):
            return job
