"""A clock for runs that wait."""

from datetime import UTC, datetime, timedelta

from cfstream.errors import Interrupted


class QuickClock:
    """A clock that does not wait: a sleep advances it at once."""

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

    def interrupt(self) -> None:
        """End the next sleep."""
        self.interrupted = True

    def sleep(self, seconds: float) -> None:
        if self.interrupted:
            raise Interrupted("interrupted")
        self.slept += seconds
