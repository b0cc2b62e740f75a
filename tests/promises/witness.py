"""Writes that a test observes, and can add changes by others before or after."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from cfstream.ports import Answer, Call, Writes
from cfstream.values import Json

Hand = Callable[[Call], None]


def idle(_call: Call) -> None:
    """Do nothing."""


@dataclass
class Witness:
    """Forwards everything. `before` and `after` are called around each write, and may look and make changes."""

    aws: Writes
    before: Hand = idle
    after: Hand = idle
    calls: list[Call] = field(default_factory=list)

    @property
    def writes(self) -> list[str]:
        """Return the written operations, in order."""
        return [call.operation for call in self.calls]

    def read(self, call: Call) -> Json:
        return self.aws.read(call)

    def items(self, call: Call) -> Sequence[Json]:
        return self.aws.items(call)

    def pages(self, call: Call) -> Iterator[Json]:
        return self.aws.pages(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return self.aws.together(calls)

    def write(self, call: Call) -> Json:
        self.before(call)
        reply = self.aws.write(call)
        self.calls.append(call)
        self.after(call)
        return reply


def once(operation: str, hand: Callable[[], None]) -> Hand:
    """Return a callback that acts only at the first write of that operation."""
    left = [hand]

    def meddle(call: Call) -> None:
        if call.operation == operation and left:
            left.pop()()

    return meddle
