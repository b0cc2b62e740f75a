"""A clock for runs that wait."""

from datetime import UTC, datetime, timedelta

from cfstream.errors import Interrupted


class QuickClock:
    """A clock that does not wait: a sleep advances it at once."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime.now(UTC)
        self.slept = 0.0
        self.ahead = 0.0
        """By how many seconds this machine's clock is ahead of AWS's."""
        self.interrupted = False

    def now(self) -> datetime:
        return self.aws_now() + timedelta(seconds=self.ahead)

    def aws_now(self) -> datetime:
        return self._start + timedelta(seconds=self.slept)

    def note_date(self, header: str) -> None:
        """Ignore the date: tests set the clock."""

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
