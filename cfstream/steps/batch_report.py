"""The objects that a job did not change: those of its report, and those that were not in it."""

import csv
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_plus

from cfstream.errors import Refused
from cfstream.ports import AclWork, Call
from cfstream.steps.batch_job import BatchJob, LiveJob
from cfstream.steps.plain_acls import list_call
from cfstream.steps.step import StepContext
from cfstream.values import Json

if TYPE_CHECKING:
    from datetime import datetime

CHUNK = 1 << 20
"""A report is read in parts of this size, so that memory does not depend on the number of failures."""


class UnreadableReport(Exception):
    """The report does not have the format of AWS, or cannot be read."""


def failed_keys(context: StepContext, job: BatchJob, live: LiveJob, work: AclWork) -> Iterator[str]:
    """Yield the keys of the tasks that failed. A key may come twice, or not exist: see `_spellings`.

    Raises UnreadableReport.
    """
    for row in _failed_rows(context, job, live, work):
        yield from _spellings(row[1], work.prefix)


def first_failure(context: StepContext, job: BatchJob, live: LiveJob, work: AclWork) -> str:
    """Return the key and the error of the first task that failed; empty if the report does not show it."""
    try:
        row = next(_failed_rows(context, job, live, work), None)
    except UnreadableReport:
        return ""
    return f"{row[1]!r}: {' '.join(filter(None, row[4:]))}" if row else ""


def _failed_rows(context: StepContext, job: BatchJob, live: LiveJob, work: AclWork) -> Iterator[list[str]]:
    """Yield the rows of the tasks that failed. Raises UnreadableReport.

    Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage; samples swap the codes' order.
    """
    try:
        manifest = json.loads(_read(context, job, work, job.report_key(live.id, "manifest.json"))["Body"])
        results = [row for row in manifest["Results"] if row["TaskExecutionStatus"] == "failed"]
        for result in results:
            for line in _lines(context, job, work, str(result["Key"])):
                row = next(csv.reader([line]), [])
                if len(row) > 1 and row[0] == work.bucket and "succeeded" not in row[3:4]:
                    yield row
    except Refused as refused:
        raise UnreadableReport(refused.what) from refused
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise UnreadableReport("it does not have the format of AWS") from error


def later_keys(context: StepContext, before: "datetime | None", work: AclWork) -> Iterator[str]:
    """Yield the keys that were written too late for the job's objects; none if all were in it."""
    if before is None:
        return
    for page in context.aws.pages(list_call(work)):
        for row in page.get("Contents") or ():
            if row["LastModified"] >= before:
                yield str(row["Key"])


def _spellings(written: str, prefix: str) -> Iterator[str]:
    """Yield the keys that a key in a report may mean. Which characters are encoded in it is not documented.

    Every object under the prefix gets the same grant, so one key too many does no harm.
    """
    found = dict.fromkeys([unquote(written), unquote_plus(written), written])
    yield from (key for key in found if key.startswith(prefix))


def _lines(context: StepContext, job: BatchJob, work: AclWork, key: str) -> Iterator[str]:
    start, total, rest = 0, 1, b""
    while start < total:
        part = _read(context, job, work, key, Range=f"bytes={start}-{start + CHUNK - 1}")
        body: bytes = part["Body"]
        shown = re.fullmatch(r"bytes \d+-\d+/(\d+)", str(part.get("ContentRange") or ""))
        total = int(shown.group(1)) if shown else start + len(body)
        if not body:
            break
        start += len(body)
        *lines, rest = (rest + body).split(b"\n")
        yield from (line.decode() for line in lines)
    if rest:
        yield rest.decode()


def _read(context: StepContext, job: BatchJob, work: AclWork, key: str, **params: Any) -> Json:
    return context.aws.read(
        Call("s3", "get_object", {"Bucket": job.report_bucket, "Key": key, **params}, work.region)
    )
