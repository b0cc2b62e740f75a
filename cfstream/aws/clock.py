"""Real time, and AWS's. A sleep ends immediately when the run is interrupted, from any thread or signal handler."""

import random
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from queue import Empty, SimpleQueue

from cfstream.errors import Interrupted

DISAGREEMENT = timedelta(seconds=5)
"""How much the clocks of AWS's servers may differ: an assumption, AWS keeps them much closer. The Date header is of one
server, and others date the objects, keys and jobs with which it is compared."""


class SystemClock:
    """The system clock, or one that is `ahead` of it by this many seconds. Shared by all threads of a run."""

    def __init__(self, ahead: float = 0.0) -> None:
        self._ahead = timedelta(seconds=ahead)
        # A SimpleQueue, not an Event: its put may run inside a signal handler that has interrupted a get of the same
        # thread (Python documentation, "SimpleQueue.put"). An Event would wait for its own lock.
        self._wakeups: SimpleQueue[None] = SimpleQueue()
        self.interrupted = False
        self._noted = ""
        self._date: tuple[datetime, float] | None = None
        """AWS's time, and the reading of `monotonic` when it arrived."""

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def aws_now(self) -> datetime:
        """Return AWS's time. `monotonic` counts from the last date, so a clock that is set in between does no harm."""
        if self._date is None:
            return self.now()
        date, at = self._date
        return date - DISAGREEMENT + timedelta(seconds=self.monotonic() - at)

    def note_date(self, header: str) -> None:
        if header == self._noted:  # a header has whole seconds, and a run has hundreds of replies in one
            return
        self._noted = header
        try:
            date = parsedate_to_datetime(header)
        except ValueError:
            return
        self._date = (
            date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC),
            self.monotonic(),
        )

    def monotonic(self) -> float:
        return time.monotonic()

    def jitter(self) -> float:
        return random.random()  # noqa: S311 (spreads requests; guards nothing)

    def sleep(self, seconds: float) -> None:
        """Return after that many seconds. Raise Interrupted immediately if `interrupt` was or is called."""
        if not self.interrupted:
            try:
                self._wakeups.get(timeout=max(seconds, 0.0))
            except Empty:
                return
            self._wakeups.put(None)
        raise Interrupted("interrupted", "run the same command again; it resumes")

    def interrupt(self) -> None:
        """End every current and future sleep. Safe in a signal handler."""
        self.interrupted = True
        self._wakeups.put(None)
