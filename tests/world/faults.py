"""Faults of single writes, and a port to AWS in which one write meets a fault."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cfstream.errors import ReplyLost, Unreachable, VersionMoved
from cfstream.ports import Answer, Call, Writes
from cfstream.values import Json
from tests.world.ports import PassThrough

Fault = Callable[[Writes, Call], Json]
"""What happens instead of a write."""


def never_arrived(_aws: Writes, call: Call) -> Json:
    """The connection is refused: nothing is written."""
    raise Unreachable(f"{call.operation}: connection refused")


def landed_unanswered(aws: Writes, call: Call) -> Json:
    """AWS carries the write out, and its reply is lost."""
    aws.write(call)
    raise ReplyLost(f"{call.operation}: the connection was closed")


def version_moved(_aws: Writes, call: Call) -> Json:
    """AWS answers 412, whatever the ETag is."""
    raise VersionMoved(
        call.operation, "PreconditionFailed", "The precondition did not evaluate to true.", status=412
    )


FAULTS: tuple[Fault, ...] = (never_arrived, landed_unanswered, version_moved)
"""One fault for each way that a step recovers. A throttled write is repeated like one that never arrived; the unit
tests of the steps check this."""


class Killed(BaseException):
    """The process was killed, as by ``kill -9``: nothing of it runs after this."""


def killed(aws: Writes, call: Call) -> Json:
    """AWS carries the write out, and the process dies before it gets the reply."""
    aws.write(call)
    raise Killed(call.operation)


@dataclass(frozen=True)
class Write:
    """One write of a run: the first, second, ... of its operation. Writes of several stacks have no other order."""

    operation: str
    nth: int = 1

    def __str__(self) -> str:
        return self.operation + (f"-{self.nth}" if self.nth > 1 else "")


def numbered(operations: Sequence[str]) -> tuple[Write, ...]:
    """Return a write for each operation, numbered among those of the same operation."""
    seen: Counter[str] = Counter()
    writes = []
    for operation in operations:
        seen[operation] += 1
        writes.append(Write(operation, seen[operation]))
    return tuple(writes)


class FaultyPort(PassThrough):
    """Both ports. The write `target` meets `fault`: a write of an operation, or the number of a write, from 1.

    Writes pass one at a time. After a fault has killed the process, no read and no write passes.
    """

    def __init__(
        self,
        aws: Writes,
        target: Write | int | None = None,
        fault: Fault | None = None,
    ) -> None:
        self.aws = aws
        self._target = target
        self._fault = fault
        self._guard = threading.Lock()
        self._dead = False
        self.operations: list[str] = []
        self.fault_met = False

    def read(self, call: Call) -> Json:
        return self._living().read(call)

    def items(self, call: Call) -> Sequence[Json]:
        return self._living().items(call)

    def pages(self, call: Call) -> Iterator[Json]:
        for page in self._living().pages(call):
            self._living()
            yield page

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return self._living().together(calls)

    def write(self, call: Call) -> Json:
        with self._guard:
            aws = self._living()
            self.operations.append(call.operation)
            try:
                if self._fault and self._target in self._numbers():
                    self.fault_met = True
                    return self._fault(aws, call)
                return aws.write(call)
            except Killed:
                self._dead = True
                raise

    def _numbers(self) -> tuple[Write | int, ...]:
        """Return the number of the last write, among all writes and among those of its operation."""
        operation = self.operations[-1]
        return len(self.operations), Write(operation, self.operations.count(operation))

    def _living(self) -> Writes:
        if self._dead:
            raise Killed
        return self.aws
