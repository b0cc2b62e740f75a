"""The door of a run that is replayed: after everything that passes somebody looks, and it can be shut at any moment."""

import threading
from collections.abc import Callable, Iterator, Sequence

from cfstream.ports import Answer, Call, Writes
from cfstream.values import Json
from tests.faults.doors import Killed


class Replayed:
    """A door at which `look` is called before and after every write, and after every read.

    With `patience`, the process dies after its first write, or when it has read so many times without one: a run that
    waits is stopped in its wait, and one that is to write is stopped when that is done.
    """

    def __init__(self, aws: Writes, look: Callable[[], None], patience: int = 0) -> None:
        self._aws = aws
        self._look = look
        self._left = patience or None
        self._guard = threading.Lock()
        self.writes: list[str] = []

    def read(self, call: Call) -> Json:
        with self._guard:
            reply = self._aws.read(call)
            self._look()
            self._lose_patience()
            return reply

    def items(self, call: Call) -> Sequence[Json]:
        return self._aws.items(call)

    def pages(self, call: Call) -> Iterator[Json]:
        return self._aws.pages(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return self._aws.together(calls)

    def write(self, call: Call) -> Json:
        with self._guard:
            self._look()
            reply = self._aws.write(call)
            self.writes.append(call.operation)
            self._look()
            if self._left is not None:
                raise Killed(call.operation)
            return reply

    def _lose_patience(self) -> None:
        if self._left is None:
            return
        self._left -= 1
        if self._left <= 0:
            raise Killed
