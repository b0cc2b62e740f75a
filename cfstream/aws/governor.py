"""Paces the calls of one API after AWS has throttled one.

AWS does not publish most limits of control planes, and shares them between all clients of an account. So nothing is
limited until the first refusal. The rate is then what AWS accepted in the second before it, and grows slowly.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from cfstream import errors
from cfstream.aws.codes import CODES

if TYPE_CHECKING:
    from collections.abc import Iterator

WINDOW = 1.0
"""Seconds in which accepted calls are counted, and which pass after a refusal before the next call."""
KEPT = 0.95
"""The part of the accepted rate that is used."""
GROWTH = 1.01
GROWS_EVERY = 10.0
"""The rate is multiplied by `GROWTH` after this many seconds without a refusal."""
LOWEST = 0.5
"""Calls per second."""


class Recovery(NamedTuple):
    """How a rate recovers: the lowest rate, and by how much it grows after how many seconds without a refusal."""

    lowest: float = LOWEST
    growth: float = GROWTH
    grows_every: float = GROWS_EVERY


CONTROL_PLANE = Recovery()
OBJECT_STORE = Recovery(lowest=50.0, growth=1.5, grows_every=1.0)
"""For S3, which takes thousands of requests a second, and throttles for seconds while it scales (S3 User Guide, "Best
practices design patterns")."""


class Governor:
    """The rate of the calls of one API. Safe for many threads."""

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        recovery: Recovery = CONTROL_PLANE,
    ) -> None:
        self._recovery = recovery
        self._monotonic = monotonic
        self._sleep = sleep
        self._guard = threading.Lock()
        self._accepted: deque[float] = deque()
        self._rate: float | None = None
        self._next = 0.0
        self._changed = 0.0
        self._paced = _Paced()

    def pace(self) -> None:
        """Wait until one more call may be sent."""
        if not self._paced.already:
            self._wait(1)

    @contextmanager
    def together(self, calls: int) -> "Iterator[None]":
        """Wait until this many calls may be sent; inside, this thread's calls do not wait."""
        self._wait(calls)
        self._paced.already = True
        try:
            yield
        finally:
            self._paced.already = False

    def _wait(self, calls: int) -> None:
        with self._guard:
            if self._rate is None:
                return
            now = self._monotonic()
            if now - self._changed >= self._recovery.grows_every:
                self._rate, self._changed = self._rate * self._recovery.growth, now
            at = max(now, self._next)
            self._next = at + calls / self._rate
        self._sleep(at - now)

    def accepted(self) -> None:
        """Record that AWS has answered a call."""
        with self._guard:
            now = self._monotonic()
            self._accepted.append(now)
            self._forget(now)
            # No call is sent in the second after a refusal. So this one was sent before, and AWS accepted it as well.
            if self._rate is not None and now - self._changed < WINDOW:
                self._rate = max(self._rate, self._accepted_rate())

    def throttled(self) -> None:
        """Record that AWS has throttled a call. Calls that were sent before the rate fell do not lower it again."""
        with self._guard:
            now = self._monotonic()
            if self._rate is not None and now - self._changed < WINDOW:
                return
            self._forget(now)
            self._rate = max(self._recovery.lowest, self._accepted_rate())
            self._changed = now
            self._next = max(self._next, now + WINDOW)

    def _accepted_rate(self) -> float:
        return KEPT * len(self._accepted) / WINDOW

    def _forget(self, now: float) -> None:
        while self._accepted and self._accepted[0] <= now - WINDOW:
            self._accepted.popleft()

    def watch(self, client: Any) -> None:
        """Pace all attempts of a botocore client, including those that botocore repeats."""
        client.meta.events.register("before-send", lambda **_: self.pace())
        client.meta.events.register("response-received", self._handle)

    def _handle(self, parsed_response: Any, **_: Any) -> None:
        """Handle botocore's event. `parsed_response` is None if no reply arrived."""
        if parsed_response is not None:
            self.note(parsed_response)

    def note(self, reply: Mapping[str, Any]) -> None:
        """Record the reply to one attempt, as botocore parses it."""
        if is_throttle(str(reply.get("Error", {}).get("Code", ""))):
            self.throttled()
        else:
            self.accepted()


def is_throttle(code: str) -> bool:
    """Return whether an error code means that AWS throttled a call."""
    return issubclass(CODES.get(code, errors.Refused), errors.Throttled)


class _Paced(threading.local):
    """Whether this thread has already waited for its next calls."""

    already = False
