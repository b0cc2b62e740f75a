"""Writes are repeated after errors that pass, and after no others."""

import pytest

from cfstream.errors import CfstreamError, Refused, ReplyLost, Throttled, Unreachable, VersionMoved
from cfstream.steps.attempts import LOST, THROTTLED, UNREACHED, VERSIONED, Transient, persist, with_code
from tests.unit.steps.buckets import Bucket, Clock, context

TOO_FAST = Throttled("PutBucketPolicy", "SlowDown", "Please reduce your request rate.", status=503)
UNREACHABLE = Unreachable("PutBucketPolicy: connection refused")
NO_REPLY = ReplyLost("PutBucketPolicy: the connection was closed")
MOVED = VersionMoved("UpdateDistribution", "PreconditionFailed", "The precondition failed.", status=412)
CONFLICT = Refused(
    "PutBucketPolicy", "OperationAborted", "A conflicting operation is in progress.", status=409
)
EACH = [
    pytest.param(TOO_FAST, THROTTLED, id="throttled"),
    pytest.param(UNREACHABLE, UNREACHED, id="unreachable"),
    pytest.param(NO_REPLY, LOST, id="lost"),
    pytest.param(MOVED, VERSIONED, id="moved"),
    pytest.param(CONFLICT, with_code("OperationAborted", pauses=(1.0, 2.0)), id="conflict"),
]


class Attempts:
    """An attempt that raises this error so many times, and then succeeds."""

    def __init__(self, error: CfstreamError, failures: int) -> None:
        self._error = error
        self._failures = failures
        self.made = 0

    def __call__(self) -> str:
        self.made += 1
        if self.made <= self._failures:
            raise self._error
        return "written"


@pytest.mark.parametrize(("error", "transient"), EACH)
def test_an_error_that_passes_is_waited_for(error: CfstreamError, transient: Transient) -> None:
    """There are several pauses, and the attempt after the last one still counts."""
    assert len(transient.pauses) > 1
    attempts, clock = Attempts(error, len(transient.pauses)), Clock()
    assert persist(context(Bucket(), clock=clock), attempts, transient) == "written"
    assert clock.slept == sum(transient.pauses)


@pytest.mark.parametrize(("error", "transient"), EACH)
def test_an_error_that_does_not_pass_is_raised_in_the_end(error: CfstreamError, transient: Transient) -> None:
    """After the last pause there is one more attempt, and then the error of AWS is raised."""
    attempts = Attempts(error, 100)
    with pytest.raises(type(error)) as raised:
        persist(context(Bucket()), attempts, transient)
    assert raised.value is error
    assert attempts.made == len(transient.pauses) + 1


def test_any_other_error_is_raised_at_once() -> None:
    """A refusal does not pass with time."""
    attempts = Attempts(Refused("PutBucketPolicy", "MalformedPolicy", "Invalid principal", status=400), 1)
    with pytest.raises(Refused):
        persist(context(Bucket()), attempts, THROTTLED, UNREACHED, LOST, VERSIONED)
    assert attempts.made == 1
