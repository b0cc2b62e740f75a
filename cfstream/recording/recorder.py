"""Record everything that is read."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from cfstream.errors import Refused, Throttled, Unreachable
from cfstream.ports import Answer, Call, Reads
from cfstream.recording.recorded import Pages, ReadMethod, Recorded, RecordedCall
from cfstream.recording.redaction import redacted
from cfstream.values import Json

T = TypeVar("T")


class RecordingReads:
    """Reads through `reads`, and records every answer without secrets in `recorded`, by call.

    Refusals are answers too and are recorded. A refusal because of the rate is not: it is raised, even from `together`.
    Safe to share between threads.
    """

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._guard = threading.Lock()
        self._alike: dict[str, Recorded] = {}
        self.recorded: dict[RecordedCall, Recorded] = {}

    def read(self, call: Call) -> Json:
        return self._noting(ReadMethod.READ, call, lambda: self._reads.read(call))

    def items(self, call: Call) -> Sequence[Json]:
        return self._noting(ReadMethod.ITEMS, call, lambda: self._reads.items(call))

    def pages(self, call: Call) -> Iterator[Json]:
        seen: list[Any] = []
        whole = False
        try:
            for page in self._reads.pages(call):
                seen.append(redacted(call, page))
                yield page
            whole = True
        finally:
            # A reader may stop early. The pages that it has read are what a plan needs.
            self._keep(ReadMethod.PAGES, call, Pages(tuple(seen), whole))

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        answers = self._reads.together(calls)
        for call, answer in zip(calls, answers, strict=True):
            if isinstance(answer, Throttled):
                raise answer
            self._keep(
                ReadMethod.READ, call, answer if isinstance(answer, Refused) else redacted(call, answer)
            )
        return answers

    def _noting(self, way: ReadMethod, call: Call, ask: Callable[[], T]) -> T:
        try:
            answer = ask()
        except Throttled:
            raise
        except (Refused, Unreachable) as error:
            self._keep(way, call, error)
            raise
        self._keep(way, call, redacted(call, answer))
        return answer

    def _keep(self, way: ReadMethod, call: Call, recorded: Recorded) -> None:
        with self._guard:
            if call.operation == "get_object_acl" and isinstance(recorded, dict):
                # A bucket with a hundred thousand objects has only a few different ACLs.
                recorded = self._alike.setdefault(json.dumps(recorded, sort_keys=True, default=str), recorded)
            self.recorded[RecordedCall.of(way, call)] = recorded
