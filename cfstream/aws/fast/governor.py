"""How many objects are in progress at a time, and how many are begun each second. Pure: the time is an argument.

Concurrency grows until S3 throttles or replies become slower, and then shrinks: additive increase, multiplicative
decrease. Before the first sign of congestion it doubles. S3 takes 3,500 writes and 5,500 reads a second for each prefix
(S3 User Guide, "Best practices design patterns"). Which prefix that is, is not known: the first folder counts as one.
"""

WRITES, READS = 3_500.0, 5_500.0
FEWEST, MOST = 1.0, 320.0
STEP = 8.0
"""By how much the number of objects in progress grows in each window without congestion."""
WINDOW = 0.15
SLOW = 3.0
"""Replies that take so many times as long as the fastest window show congestion."""
ENOUGH = 48.0
"""Slow replies alone do not reduce the number below this: the cause may be this machine."""
BURST = 0.1
"""Seconds of unused rate that may be used at once."""


class LaneGovernor:
    """The number of objects that may be in progress."""

    def __init__(self, start: float = 16.0, most: float = MOST) -> None:
        self.limit = start
        self._most = most
        self._doubling = True
        self._best: float | None = None
        self._rate = 0.0
        self._began: float | None = None
        self._sum = 0.0
        self._count = 0
        self._full = False
        self._throttled = False

    def replied(self, seconds: float, now: float, *, busy: int) -> None:
        """Note a reply, how long it took, and how many objects are in progress."""
        if self._began is None:
            self._began = now
        self._sum += seconds
        self._count += 1
        self._full = self._full or busy >= int(self.limit)
        if now - self._began >= WINDOW and self._count >= 8:
            self._judge(now)

    def throttled(self, now: float) -> None:
        """Note that S3 asked for fewer requests. The limit is halved at most once in a window."""
        if self._began is None:
            self._began = now
        if not self._throttled:
            self.limit = max(FEWEST, self.limit / 2)
            self._doubling = False
            self._throttled = True
        if now - self._began >= WINDOW:
            self._judge(now)

    def _judge(self, now: float) -> None:
        """End a window, and decide the limit of the next one."""
        began, count = self._began, self._count
        mean = self._sum / count if count else 0.0
        rate = count / (now - began) if began is not None and now > began else 0.0
        throttled, full = self._throttled, self._full
        self._began, self._sum, self._count, self._full, self._throttled = now, 0.0, 0, False, False
        if throttled or not count:
            return
        # It may have been the load of another client: the best of long ago slowly counts less.
        self._best = mean if self._best is None else min(self._best * 1.002, mean)
        better = rate > self._rate * 1.1
        self._rate = max(rate, self._rate * 0.98)
        if mean > SLOW * self._best and not better:
            self.limit = max(min(ENOUGH, self.limit), self.limit * 0.9)
            self._doubling = False
        elif full:
            self.limit = min(self._most, self.limit * 2 if self._doubling else self.limit + STEP)


class TokenBucket:
    """The rate of one prefix: a token bucket for objects, which need one read and at most one write each."""

    __slots__ = ("_at", "_reads", "_share", "_writes")

    def __init__(self, now: float, share: float = 1.0) -> None:
        self._share = share
        self._at = now
        self._reads = READS * share * BURST
        self._writes = WRITES * share * BURST

    def take(self, now: float) -> bool:
        """Take a read and a write, if both are there."""
        passed, self._at = now - self._at, now
        share = self._share
        self._reads = min(self._reads + passed * READS * share, READS * share * BURST)
        self._writes = min(self._writes + passed * WRITES * share, WRITES * share * BURST)
        if self._reads < 1.0 or self._writes < 1.0:
            return False
        self._reads -= 1.0
        self._writes -= 1.0
        return True

    def give_back(self) -> None:
        """Return a write that was not needed."""
        self._writes += 1.0

    def set_share(self, share: float) -> None:
        """Set the part of the prefix's rate that this process may use."""
        self._share = share
