"""Ports to AWS that pass calls on: they count them, or call a test around them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from cfstream.ports import Answer, Call, Reads, Writes
from cfstream.values import Json


class PassThrough:
    """Both ports, which pass every call on to `aws`. A subclass changes some of them."""

    aws: Writes

    def read(self, call: Call) -> Json:
        return self.aws.read(call)

    def items(self, call: Call) -> Sequence[Json]:
        return self.aws.items(call)

    def pages(self, call: Call) -> Iterator[Json]:
        return self.aws.pages(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return self.aws.together(calls)

    def write(self, call: Call) -> Json:
        return self.aws.write(call)


@dataclass(frozen=True)
class Counted:
    """Reads that record the operations of their calls. Calls that `reads` makes by itself are not recorded."""

    reads: Reads
    calls: list[str]

    def read(self, call: Call) -> Json:
        self.calls.append(call.operation)
        return self.reads.read(call)

    def items(self, call: Call) -> Sequence[Json]:
        self.calls.append(call.operation)
        return self.reads.items(call)

    def pages(self, call: Call) -> Iterator[Json]:
        self.calls.append(call.operation)
        return self.reads.pages(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        self.calls.extend(call.operation for call in calls)
        return self.reads.together(calls)


Hook = Callable[[Call], None]


def idle(_call: Call) -> None:
    """Do nothing."""


@dataclass
class Witness(PassThrough):
    """Calls `before` and `after` around each write. They may look at the account, and change it."""

    aws: Writes
    before: Hook = idle
    after: Hook = idle
    calls: list[Call] = field(default_factory=list)

    @property
    def writes(self) -> list[str]:
        """Return the written operations, in order."""
        return [call.operation for call in self.calls]

    def write(self, call: Call) -> Json:
        self.before(call)
        reply = self.aws.write(call)
        self.calls.append(call)
        self.after(call)
        return reply


def once(operation: str, hand: Callable[[], None]) -> Hook:
    """Return a callback that acts at the first write of that operation only."""
    left = [hand]

    def act(call: Call) -> None:
        if call.operation == operation and left:
            left.pop()()

    return act
