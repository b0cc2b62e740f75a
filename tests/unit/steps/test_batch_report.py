"""The report of a job: parsed leniently, because its samples disagree, and read in parts."""

import json
from collections.abc import Sequence

import pytest

from cfstream.ports import AclWork, Call
from cfstream.steps import batch_report
from cfstream.steps.batch_job import BatchJob, LiveJob
from cfstream.steps.batch_report import UnreadableReport, failed_keys
from cfstream.steps.ledger import Ledger
from cfstream.steps.step import StepContext
from cfstream.values import Account, Json
from tests.world.clock import QuickClock
from tests.world.ports import PassThrough

JOB = BatchJob("arn:aws:iam::123456789012:role/jobs", "reports", "acl/", "0" * 64)
WORK = AclWork("media", "us-east-1", Account("123456789012"), "a/", "", "1" * 96, "READ")


class Files(PassThrough):
    """Reads of a bucket with these objects, in parts."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def read(self, call: Call) -> Json:
        body = self._files[call.params["Key"]]
        if "Range" not in call.params:
            return {"Body": body}
        start, end = map(int, call.params["Range"].removeprefix("bytes=").split("-"))
        part = body[start : end + 1]
        return {"Body": part, "ContentRange": f"bytes {start}-{start + len(part) - 1}/{len(body)}"}


def failed(rows: Sequence[str], manifest: bytes | None = None, files: type[Files] = Files) -> list[str]:
    """Return the keys of a report with these rows."""
    results = [{"TaskExecutionStatus": "failed", "Key": "one.csv"}]
    bodies = {
        "acl/job-1/manifest.json": manifest or json.dumps({"Results": results}).encode(),
        "one.csv": "\n".join(rows).encode(),
    }
    context = StepContext(files(bodies), QuickClock(), {}, Ledger(), lambda _text, _fraction: None)
    return list(failed_keys(context, JOB, LiveJob("1", "Complete"), WORK))


@pytest.mark.parametrize("chunk", [7, 1 << 20])
def test_either_order_of_the_codes(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    """The samples of the User Guide have code and status in either order."""
    monkeypatch.setattr(batch_report, "CHUNK", chunk)
    rows = [
        "media,a/1,,failed,403,AccessDenied,Access Denied",
        'media,a/2,,failed,AccessDenied,403,"no, never"',
        "media,a/3,,succeeded,200,,Successful",
        "another,a/4,,failed,403,AccessDenied,",
        "media,b/5,,failed,403,AccessDenied,",
        "",
    ]
    assert failed(rows) == ["a/1", "a/2"]


def test_a_report_that_ends_early() -> None:
    """S3 shows a larger size than it returns: what it has returned counts."""

    class Short(Files):
        def read(self, call: Call) -> Json:
            part = super().read(call)
            return {**part, **({"ContentRange": "bytes 0-9/9999"} if "ContentRange" in part else {})}

    assert failed(["media,a/1,,failed,403,AccessDenied,"], files=Short) == ["a/1"]


def test_encoded_keys() -> None:
    """Every key that the text may mean is tried: it is not documented which characters are encoded."""
    assert failed(["media,a/x%20y+z,,failed,403,AccessDenied,"]) == ["a/x y+z", "a/x y z", "a/x%20y+z"]


@pytest.mark.parametrize("manifest", [b"no JSON", b"{}", b'{"Results": [{}]}'])
def test_another_format(manifest: bytes) -> None:
    """Then the caller checks every object."""
    with pytest.raises(UnreadableReport):
        failed([], manifest)
