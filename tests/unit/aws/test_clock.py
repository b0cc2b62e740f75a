"""Real time, and the end of a sleep."""

import os
import signal
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from cfstream.aws.clock import DISAGREEMENT, SystemClock
from cfstream.errors import Interrupted

LONG = 60.0


def test_a_sleep_ends_by_itself() -> None:
    """Without an interrupt nothing is raised, even for no time at all."""
    clock = SystemClock()
    began = clock.monotonic()
    clock.sleep(0.01)
    clock.sleep(0)
    clock.sleep(-1)
    assert clock.monotonic() - began >= 0.01


def test_an_interrupt_ends_every_sleep_at_once() -> None:
    """All sleeping threads wake up, and later sleeps end at once."""
    clock = SystemClock()
    woken: list[bool] = []

    def sleeper() -> None:
        with pytest.raises(Interrupted):
            clock.sleep(LONG)
        woken.append(True)

    threads = [threading.Thread(target=sleeper) for _ in range(4)]
    for thread in threads:
        thread.start()
    clock.interrupt()
    for thread in threads:
        thread.join(5)
    assert woken == [True] * 4
    with pytest.raises(Interrupted):
        clock.sleep(LONG)
    assert clock.interrupted


def test_a_signal_handler_may_interrupt() -> None:
    """The handler runs in the thread that sleeps, and ends its sleep."""
    clock = SystemClock()
    previous = signal.signal(signal.SIGUSR1, lambda _number, _frame: clock.interrupt())
    timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1))
    timer.start()
    try:
        with pytest.raises(Interrupted):
            clock.sleep(LONG)
    finally:
        timer.join()
        signal.signal(signal.SIGUSR1, previous)


class TestTimeOfAws:
    """Times of AWS are compared with AWS's time, and not with this machine's."""

    @pytest.mark.parametrize("ahead", [-600.0, 600.0])
    def test_a_wrong_clock_does_not_count(self, ahead: float) -> None:
        """AWS's time follows from the Date header: never late, and at most a few seconds early."""
        clock = SystemClock(ahead)
        real = datetime.now(UTC)
        clock.note_date(format_datetime(real, usegmt=True))
        assert timedelta(0) <= datetime.now(UTC) - clock.aws_now() <= DISAGREEMENT + timedelta(seconds=2)
        assert abs(clock.now() - real) > timedelta(minutes=9)

    def test_a_clock_that_is_set_does_not_count(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Seconds since the last date are counted without it."""
        clock = SystemClock()
        at = 100.0
        monkeypatch.setattr(clock, "monotonic", lambda: at)
        clock.note_date("Mon, 30 Nov 2026 04:00:00 GMT")
        at = 160.0
        assert clock.aws_now() == datetime(2026, 11, 30, 4, 1, tzinfo=UTC) - DISAGREEMENT

    @pytest.mark.parametrize("header", ["", "yesterday"])
    def test_a_reply_without_a_date(self, header: str) -> None:
        """The last date counts; before the first one, this machine's time."""
        clock = SystemClock(3600)
        clock.note_date(header)
        assert clock.aws_now() - datetime.now(UTC) > timedelta(minutes=59)
        clock.note_date("Mon, 30 Nov 2026 04:00:00 GMT")
        clock.note_date(header)
        assert clock.aws_now() < datetime(2026, 11, 30, 4, 0, 30, tzinfo=UTC)


def test_time_has_its_zone() -> None:
    """The time is in UTC, and random numbers are between 0 and 1."""
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    assert 0 <= clock.jitter() <= 1
