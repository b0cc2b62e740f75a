"""A door in that reads each thing once: one plan sees one moment, and many stacks share the lists."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from cfstream.errors import Refused
from cfstream.ports import Answer, Call, Reads
from cfstream.values import Json

T = TypeVar("T")

OBJECT_CALLS = frozenset({"get_object_acl", "put_object_acl", "head_object", "get_object", "put_object"})
"""Calls on single objects: as many as a bucket has objects, so that remembering them would not end."""


class RememberingReads:
    """What `door` reads, remembered, refusals too. Law: equal calls get the same answer, and AWS is asked
    once.

    Safe to share between threads: who asks for what is under way already waits for it. What is asked of single
    objects is not remembered, and `pages` neither: memory stays flat in the number of objects.
    """

    def __init__(
        self, door: Reads, together: "Callable[[Reads, Sequence[Call]], tuple[Answer, ...]]"
    ) -> None:
        self._door = door
        self._together = together
        self._guard = threading.Lock()
        self._answers: dict[tuple[str, ...], Future[Any]] = {}

    def read(self, call: Call) -> Json:
        if call.operation in OBJECT_CALLS:
            return self._door.read(call)
        return self._once("read", call, self._door.read)

    def items(self, call: Call) -> Sequence[Json]:
        return self._once("items", call, self._door.items)

    def pages(self, call: Call) -> Iterator[Json]:
        return self._door.pages(call)

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
    """The reply to `call`, or the refusal as a value."""
    try:
        return reads.read(call)
    except Refused as refusal:
        return refusal
