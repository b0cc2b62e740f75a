"""The world of a run in tests: the real door to a sandbox, a clock that does not wait, faults in one write."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cfstream.applying import Report
from cfstream.aws.connecting import connect
from cfstream.aws.sessions import ConnectionSettings
from cfstream.errors import Interrupted, ReplyLost, Unreachable, VersionMoved
from cfstream.planning import Plan
from cfstream.ports import Answer, Call, Reads, World, Writes
from cfstream.sandbox.server import Sandbox
from cfstream.spec.load import Stack
from cfstream.values import Json
from cfstream.workflow import apply_plan, make_plan


class QuickClock:
    """A clock that is moved on by sleeping, and never sleeps."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime.now(UTC)
        self.slept = 0.0
        self.interrupted = False

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.slept)

    def monotonic(self) -> float:
        return self.slept

    def jitter(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        if self.interrupted:
            raise Interrupted("interrupted")
        self.slept += seconds


Fault = Callable[[Writes, Call], Json]
"""What becomes of one write in place of its being done."""


def never_arrived(_aws: Writes, call: Call) -> Json:
    """The connection was refused: nothing was done."""
    raise Unreachable(f"{call.operation}: connection refused")


def landed_unanswered(aws: Writes, call: Call) -> Json:
    """AWS did it, and the answer was lost on the way."""
    aws.write(call)
    raise ReplyLost(f"{call.operation}: the connection was closed")


def version_moved(_aws: Writes, call: Call) -> Json:
    """412, whatever the ETag was."""
    raise VersionMoved(
        call.operation, "PreconditionFailed", "The precondition did not evaluate to true.", status=412
    )


FAULTS: tuple[Fault, ...] = (never_arrived, landed_unanswered, version_moved)
"""One fault for each way that a step recovers. A throttled write is repeated like one that never arrived; the unit
tests of the steps check this."""


class Faulty:
    """A door in which the write of a given number (from 0) meets a fault; reads and all other writes pass."""

    def __init__(self, aws: Writes, number: int = -1, fault: Fault | None = None) -> None:
        self._aws = aws
        self._number = number
        self._fault = fault
        self.writes: list[str] = []

    def read(self, call: Call) -> Json:
        return self._aws.read(call)

    def items(self, call: Call) -> Sequence[Json]:
        return self._aws.items(call)

    def pages(self, call: Call) -> Iterator[Json]:
        return self._aws.pages(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return self._aws.together(calls)

    def write(self, call: Call) -> Json:
        number = len(self.writes)
        self.writes.append(call.operation)
        if self._fault is not None and number == self._number:
            return self._fault(self._aws, call)
        return self._aws.write(call)


@dataclass(frozen=True)
class Counted:
    """Reads that remember which calls went out; what is remembered by the door inside does not count twice."""

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


def world_of(sandbox: Sandbox, clock: QuickClock | None = None) -> World:
    """The world as a run against this sandbox sees it."""
    return connect(
        ConnectionSettings(region="us-east-1", endpoint_url=sandbox.endpoint_url, sandbox=True),
        clock or QuickClock(),
    )


def with_fault(world: World, number: int, fault: Fault | None) -> tuple[World, Faulty]:
    """The same world in which one write goes wrong, and the door that counts."""
    door = Faulty(world.aws, number, fault)
    return replace(world, aws=door), door


def run(stacks: Sequence[Stack], world: World, *, allow: Sequence[str] = ()) -> tuple[Plan, Report]:
    """Plans and applies, as ``apply --yes`` does."""
    plan = make_plan(stacks, world)
    return plan, apply_plan(plan, world, allow=frozenset(allow))
