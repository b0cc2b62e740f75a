"""How long a deploy usually takes, learned from those that were waited for before."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from cfstream.render.progress import took

ENOUGH = 3
"""Fewer deploys than this say nothing."""


@dataclass(frozen=True)
class Expectation:
    """What past deploys took, in seconds: half of them no longer than `half`, nine of ten no longer than `most`."""

    half: float
    most: float
    deploys: int

    def words(self, waited: float) -> str:
        """What to tell somebody who has waited so many seconds: ``usually 4 min 10 s (37 deploys)``."""
        if waited > self.most:
            return f"longer than usual: 9 of 10 took at most {took(self.most)}"
        return f"usually {took(self.half)} ({self.deploys} deploys)"

    def fraction(self, waited: float) -> float:
        """How far that is, from 0 to 1, and never quite done: only CloudFront knows when it is."""
        return min(waited / max(self.half, 1.0), 0.95)


def expected(seconds: Sequence[float]) -> Expectation | None:
    """What these past deploys lead one to expect; None where they are too few."""
    if len(seconds) < ENOUGH:
        return None
    return Expectation(median(seconds), quantiles(seconds, n=10, method="inclusive")[-1], len(seconds))
