"""Real time. A sleep ends immediately when the run is interrupted, from any thread or signal handler."""

import random
import time
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue

from cfstream.errors import Interrupted


class SystemClock:
    """The system clock, or one that is `ahead` of it by this many seconds. Shared by all threads of a run."""

    def __init__(self, ahead: float = 0.0) -> None:
        self._ahead = timedelta(seconds=ahead)
        # A SimpleQueue, not an Event: its put may run inside a signal handler that has interrupted a get of the same
        # thread (Python documentation, "SimpleQueue.put"). An Event would wait for its own lock.
        self._wakeups: SimpleQueue[None] = SimpleQueue()
        self.interrupted = False

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

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
