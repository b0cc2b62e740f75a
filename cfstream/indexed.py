"""Sequences that every stack of a run searches: an index is built once, and not once for each stack.

An account with a thousand distributions may be planned by a thousand stacks. Each of them asks which distributions read
its bucket or have its host names. Without an index, the time of such a plan would grow with the square of its stacks.
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

Keys = Callable[[T], Iterable[Hashable]]
"""Returns what an element is found by. A function of a module: the index is remembered under its identity."""


class Indexed(tuple[T, ...]):
    """A tuple with indexes, each built when it is first used. Safe for many threads: two may build the same index."""

    def once(self, compute: "Callable[[Sequence[T]], R]") -> R:
        """Return ``compute(self)``, which is remembered under the identity of `compute`."""
        known: dict[Any, Any] = self.__dict__
        if compute not in known:
            known[compute] = compute(self)
        found: R = known[compute]
        return found

    def having(self, keys: "Keys[T]", key: Hashable) -> Sequence[T]:
        """Return the elements that have this key, in their order."""
        known: dict[Any, Any] = self.__dict__
        index: dict[Hashable, list[T]] | None = known.get(keys)
        if index is None:
            index = {}
            for each in self:
                for own in dict.fromkeys(keys(each)):
                    index.setdefault(own, []).append(each)
            known[keys] = index
        return index.get(key, ())


class _Amended(Indexed[T]):
    """Sorted elements of which one is replaced or added. It uses the indexes of the others."""

    base: Indexed[T]
    one: T
    order: Callable[[T], Any]

    def having(self, keys: "Keys[T]", key: Hashable) -> Sequence[T]:
        place = self.order(self.one)
        found = [each for each in self.base.having(keys, key) if self.order(each) != place]
        if key in keys(self.one):
            found.insert(bisect_left(found, place, key=self.order), self.one)
        return found


def amended(base: Indexed[T], one: T, order: Callable[[T], Any]) -> Indexed[T]:
    """Return the elements with `one` in place of the one with the same value of `order`, by which they are sorted."""
    place = order(one)
    at = bisect_left(base, place, key=order)
    behind = at + (at < len(base) and order(base[at]) == place)
    new = _Amended((*base[:at], one, *base[behind:]))
    new.base, new.one, new.order = base, one, order
    return new


def having(rows: Iterable[T], keys: "Keys[T]", key: Hashable) -> Sequence[T]:
    """Return the elements of any collection that have this key, in their order; by its index if it has one."""
    if isinstance(rows, Indexed):
        return rows.having(keys, key)
    return [each for each in rows if key in keys(each)]
