"""A server of the sandbox that counts its writes and calls watchers after each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cfstream.sandbox.server import Sandbox


class WatchedServer(Sandbox):
    """A server that calls watchers after each write, before the client gets the reply."""

    _watchers: tuple[Callable[[], None], ...] = ()
    writes = 0
    """How many writes it received so far."""
    state = 0
    """The number of the current state. Each write makes another state, and a restored state has its number again."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._saved: dict[bytes, int] = {}

    def save(self) -> bytes:
        saved = super().save()
        self._saved[saved] = self.state
        return saved

    def restore(self, saved: bytes) -> None:
        super().restore(saved)
        self.state = self._saved.get(saved, self.state)

    def may_return(self, state: int) -> bool:
        """Return whether the state with this number was saved."""
        return state in self._saved.values()

    def written(self) -> None:
        super().written()
        self.writes += 1
        self.state = self.writes
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
