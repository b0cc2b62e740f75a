"""The distributions on which a grant relies: their signers decide who can read through it."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from cfstream.errors import CfstreamError, Missing, Stale
from cfstream.ports import Call
from cfstream.steps.attempts import read_until
from cfstream.steps.content import covers, same
from cfstream.steps.moved import moved
from cfstream.steps.step import Doors, at
from cfstream.values import Address, Json, resolve

LONGEST_SECONDS = 5.0
"""How long the result of a check counts while many objects are written."""


@dataclass(frozen=True)
class Guard:
    """The distribution that reads what a grant opens, and the config that it must have when that is written."""

    address: Address
    read: Call
    """May hold Refs, as `base` may: to what earlier steps of the same run brought."""
    content: str
    """Path of the config in the reply to `read`."""
    base: Json
    planned: bool = False
    """Whether `base` is what this run has written. If not, it is what the plan read, and must be live exactly."""

    def check(self, doors: Doors) -> None:
        """Raise Stale if the config is not as expected, or the distribution is gone."""
        base = resolve(self.base, doors.outputs)
        if not self.planned:
            live = self._live(doors)
            if not same(live, base):
                raise moved(self.address, base, live)
            return
        # Reads are eventually consistent: after a write of our own they may show what was before it.
        live = read_until(doors, lambda: self._live(doors), lambda live: covers(live, base))
        if not covers(live, base):
            raise moved(self.address, base, {name: live.get(name) for name in base})

    def _live(self, doors: Doors) -> Json:
        call = Call(
            self.read.service, self.read.operation, resolve(self.read.params, doors.outputs), self.read.region
        )
        try:
            config: Json = at(doors.aws.read(call), self.content)
        except Missing as missing:
            raise Stale(
                f"{self.address} was deleted after this plan was made ({missing.code})",
                "run cfstream plan again and read the difference before applying",
            ) from missing
        return config


def check_all(guards: Sequence[Guard], doors: Doors) -> None:
    """Raise the first objection of any of the guards."""
    for guard in guards:
        guard.check(doors)


class GuardWatch:
    """Guards for many writes by many threads: checked before the first, after each pause, and every 5 s.

    Once a guard has objected, it objects to everything that follows.
    """

    def __init__(self, guards: Sequence[Guard], doors: Doors) -> None:
        self._guards = guards
        self._doors = doors
        self._lock = threading.Lock()
        self._checked: float | None = None
        self._objection: CfstreamError | None = None

    def check(self, *, after_pause: bool) -> None:
        """Check the guards if the last check is too old, or was before a pause that has just ended."""
        asked = self._doors.clock.monotonic()
        with self._lock:
            self.object_again()
            paused = after_pause and (self._checked is None or self._checked <= asked)
            if self._guards and (paused or self.is_old()):
                self._check()

    def is_old(self) -> bool:
        """Return whether the last check no longer counts."""
        if not self._guards:
            return False
        return self._checked is None or self._doors.clock.monotonic() - self._checked >= LONGEST_SECONDS

    def object_again(self) -> None:
        """Raise the objection that a guard has raised before, in whichever thread."""
        if self._objection is not None:
            raise self._objection

    def _check(self) -> None:
        began = self._doors.clock.monotonic()
        try:
            check_all(self._guards, self._doors)
        except Stale as objection:
            self._objection = objection
            raise
        self._checked = began
