"""A bounded cache of signatures, for any number of threads and for processes that fork."""

import os
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from threading import RLock
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from cfstream.sign.refusal import CannotSign
from cfstream.startup.frozen import dataclass

Value = TypeVar("Value")
Key = tuple[str | int | None, ...]
"""What is signed. Python compares these types without running Python code, so no other thread sees half a change."""


@dataclass(frozen=True)
class Caching:
    """How a signer reuses signatures. Raises CannotSign for values that mean nothing."""

    step: timedelta = timedelta(0)
    """A relative expiry is rounded up to a multiple of it since 1970, so requests in one step share a signature."""
    size: int = 1024
    """How many passes, and how many URLs and stream names, a signer keeps. The least recently used is dropped."""

    def __post_init__(self) -> None:
        if self.step < timedelta(0) or self.step % timedelta(seconds=1):
            raise CannotSign(
                f"the caching step {self.step} is not a number of whole seconds",
                "use a step like timedelta(minutes=1)",
            )
        if self.size < 1:
            raise CannotSign(
                f"a cache cannot keep {self.size} passes", "to turn it off, write Signer(…, caching=None)"
            )

    @property
    def seconds(self) -> int:
        """The step in seconds. 0 means that an expiry is not rounded."""
        return self.step // timedelta(seconds=1)


class SignedOnce(Generic[Value]):
    """Keeps values that are slow to make. Threads that ask for the same key at the same time share one value."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.clear()
        _CACHES.add(self)

    def clear(self) -> None:
        """Start empty, with a lock that nobody holds."""
        # Reentrant, because a signal handler may sign while its thread is in here.
        self._lock = RLock()
        self._slots: OrderedDict[Key, _Slot[Value]] = OrderedDict()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the value of a key. If it is not kept, make it; an error of `make` is raised and not kept."""
        with self._lock:
            slot = self._slots.get(key)
            if slot is None:
                slot = self._slots[key] = _Slot()
                if len(self._slots) > self._size:
                    self._slots.popitem(last=False)
            else:
                self._slots.move_to_end(key)
        found = slot.value
        return slot.fill(make) if found is None else found


class _Slot(Generic[Value]):
    """The place of one value. It has its own lock, so that one slow signature does not delay other keys."""

    def __init__(self) -> None:
        self.value: Value | None = None
        self._lock = RLock()

    def fill(self, make: Callable[[], Value]) -> Value:
        with self._lock:
            if self.value is None:
                self.value = make()
            return self.value


_CACHES: "WeakSet[SignedOnce[Any]]" = WeakSet()


def _clear_all() -> None:
    for cache in _CACHES:
        cache.clear()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    # Another thread of the parent may hold a lock during the fork. That thread does not exist in the child, so the
    # lock would stay held there.
    os.register_at_fork(after_in_child=_clear_all)
