"""A job of S3 Batch Operations as data: what it is asked to do, its token, and what AWS shows of it.

The sources are the shapes of botocore's s3control model, and S3 User Guide, "Creating an S3 Batch Operations job" and
"Tracking job status and completion reports".
"""

import hashlib
from collections.abc import Mapping
from dataclasses import field
from shlex import quote
from typing import TYPE_CHECKING, Any

from cfstream.ports import AclWork, Call, Reads
from cfstream.startup.frozen import dataclass
from cfstream.steps.batch_manifest import JobObjects
from cfstream.values import Account, Json, digest

if TYPE_CHECKING:
    from datetime import datetime

ENDED = frozenset({"Complete", "Cancelled", "Failed"})
PRIORITY = 10


@dataclass(frozen=True)
class BatchJob:
    """A job that gives the grantee its permission on every object under the prefix, and replaces their whole ACLs."""

    role: str
    """The ARN of the role with which S3 writes."""
    report_bucket: str
    report_prefix: str
    owner: str
    """The canonical user id of the bucket's owner, which keeps FULL_CONTROL."""
    before: "datetime | None" = field(default=None, compare=False)
    """Objects that were written at that time or later are not in the job: their ACLs were not read by the plan."""
    patience: float = field(default=1800.0, compare=False)
    """After so many seconds without any progress, the job is cancelled."""
    objects: JobObjects = field(default=JobObjects(), compare=False)
    """What the plan knows about its objects. The token and the description of the job do not depend on it."""

    def asks(self) -> Any:
        """Return what the step's fingerprint covers."""
        return {
            "role": self.role,
            "report": f"{self.report_bucket}/{self.report_prefix}",
            "owner": self.owner,
        }

    def description(self, stack: str, work: AclWork) -> str:
        """Return the description by which another run finds a job that does the same."""
        asked = [self.asks(), work.account, work.bucket, work.prefix, work.grantee, work.permission]
        return f"{mark(stack)}{digest(asked).rpartition(':')[2][:16]}"

    def token(self, work: AclWork, description: str, earlier: int) -> str:
        """Return the token of a request. `earlier` is how many jobs with this description have ended.

        It is the same until such a job ends. So AWS returns the existing job if a reply was lost.
        """
        return hashlib.sha256(f"{work.account} {description} {earlier}".encode()).hexdigest()[:48]

    def request(self, work: AclWork, description: str, token: str, objects: Json) -> Call:
        """Return the call that creates the job. `objects` is the member that names its objects."""
        params = {
            "AccountId": work.account,
            # Always sent: botocore and the User Guide disagree about what happens without it.
            "ConfirmationRequired": False,
            "Operation": {"S3PutObjectAcl": {"AccessControlPolicy": {"AccessControlList": self._acl(work)}}},
            "Report": {
                "Bucket": self.arn(self.report_bucket),
                "Format": "Report_CSV_20180820",
                "Enabled": True,
                "ReportScope": "FailedTasksOnly",
                **({"Prefix": self._report_prefix} if self._report_prefix else {}),
            },
            "ClientRequestToken": f"cfstream-{token}",
            "Description": description,
            "Priority": PRIORITY,
            "RoleArn": self.role,
            **objects,
        }
        return Call("s3control", "create_job", params, work.region)

    def report_key(self, job: str, name: str) -> str:
        """Return the key of a file of the job's report."""
        start = f"{self._report_prefix}/" if self._report_prefix else ""
        return f"{start}job-{job}/{name}"

    def list_key(self, token: str) -> str:
        """Return the key of a list of the objects, in the bucket of the report."""
        start = f"{self._report_prefix}/" if self._report_prefix else ""
        return f"{start}objects-{token}.csv"

    @property
    def _report_prefix(self) -> str:
        return self.report_prefix.rstrip("/")

    def _acl(self, work: AclWork) -> Json:
        grants = {self.owner: "FULL_CONTROL", work.grantee: str(work.permission)}
        return {
            "Owner": {"ID": self.owner},
            "Grants": [
                {"Grantee": {"TypeIdentifier": "id", "Identifier": who}, "Permission": permission}
                for who, permission in grants.items()
            ],
        }

    def arn(self, place: str) -> str:
        """Return the ARN of a bucket, or of ``BUCKET/KEY``."""
        return f"arn:{self.role.split(':')[1]}:s3:::{place}"


