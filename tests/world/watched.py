"""A server of the sandbox that counts its writes and calls watchers after each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cfstream.sandbox.server import Sandbox


class WatchedServer(Sandbox):
    """A server that calls watchers after each write, before the client gets the reply."""

    _watchers: tuple[Callable[[], None], ...] = ()
    writes = 0
    """How many writes it received so far."""

    def written(self) -> None:
        super().written()
        self.writes += 1
        with self._routes.lock:
            for look in self._watchers:
                look()

    @contextmanager
    def watched(self, look: Callable[[], None]) -> Iterator[None]:
        """Call `look` now and after every write."""
        with self._routes.lock:
            look()
        self._watchers = (*self._watchers, look)
        try:
            yield
        finally:
            self._watchers = tuple(each for each in self._watchers if each is not look)
