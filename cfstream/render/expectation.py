"""Estimate how long a deploy takes, from earlier ones on this machine."""

from collections.abc import Sequence
from statistics import median, quantiles

from cfstream.render.progress import took
from cfstream.startup.frozen import dataclass

ENOUGH = 3
"""No estimate is made from fewer deploys than this."""


@dataclass(frozen=True)
class Expectation:
    """The seconds of past deploys: half of them took at most `half`, nine of ten at most `most`."""

    half: float
    most: float
    deploys: int

    def words(self, waited: float) -> str:
        """Return the estimate after so many seconds: ``usually 4 min 10 s (37 deploys)``."""
        if waited > self.most:
            return f"longer than usual: 9 of 10 took at most {took(self.most)}"
        return f"usually {took(self.half)} ({self.deploys} deploys)"

    def fraction(self, waited: float) -> float:
        """Return the progress from 0 to 1; it never reaches 1, because only CloudFront knows the end."""
        return min(waited / max(self.half, 1.0), 0.95)


def expected(seconds: Sequence[float]) -> Expectation | None:
    """Return the estimate from these past deploys; None if they are too few."""
    if len(seconds) < ENOUGH:
        return None
    return Expectation(median(seconds), quantiles(seconds, n=10, method="inclusive")[-1], len(seconds))
