"""Real time. A sleep ends at once when the run is interrupted, from whichever thread or signal handler."""

import random
import time
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue

from cfstream.errors import Interrupted


class SystemClock:
    """The clock on the wall, or one that is `ahead` of it by so many seconds; shared by all threads of a run."""

    def __init__(self, ahead: float = 0.0) -> None:
        self._ahead = timedelta(seconds=ahead)
        # A SimpleQueue and no Event: its put may be called inside a signal handler that has interrupted a get
        # of the same thread (Python's own promise), where an Event would wait for its own lock.
        self._wakeups: SimpleQueue[None] = SimpleQueue()
        self.interrupted = False

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def monotonic(self) -> float:
        return time.monotonic()

    def jitter(self) -> float:
        return random.random()  # noqa: S311 (spreads requests; guards nothing)

    def sleep(self, seconds: float) -> None:
        """Returns after that many seconds. Raises Interrupted at once when `interrupt` was or is called."""
        if not self.interrupted:
            try:
                self._wakeups.get(timeout=max(seconds, 0.0))
            except Empty:
                return
            self._wakeups.put(None)
        raise Interrupted("interrupted", "run the same command again: it goes on from what is there")

    def interrupt(self) -> None:
        """Ends every sleep, now and from now on. Safe in a signal handler."""
        self.interrupted = True
        self._wakeups.put(None)
