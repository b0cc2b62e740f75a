"""A door in that answers from a recording. There is nothing behind it: no AWS, no credentials, no network."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cfstream.errors import CfstreamError, Refused, WrongUsage
from cfstream.ports import Answer, Call
from cfstream.recording.heard import Asked, Heard, Pages, Way
from cfstream.recording.inference import inferred
from cfstream.values import Json


class NotRecorded(WrongUsage):
    """The recording lacks an answer that the plan cannot do without."""


class ReplayedReads:
    """Answers as they were heard. Law: a plan of the specs that it was recorded for is the plan from AWS.

    `source` is what the recording is called in errors, and `remedy` what brings a fuller one.
    """

    def __init__(self, record: Mapping[Asked, Heard], source: str, remedy: str) -> None:
        self._record = record
        self._source = source
        self._remedy = remedy

    def read(self, call: Call) -> Json:
        reply: Json = self._said(Way.READ, call)
        return reply

    def items(self, call: Call) -> Sequence[Json]:
        rows: list[Json] = self._said(Way.ITEMS, call)
        return rows

    def pages(self, call: Call) -> Iterator[Json]:
        heard: Pages = self._said(Way.PAGES, call)
        yield from heard.pages
        if not heard.whole:
            raise self._lacking(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return tuple(map(self._answer, calls))

    def write(self, call: Call) -> Json:
        """Raises WrongUsage: nothing can be written to a recording."""
        raise WrongUsage(f"{call.operation} cannot be done to {self._source}", "run it against AWS")

    def _answer(self, call: Call) -> Answer:
        try:
            return self.read(call)
        except Refused as refusal:
            return refusal

    def _said(self, way: Way, call: Call) -> Any:
        asked = Asked.of(way, call)
        heard = self._record.get(asked)
        if heard is None:
            heard = inferred(self._record, asked)
        if heard is None:
            raise self._lacking(call)
        if isinstance(heard, CfstreamError):
            raise heard
        return heard

    def _lacking(self, call: Call) -> NotRecorded:
        operation = "".join(word.capitalize() for word in call.operation.split("_"))
        about = _about(call)
        return NotRecorded(
            f"{self._source} was recorded without {operation}{about}, which this plan reads", self._remedy
        )


def _about(call: Call) -> str:
    """What the call asks about, in words."""
    bucket, key = call.params.get("Bucket"), call.params.get("Key")
    if bucket:
        return f" of s3://{bucket}/{key}" if key else f" of the bucket {bucket}"
    named = next((value for name, value in call.params.items() if isinstance(value, str)), "")
    return f" of {named}" if named else ""
