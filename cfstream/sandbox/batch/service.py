"""The requests CreateJob, DescribeJob, ListJobs and UpdateJobStatus, and how a job moves on.

A job moves one state further before each DescribeJob is answered, so that tests need no clock. A job that nothing has
described for a minute ends before ListJobs is answered, as it would on AWS.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4
from xml.sax.saxutils import escape

from cfstream.sandbox.acl import KnownUser
from cfstream.sandbox.batch import tasks
from cfstream.sandbox.batch.asked import JobRefused, judge, parsed
from cfstream.sandbox.batch.job import CANCELLABLE, ENDED, STATES, BatchedJob, Json
from cfstream.sandbox.listener import Answer, Environ

_PATH = re.compile(r"/v20180820/jobs(?:/(?P<id>[^/?]+))?(?P<status>/status)?/?(?:\?(?P<query>.*))?")
_REGION = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[^/]+)/")
UNWATCHED_SECONDS = 60.0
_NAMESPACE = "http://awss3control.amazonaws.com/doc/2018-08-20/"


def concerns(uri: str) -> bool:
    """Return whether a request to S3 Control is about jobs."""
    return _PATH.fullmatch(uri) is not None


@dataclass
class BatchOperations:
    """The jobs of one account, for one request."""

    account: str
    jobs: list[BatchedJob]
    known: KnownUser
    """Returns whether an origin access identity with this canonical user id exists."""
    now: Callable[[], float]
    parts: int
    """In how many parts an active job does its tasks."""

    def answer(self, environ: Environ, body: bytes) -> Answer:
        """Answer one request."""
        found = _PATH.fullmatch(environ["RAW_URI"])
        if found is None:
            raise NotImplementedError(environ["RAW_URI"])
        query = parse_qs(found["query"] or "")
        try:
            if environ.get("HTTP_X_AMZ_ACCOUNT_ID") != self.account:
                raise JobRefused("AccessDenied", "Access Denied", 403)
            match environ["REQUEST_METHOD"], found["id"], bool(found["status"]):
                case "POST", None, False:
                    region = _REGION.search(environ.get("HTTP_AUTHORIZATION", ""))
                    return self._create(parsed(body), region["region"] if region else "")
                case "GET", None, False:
                    return self._list(query)
                case "GET", str(id_), False:
                    return self._describe(id_)
                case "POST", str(id_), True:
                    return self._update(id_, query)
                case _:
                    raise NotImplementedError(environ["RAW_URI"])
        except JobRefused as refused:
            return _refusal(refused)

    def _create(self, asked: Json, region: str) -> Answer:
        judge(asked, self.account, region)
        for job in self.jobs:
            if job.token == asked["ClientRequestToken"]:
                if job.asked != asked:
                    what = "The token was used for a job with other parameters"
                    raise JobRefused("IdempotencyException", what)
                return _reply("CreateJobResult", {"JobId": job.id})
        job = BatchedJob(str(uuid4()), region, asked, self.now(), described=self.now())
        self.jobs.append(job)
        return _reply("CreateJobResult", {"JobId": job.id})

    def _describe(self, id_: str) -> Answer:
        job = self._find(id_)
        job.described = self.now()
        self._advance(job)
        return _reply("DescribeJobResult", {"Job": _described(job, self.account)})

    def _list(self, query: dict[str, list[str]]) -> Answer:
        wanted = query.get("jobStatuses", [])
        if unknown := [each for each in wanted if each not in STATES]:
            raise JobRefused("InvalidRequestException", f"{unknown[0]} is not the status of a job")
        for job in self.jobs:
            if job.status == "Cancelling" or self.now() - job.described > UNWATCHED_SECONDS:
                self._finish(job)
        rows = [job for job in reversed(self.jobs) if not wanted or job.status in wanted]
        start = int(query.get("nextToken", ["0"])[0])
        size = int(query.get("maxResults", ["1000"])[0])
        page: Json = {"Jobs": [_row(job) for job in rows[start : start + size]]}
        more = {"NextToken": str(start + size)} if start + size < len(rows) else {}
        return _reply("ListJobsResult", {**more, **page})

    def _update(self, id_: str, query: dict[str, list[str]]) -> Answer:
        job = self._find(id_)
        wanted = query.get("requestedJobStatus", [""])[0]
        if wanted not in ("Ready", "Cancelled"):
            raise JobRefused("BadRequestException", f"{wanted!r} cannot be requested")
        if (wanted == "Ready" and job.status != "Suspended") or job.status not in CANCELLABLE:
            what = f"The job cannot become {wanted}: it is {job.status}"
            raise JobRefused("JobStatusException", what)
        job.update_reason = query.get("statusUpdateReason", [""])[0]
        if wanted == "Ready":
            job.status = "Ready"
        else:
            self._end(job, "Cancelled") if job.status == "Suspended" else setattr(job, "status", "Cancelling")
        reply = {"JobId": job.id, "Status": job.status, "StatusUpdateReason": job.update_reason or None}
        return _reply("UpdateJobStatusResult", reply)

    def _find(self, id_: str) -> BatchedJob:
        found = next((job for job in self.jobs if job.id == id_), None)
        if found is None:
            raise JobRefused("NotFoundException", f"The job {id_} does not exist", 404)
        return found

    def _advance(self, job: BatchedJob) -> None:
        match job.status:
            case "New":
                job.status = "Preparing"
            case "Preparing":
                tasks.prepare(job)
                # S3 User Guide: a job of a client suspends itself if ConfirmationRequired is not false.
                confirmed = job.asked.get("ConfirmationRequired") == "false"
                job.status = "Failing" if job.failures else "Ready" if confirmed else "Suspended"
            case "Ready":
                job.status = "Active"
            case "Active":
                tasks.work(job, self.known, max(1, -(-len(job.keys) // self.parts)))
                if job.failures:
                    job.status = "Failing"
                elif job.done >= len(job.keys):
                    job.status = "Completing"
            case "Completing" | "Cancelling" | "Failing":
                ending = {"Completing": "Complete", "Cancelling": "Cancelled", "Failing": "Failed"}
                tasks.report(job)
                self._end(job, "Failed" if job.failures else ending[job.status])

    def _finish(self, job: BatchedJob) -> None:
        """Let a job end, unless it waits for confirmation."""
        while job.status not in (*ENDED, "Suspended"):
            self._advance(job)

    def _end(self, job: BatchedJob, status: str) -> None:
        job.status, job.ended = status, self.now()


def _described(job: BatchedJob, account: str) -> Json:
    kept = (
        "ConfirmationRequired",
        "Description",
        "Operation",
        "Priority",
        "Report",
        "RoleArn",
        "Manifest",
        "ManifestGenerator",
    )
    return {
        **_row(job),
        "JobArn": f"arn:aws:s3:{job.region}:{account}:job/{job.id}",
        **{name: job.asked[name] for name in kept if name in job.asked},
        "StatusUpdateReason": job.update_reason or None,
        "FailureReasons": [{"FailureCode": code, "FailureReason": why} for code, why in job.failures] or None,
    }


def _row(job: BatchedJob) -> Json:
    return {
        "JobId": job.id,
        "Description": job.asked.get("Description"),
        "Operation": "S3PutObjectAcl",
        "Priority": job.asked["Priority"],
        "Status": job.status,
        "CreationTime": _time(job.created),
        "TerminationDate": _time(job.ended) if job.ended is not None else None,
        "ProgressSummary": {
            "TotalNumberOfTasks": len(job.keys),
            "NumberOfTasksSucceeded": job.done - len(job.failed),
            "NumberOfTasksFailed": len(job.failed),
        },
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _reply(root: str, content: Json) -> Answer:
    inner = "".join(_xml(name, value) for name, value in content.items())
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">{inner}</{root}>'
    return Answer(200, [("Content-Type", "application/xml")], body.encode())


def _xml(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        inner = "".join(_xml(each, content) for each, content in value.items())
    elif isinstance(value, list):
        inner = "".join(_xml("member", each) for each in value)
    else:
        inner = escape(str(value))
    return f"<{name}>{inner}</{name}>"


def _refusal(refused: JobRefused) -> Answer:
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{refused.code}</Code><Message>{escape(str(refused))}"
        f"</Message></Error><RequestId>{uuid4()}</RequestId></ErrorResponse>"
    )
    return Answer(refused.status, [("Content-Type", "application/xml")], body.encode())
