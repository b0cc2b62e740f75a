"""Estimate how long a deploy takes, from earlier ones on this machine."""

from collections.abc import Sequence
from statistics import median, quantiles

from cfstream.render.progress import took
from cfstream.startup.frozen import dataclass

ENOUGH = 3
"""No estimate is made from fewer deploys of other stacks than this. Of the same stack, one is enough."""


@dataclass(frozen=True)
class Expectation:
    """The seconds of past deploys: half of them took at most `half`, nine of ten at most `most`."""

    half: float
    most: float
    deploys: int
    own: bool = False
    """Whether these are deploys of the same stack."""

    def words(self, waited: float) -> str:
        """Return the estimate after so many seconds: ``usually 4 min 10 s (37 deploys)``."""
        if waited > self.most:
            if self.deploys < ENOUGH:
                return f"longer than the last time: {took(self.half)}"
            return f"longer than usual: 9 of 10 took at most {took(self.most)}"
        of = " of this stack" if self.own else ""
        return f"usually {took(self.half)} ({self.deploys} deploy{'s' * (self.deploys != 1)}{of})"

    def fraction(self, waited: float) -> float | None:
        """Return the progress from 0 to 1; None if it takes longer than usual, because a bar would not move then."""
        return None if waited > self.most else min(waited / max(self.most, 1.0), 0.95)


def expected(own: Sequence[float], others: Sequence[float] = ()) -> Expectation | None:
    """Return the estimate from past deploys of a stack, or else from `others`; None if they are too few."""
    seconds = own or others
    if not own and len(others) < ENOUGH:
        return None
    most = quantiles(seconds, n=10, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    return Expectation(median(seconds), most, len(seconds), own=bool(own))
