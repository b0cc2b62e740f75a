"""The signals that ask a program to end: Ctrl-C, ``kill`` or a shutdown, and a terminal that closes. All do the same.

A program that was started with ``nohup``, or in the background of a script, ignores some of them. It continues to
ignore SIGTERM and SIGHUP, but not SIGINT, which somebody must have sent to it by name.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Windows has no SIGHUP."""


@contextmanager
def handled(handle: Callable[[int], object]) -> Iterator[None]:
    """Call `handle` with each of these signals while the block runs."""
    previous = _install(lambda number, _frame: handle(number))
    try:
        yield
    finally:
        for number, before in previous.items():
            signal.signal(number, before)


def end_as_by_ctrl_c() -> None:
    """From now on, let each of these signals raise KeyboardInterrupt."""
    _install(signal.default_int_handler)


def ignore_all() -> None:
    """Ignore them: the terminal, and systemd, send them to every process of a program, and one must decide."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def _install(handler: Any) -> dict[int, Any]:
    """Return the former handlers of the signals that `handler` gets now."""
    wanted = [
        number
        for number in ENDING
        if number == signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN
    ]
    return {number: signal.signal(number, handler) for number in wanted}
