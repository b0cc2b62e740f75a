"""Answer reads from a recording, without AWS, credentials or network."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cfstream.errors import CfstreamError, Refused, WrongUsage
from cfstream.ports import Answer, Call
from cfstream.recording.inference import inferred
from cfstream.recording.recorded import Pages, ReadMethod, Recorded, RecordedCall
from cfstream.values import Json


class NotRecorded(WrongUsage):
    """The snapshot lacks something that the plan needs."""


class ReplayedReads:
    """Returns the recorded answers. Law: a plan of the recorded specs is the same as from AWS.

    `source` is the recording's name in errors, and `remedy` is how to get a more complete one.
    """

    def __init__(self, record: Mapping[RecordedCall, Recorded], source: str, remedy: str) -> None:
        self._record = record
        self._source = source
        self._remedy = remedy

    def read(self, call: Call) -> Json:
        reply: Json = self._said(ReadMethod.READ, call)
        return reply

    def items(self, call: Call) -> Sequence[Json]:
        rows: list[Json] = self._said(ReadMethod.ITEMS, call)
        return rows

    def pages(self, call: Call) -> Iterator[Json]:
        recorded: Pages = self._said(ReadMethod.PAGES, call)
        yield from recorded.pages
        if not recorded.whole:
            raise self._lacking(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return tuple(map(self._answer, calls))

    def write(self, call: Call) -> Json:
        """Raise WrongUsage: a recording cannot be changed."""
        raise WrongUsage(f"{call.operation} is not possible on {self._source}", "run the command against AWS")

    def _answer(self, call: Call) -> Answer:
        try:
            return self.read(call)
        except Refused as refusal:
            return refusal

    def _said(self, way: ReadMethod, call: Call) -> Any:
        asked = RecordedCall.of(way, call)
        recorded = self._record.get(asked)
        if recorded is None:
            recorded = inferred(self._record, asked)
        if recorded is None:
            raise self._lacking(call)
        if isinstance(recorded, CfstreamError):
            raise recorded
        return recorded

    def _lacking(self, call: Call) -> NotRecorded:
        operation = "".join(word.capitalize() for word in call.operation.split("_"))
        about = _about(call)
        return NotRecorded(
            f"{self._source} does not contain {operation}{about}, which this plan reads", self._remedy
        )


def _about(call: Call) -> str:
    """Return the resource that the call concerns, as text."""
    bucket, key = call.params.get("Bucket"), call.params.get("Key")
    if bucket:
        return f" of s3://{bucket}/{key}" if key else f" of the bucket {bucket}"
    named = next((value for name, value in call.params.items() if isinstance(value, str)), "")
    return f" of {named}" if named else ""
