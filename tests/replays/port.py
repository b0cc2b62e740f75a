"""The port of a replayed run: a test checks the account after every call, and can end the run at any call."""

import threading
from collections.abc import Callable

from cfstream.ports import Call, Writes
from cfstream.values import Json
from tests.world.faults import Killed
from tests.world.ports import PassThrough


class Replayed(PassThrough):
    """Calls `check` before and after every write, and after every read.

    With `patience`, the process dies after its first write, or after this number of reads without a write. So a run
    that waits ends in its wait, and a run that writes ends after the write.
    """

    def __init__(self, aws: Writes, check: Callable[[], None], patience: int = 0) -> None:
        self.aws = aws
        self._look = check
        self._left = patience or None
        self._guard = threading.Lock()
        self.writes: list[str] = []

    def read(self, call: Call) -> Json:
        with self._guard:
            reply = self.aws.read(call)
            self._look()
            self._lose_patience()
            return reply

    def write(self, call: Call) -> Json:
        with self._guard:
            self._look()
            reply = self.aws.write(call)
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
