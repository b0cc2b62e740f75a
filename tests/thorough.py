"""How much is tried: `make test` takes one case of each class and some examples, `make test-all` all of them."""

import os
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

THOROUGH = bool(os.environ.get("CFSTREAM_THOROUGH"))

T = TypeVar("T")


def one_of_each(cases: Iterable[T], class_of: Callable[[T], Hashable]) -> list[T]:
    """Return the first case of each class; every case under `make test-all`."""
    if THOROUGH:
        return list(cases)
    found: dict[Hashable, T] = {}
    for each in cases:
        found.setdefault(class_of(each), each)
    return list(found.values())


def examples(usual: int, thorough: int = 0) -> int:
    """Return how many examples a law draws: under `make test-all` so many, or four times the usual number."""
    return (thorough or 4 * usual) if THOROUGH else usual
