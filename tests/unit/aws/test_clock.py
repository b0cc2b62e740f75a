"""Real time, and the end of a sleep."""

import os
import signal
import threading
from datetime import timedelta

import pytest

from cfstream.aws.clock import SystemClock
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


def test_time_has_its_zone() -> None:
    """The time is in UTC, and random numbers are between 0 and 1."""
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    assert 0 <= clock.jitter() <= 1
