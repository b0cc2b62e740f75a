"""Read everything once, so that one plan sees one state and many stacks share the lists."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from cfstream.errors import Refused
from cfstream.ports import Answer, Call, Reads
from cfstream.values import Json

T = TypeVar("T")

OBJECT_CALLS = frozenset({"get_object_acl", "put_object_acl", "get_object", "put_object"})
"""Calls on single objects. They are not remembered, because a bucket may have any number of objects."""


class RememberingReads:
    """Reads through `reads` and remembers the answers, including refusals. Law: AWS gets each call at most once.

    Safe to share between threads: a thread waits for a call that another one has already sent. Calls on single objects
    and `pages` are not remembered, so memory does not grow with the number of objects.
    """

    def __init__(
        self, reads: Reads, together: "Callable[[Reads, Sequence[Call]], tuple[Answer, ...]]"
    ) -> None:
        self._reads = reads
        self._together = together
        self._guard = threading.Lock()
        self._answers: dict[tuple[str, ...], Future[Any]] = {}

    def read(self, call: Call) -> Json:
        if call.operation in OBJECT_CALLS:
            return self._reads.read(call)
        return self._once("read", call, self._reads.read)

    def items(self, call: Call) -> Sequence[Json]:
        return self._once("items", call, self._reads.items)

    def pages(self, call: Call) -> Iterator[Json]:
        return self._reads.pages(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return self._together(self, calls)

    def _once(self, what: str, call: Call, ask: Callable[[Call], T]) -> T:
        key = (what, *_key(call))
        with self._guard:
            known = self._answers.get(key)
            if known is None:
                mine: Future[T] = Future()
                self._answers[key] = mine
        if known is not None:
            answer: T = known.result()
            return answer
        try:
            mine.set_result(ask(call))
        except BaseException as error:
            mine.set_exception(error)
            raise
        return mine.result()


def _key(call: Call) -> tuple[str, ...]:
    params = json.dumps(dict(call.params), sort_keys=True, default=str)
    return (call.service, call.operation, call.region, params)


def answer(reads: Reads, call: Call) -> Answer:
    """Return the reply to `call`, or the refusal as a value."""
    try:
        return reads.read(call)
    except Refused as refusal:
        return refusal