def mark(stack: str) -> str:
    """Return the start of the description of every job of a stack."""
    return f"cfstream:{stack} "


def job_call(operation: str, work: AclWork, job: str = "", **params: Any) -> Call:
    """Return a call on a job, or on all jobs of the account in the bucket's region."""
    where = {"AccountId": work.account, **({"JobId": job} if job else {})}
    return Call("s3control", operation, {**where, **params}, work.region)


def cancel_command(account: Account, region: str, job: str) -> str:
    """Return the command of the AWS CLI that cancels a job."""
    return (
        f"aws s3control update-job-status --account-id {quote(account)} --job-id {quote(job)} "
        f"--requested-job-status Cancelled --region {quote(region)}"
    )


def ending_advice(account: Account, region: str, job: str, *, in_sandbox: bool = False) -> str:
    """Return what to do about a job that no run watches."""
    # The AWS CLI puts the account before the host name, which does not exist on loopback.
    way = "HTTP_PROXY=$AWS_ENDPOINT_URL " if in_sandbox else ""
    command = f"{way}{cancel_command(account, region, job)}"
    return f"let it end, or cancel it, then run the same command again. To cancel it: `{command}`"


def list_command(account: Account, region: str) -> str:
    """Return the command of the AWS CLI that lists the jobs that may still write."""
    states = "New Preparing Suspended Ready Active Pausing Paused"
    return f"aws s3control list-jobs --account-id {quote(account)} --job-statuses {states} --region {quote(region)}"


def unended_jobs(aws: Reads, account: Account, region: str, start: str) -> Mapping[str, str]:
    """Return the jobs that have not ended and whose descriptions begin with `start`: descriptions by id.

    Makes ListJobs. Raises as `Reads.items`.
    """
    rows = aws.items(Call("s3control", "list_jobs", {"AccountId": account}, region))
    return {
        str(row["JobId"]): str(row["Description"])
        for row in rows
        if str(row.get("Description") or "").startswith(start) and row["Status"] not in ENDED
    }


@dataclass(frozen=True)
class LiveJob:
    """A job as AWS shows it."""

    id: str
    status: str
    total: int = 0
    succeeded: int = 0
    failed: int = 0
    why: str = ""
    """Why it failed or was cancelled; empty if AWS gives no reason."""
    code: str = ""
    """The code of the failure."""
    before: "datetime | None" = None
    """As `BatchJob.before`, of this job."""
    created: "datetime | None" = None
    is_listed_by_s3: bool = False
    """Whether S3 has listed its objects: otherwise AWS does not show which ones it has."""

    @property
    def has_ended(self) -> bool:
        """Whether it writes no more."""
        return self.status in ENDED


def live_job(described: Mapping[str, Any]) -> LiveJob:
    """Return the job of a DescribeJob reply, or of a row of ListJobs."""
    counts = described.get("ProgressSummary") or {}
    reasons = described.get("FailureReasons") or ()
    generator = (described.get("ManifestGenerator") or {}).get("S3JobManifestGenerator") or {}
    why = "; ".join(str(each.get("FailureReason") or each.get("FailureCode")) for each in reasons)
    return LiveJob(
        str(described["JobId"]),
        str(described["Status"]),
        int(counts.get("TotalNumberOfTasks") or 0),
        int(counts.get("NumberOfTasksSucceeded") or 0),
        int(counts.get("NumberOfTasksFailed") or 0),
        why or str(described.get("StatusUpdateReason") or ""),
        str(reasons[0].get("FailureCode") or "") if reasons else "",
        (generator.get("Filter") or {}).get("CreatedBefore"),
        described.get("CreationTime"),
        bool(generator),
    )
