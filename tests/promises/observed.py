"""Who can read during a run, judged after every write by the evaluator that shares no code with cfstream."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from cfstream.ports import Call
from tests.evaluator.callers import ANYONE
from tests.evaluator.evaluator import Evaluator, Reading, Service
from tests.evaluator.keys import keys_for
from tests.evaluator.raw import Watcher
from tests.world.account import SandboxAccount
from tests.world.faults import Killed
from tests.world.ports import Witness
from tests.world.sandbox import Sandbox
from tests.world.specs import Json

OBJECTS = ("a/one.mp4", "a/two.mp4", "b/three.mp4")
"""The objects of the bucket ``media``."""

Readings = frozenset[Reading]
Services = frozenset[Service]

UPDATES = ("update_distribution", "update_streaming_distribution")


class Observer:
    """Judges the account after every write, with keys around `patterns` in addition to the objects."""

    def __init__(self, account: SandboxAccount, *patterns: str) -> None:
        assert isinstance(account.sandbox, Sandbox)
        self._sandbox = account.sandbox
        self._watcher = Watcher()
        self._keys = keys_for(patterns, OBJECTS)
        self.readings: Readings = frozenset()
        """Everything that someone outside the account can certainly do now, at some edge."""
        self.ever: Readings = frozenset()
        """Everything that someone could do at some moment."""
        self.services: Services = frozenset()
        """Everyone who gets an object now, wherever they ask."""
        self.always: Services = frozenset()
        """Everyone who got an object at every moment."""
        self._judge()
        self._start()

    @contextmanager
    def watching(self) -> Iterator["Observer"]:
        """Judge after every write, and start again from the current state."""
        self._judge()
        self._start()
        with self._sandbox.watched(self.look):
            yield self

    def look(self) -> None:
        """Judge the current state."""
        self._judge()
        self.ever |= self.readings
        self.always &= self.services

    def anyone(self) -> frozenset[str]:
        """Return the keys that anyone can read now."""
        return keys_of(self.readings)

    def _start(self) -> None:
        self.ever, self.always = self.readings, self.services

    def _judge(self) -> None:
        judge = Evaluator(self._watcher.observe(self._sandbox.cloudfront.state))
        self.readings = judge.readings(self._keys, certain=True)
        self.services = judge.services(f"/{key}" for key in self._keys)


def keys_of(readings: Readings) -> frozenset[str]:
    """Return the keys that anyone can read according to these answers."""
    return frozenset(each.key for each in readings if each.who == ANYONE and each.may == "read")


def lost(before: Services, after: Services) -> Services:
    """Return the readers who no longer get an object, by name or as anyone."""
    return frozenset(each for each in before - after if each._replace(who=ANYONE) not in after)


def killed_before(
    account: SandboxAccount, document: Json, operations: Sequence[str], *, allow: Sequence[str]
) -> bool:
    """Apply, and end the process just before it makes one of these calls. Return whether it got that far."""
    reached = []

    def end(call: Call) -> None:
        if call.operation in operations:
            reached.append(call.operation)
            raise Killed(call.operation)

    with suppress(Killed):
        account.apply(document, allow=allow, port=Witness(account.world.aws, before=end))
    return bool(reached)


def killed_after(account: SandboxAccount, document: Json, number: int, *, allow: Sequence[str]) -> bool:
    """Apply, and end the process after this number of writes. Return whether it made that many."""
    made: list[str] = []

    def end(call: Call) -> None:
        made.append(call.operation)
        if len(made) == number:
            raise Killed(call.operation)

    with suppress(Killed):
        account.apply(document, allow=allow, port=Witness(account.world.aws, after=end))
    return len(made) >= number
