"""A door out that somebody stands beside: who notes what is written, and may lend a second hand before or after."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from cfstream.ports import Answer, Call, Writes
from cfstream.values import Json

Hand = Callable[[Call], None]


def idle(_call: Call) -> None:
    """Does nothing."""


@dataclass
class Witness:
    """Passes everything on. `before` and `after` are called around each write, and are free to look and to meddle."""

    aws: Writes
    before: Hand = idle
    after: Hand = idle
    calls: list[Call] = field(default_factory=list)

    @property
    def writes(self) -> list[str]:
        """The operations written, in order."""
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
    """A hand that meddles at the first write of that operation alone."""
    left = [hand]

    def meddle(call: Call) -> None:
        if call.operation == operation and left:
            left.pop()()

    return meddle
