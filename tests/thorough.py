"""How much is tested.

`make test` takes one case of each class and some examples, `make quick` fewer examples,
`make test-all` all cases and many examples.
"""

import os
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

THOROUGH = bool(os.environ.get("CFSTREAM_THOROUGH"))
QUICK = bool(os.environ.get("CFSTREAM_QUICK"))

T = TypeVar("T")


def one_of_each(cases: Iterable[T], *classes: Callable[[T], Hashable]) -> list[T]:
    """Return the first case of each class, for every way to classify them; every case under `make test-all`."""
    if THOROUGH:
        return list(cases)
    seen: set[Hashable] = set()
    chosen = []
    for each in cases:
        found = {(number, class_of(each)) for number, class_of in enumerate(classes)}
        if found - seen:
            chosen.append(each)
        seen |= found
    return chosen


def examples(usual: int, thorough: int = 0) -> int:
    """Return how many examples a law draws.

    `make quick` draws a fifth of the usual number, `make test-all` draws `thorough`, or four times the usual number.
    """
    if QUICK:
        return max(usual // 5, 2)
    return (thorough or 4 * usual) if THOROUGH else usual
