"""A run reads each thing once."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from cfstream.aws.client import together
from cfstream.aws.remembering import RememberingReads
from cfstream.errors import Missing, Unreachable
from cfstream.ports import Answer, Call
from cfstream.values import Json

BUCKET = Call("s3", "head_bucket", {"Bucket": "b"})


class SlowReads:
    """Answers with the number of the call, or with an error."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.count = 0
        self.gate = threading.Event()
        self.gate.set()

    def read(self, call: Call) -> Json:
        self.count += 1
        self.gate.wait(5)
        if self.error:
            raise self.error
        return {"nth": self.count, "params": call.params}

    def items(self, call: Call) -> Sequence[Json]:
        return [self.read(call)]

    def pages(self, call: Call) -> Iterator[Json]:
        yield self.read(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return together(self, calls)


def remembering(aws: SlowReads) -> RememberingReads:
    """Return a remembering port in front of `aws`."""
    return RememberingReads(aws, together)


def test_equal_calls_are_one_call() -> None:
    """The order of parameters does not matter; region and values do."""
    aws = SlowReads()
    reads = remembering(aws)
    one = reads.read(Call("s3", "x", {"a": 1, "b": 2}))
    assert reads.read(Call("s3", "x", {"b": 2, "a": 1})) is one
    assert reads.read(Call("s3", "x", {"a": 1, "b": 3})) is not one
    assert reads.read(Call("s3", "x", {"a": 1, "b": 2}, "eu-west-1")) is not one
    assert aws.count == 3


def test_lists_and_single_replies_are_kept_apart() -> None:
    """The rows of a list and its raw first page are stored separately."""
    reads = remembering(SlowReads())
    assert [*reads.items(BUCKET), reads.read(BUCKET)] == [
        {"nth": 1, "params": BUCKET.params},
        {"nth": 2, "params": BUCKET.params},
    ]


@pytest.mark.parametrize("error", [Missing("HeadBucket", "404", "no"), Unreachable("down")])
def test_errors_are_remembered(error: Any) -> None:
    """A refused call is not repeated."""
    aws = SlowReads(error)
    reads = remembering(aws)
    for _ in range(2):
        with pytest.raises(type(error)):
            reads.read(BUCKET)
    assert aws.count == 1


def test_the_second_asker_waits_for_the_first() -> None:
    """Threads with the same call at the same time share one call."""
    aws = SlowReads()
    aws.gate.clear()
    reads = remembering(aws)
    answers: list[Json] = []
    threads = [threading.Thread(target=lambda: answers.append(reads.read(BUCKET))) for _ in range(8)]
    for thread in threads:
        thread.start()
    aws.gate.set()
    for thread in threads:
        thread.join(5)
    assert len(answers) == 8
    assert aws.count == 1


def test_together_shares_what_is_remembered() -> None:
    """Answers are in the order of the calls, refusals are values, and equal calls are made once."""
    aws = SlowReads()
    calls = [Call("s3", "x", {"n": n % 3}) for n in range(9)]
    answers = remembering(aws).together(calls)
    assert [answer["params"] for answer in answers if not isinstance(answer, Exception)] == [
        call.params for call in calls
    ]
    assert aws.count == 3


def test_a_refusal_is_a_value_and_an_outage_is_raised() -> None:
    """Together, a refusal is a value. An unreachable endpoint raises."""
    missing = Missing("HeadBucket", "404", "no")
    assert remembering(SlowReads(missing)).together([BUCKET, Call("s3", "y")]) == (missing, missing)
    with pytest.raises(Unreachable):
        remembering(SlowReads(Unreachable("down"))).together([BUCKET, Call("s3", "y")])


def test_pages_are_not_kept() -> None:
    """Unbounded lists are read again each time, to limit memory."""
    aws = SlowReads()
    reads = remembering(aws)
    assert len([*reads.pages(BUCKET), *reads.pages(BUCKET)]) == 2
    assert aws.count == 2


def test_objects_are_not_remembered() -> None:
    """Calls about single objects are repeated, because a bucket may have millions."""
    aws = SlowReads()
    reads = remembering(aws)
    call = Call("s3", "get_object_acl", {"Bucket": "b", "Key": "k"})
    reads.read(call)
    reads.read(call)
    assert aws.count == 2
