"""An AWS client of a run in which one write goes wrong."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cfstream.ports import Answer, Call, Writes
from cfstream.values import Json
from tests.worlds import Fault


class Killed(BaseException):
    """What ``kill -9`` is to a program: nothing of it runs after this."""


def killed(aws: Writes, call: Call) -> Json:
    """AWS did it, and the process dies before it hears of that."""
    aws.write(call)
    raise Killed(call.operation)


@dataclass(frozen=True)
class Write:
    """One of a run's writes: the how manieth of an operation; what several stacks do at once has no other order."""

    operation: str
    nth: int = 1

    def __str__(self) -> str:
        return self.operation + (f"-{self.nth}" if self.nth > 1 else "")


def numbered(operations: Sequence[str]) -> tuple[Write, ...]:
    """Writes in the order of `operations`, each with its number among those of its name."""
    seen: Counter[str] = Counter()
    writes = []
    for operation in operations:
        seen[operation] += 1
        writes.append(Write(operation, seen[operation]))
    return tuple(writes)


class Watched:
    """A door in which `target`, or the write of that number from 1, meets `fault`.

    Writes pass one at a time. Once a fault has killed the process, nothing passes any more, neither reads nor writes.
    """

    def __init__(
        self,
        aws: Writes,
        target: Write | int | None = None,
        fault: Fault | None = None,
    ) -> None:
        self._aws = aws
        self._target = target
        self._fault = fault
        self._guard = threading.Lock()
        self._dead = False
        self.operations: list[str] = []
        self.struck = False

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
                    self.struck = True
                    return self._fault(aws, call)
                return aws.write(call)
            except Killed:
                self._dead = True
                raise

    def _numbers(self) -> tuple[Write | int, ...]:
        """The number of the last write, among all and among those of its operation."""
        operation = self.operations[-1]
        return len(self.operations), Write(operation, self.operations.count(operation))

    def _living(self) -> Writes:
        if self._dead:
            raise Killed
        return self._aws
