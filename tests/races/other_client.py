"""Another client that writes at one chosen time of a run, and the times at which it can.

It acts before a read, during a pause, and after a write. It cannot act between the reply to a read and the write that
follows: that cannot be detected, because the document has no ETag. Each write takes as long as the result of a check is
valid, so that the guard is checked again before the next.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from cfstream.applying import Report, RunOptions
from cfstream.errors import Refused, Throttled
from cfstream.planning import Plan
from cfstream.ports import Call, Writes
from cfstream.steps.guard import LONGEST_SECONDS
from cfstream.values import Json
from cfstream.workflow import apply_plan
from tests.world.account import SandboxAccount
from tests.world.clock import QuickClock
from tests.world.faults import Fault, landed_unanswered
from tests.world.ports import PassThrough

Change = Callable[[], None]


def passes(aws: Writes, call: Call) -> Json:
    """Return without a fault."""
    return aws.write(call)


def throttled(_aws: Writes, call: Call) -> Json:
    """The write is refused because of the rate, without an effect."""
    raise Throttled(call.operation, "SlowDown", "Please reduce your request rate.", status=503)


def conflict(_aws: Writes, call: Call) -> Json:
    """The write is refused because of another operation on the bucket, without an effect."""
    raise Refused(call.operation, "OperationAborted", "A conflicting operation is in progress.", status=409)


FAULTS: tuple[Fault, ...] = (passes, throttled, landed_unanswered)
"""A write that succeeds, one that is sent again after a pause, and one that is looked for after a pause."""


@dataclass
class Race(PassThrough):
    """A port and a clock. The other client acts once, at time number `at`. The first write meets `fault`."""

    aws: Writes
    reads: frozenset[str]
    """Operations before which it may act."""
    write_operation: str
    """The write that meets the fault, and after which it may act; empty: it may act after every write."""
    fault: Fault = passes
    change: Change = lambda: None
    at: int = -1
    moments: list[str] = field(default_factory=list)
    sent_after: int = 0
    """The number of writes that were sent after the other client had acted."""
    acted: bool = False
    pass_time: Callable[[float], None] = lambda _: None
    """Advances the run's clock. The other client does not act meanwhile."""
    _met: bool = False
    _lock: Any = field(default_factory=threading.RLock)

    def let_other_act(self, name: str) -> None:
        """Let the other client act, if this is its time."""
        with self._lock:
            number = len(self.moments)
            self.moments.append(name)
            if number == self.at:
                self.change()
                self.acted = True

    def read(self, call: Call) -> Json:
        if call.operation in self.reads:
            self.let_other_act(f"before {call.operation}")
        return self.aws.read(call)

    def write(self, call: Call) -> Json:
        if self.write_operation not in ("", call.operation):
            return self.aws.write(call)
        self.sent_after += self.acted
        fault = passes if self._met else self.fault
        self._met = True
        try:
            return fault(self.aws, call)
        finally:
            self.let_other_act(f"after {call.operation}")
            self.pass_time(LONGEST_SECONDS)


class RacingClock(QuickClock):
    """A clock during whose pauses the other client may act."""

    def __init__(self, race: Race) -> None:
        super().__init__()
        self._race = race
        race.pass_time = super().sleep

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if seconds:
            self._race.let_other_act("during a pause")


def run(account: SandboxAccount, plan: Plan, race: Race, *allow: str) -> Report:
    """Apply a plan while the other client is active."""
    world = replace(account.world, aws=race, clock=RacingClock(race))
    return apply_plan(plan, world, RunOptions(frozenset(allow)))
