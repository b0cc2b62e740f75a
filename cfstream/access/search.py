"""Search an automaton breadth-first for a shortest key to each state. Plain keys come first.

A URL path carries a plain key unchanged, so a request for it asks for exactly this key. A plain key has only letters,
digits, ``-``, ``_``, ``.`` and ``/``, no empty segment, and no segment ``.`` or ``..``. CloudFront matches path
patterns with the normalised path but sends the raw path to the origin (Developer Guide, "Cache behavior settings",
Path pattern), so other keys make poor examples.
"""

from collections import deque
from collections.abc import Callable, Iterator

from cfstream.access.automaton import PLAIN, Automaton

# Where in a segment a plain key ends, as a bit: inside it, at its start (or after a final "/"), after ".", after "..".
_INSIDE, _START, _DOT, _DOTS = 1, 2, 4, 8
_MAY_END = _INSIDE | _START

_ORDINARY = dict.fromkeys(PLAIN, _INSIDE)
_AFTER = {
    _INSIDE: {**_ORDINARY, ".": _INSIDE, "/": _START},
    _START: {**_ORDINARY, ".": _DOT},
    _DOT: {**_ORDINARY, ".": _DOTS},
    _DOTS: {**_ORDINARY, ".": _INSIDE},
}
"""By place: the next place, for each character that keeps the key plain."""


class Search:
    """One search. `useful` decides whether a state is worth following; by default every state is."""

    def __init__(self, automaton: Automaton, useful: Callable[[int], bool] | None = None) -> None:
        self._automaton = automaton
        self._useful = useful
        self._edges: dict[int, list[tuple[str, int]]] = {}
        self._places: dict[int, int] = {}
        """By state: the places at which plain keys reach it, as a bit mask."""
        self._beyond: set[int] = set()
        """States reached by a plain key and one more character that makes the key not plain."""
        self._queue: deque[tuple[int, int, str]] = deque()
        self._current: tuple[int, str] | None = None

    def plain_keys(self) -> Iterator[tuple[int, str]]:
        """Yield each state that a non-empty plain key leads to, with a shortest such key, shortest first.

        A state is yielded again when it is reached at another place of a segment, because other keys follow from there.
        A key that ends inside a segment can be continued like any other key, so it is enough alone.
        """
        self._enter(_START)
        while self._queue:
            state, place, key = self._queue.popleft()
            self._current = state, key
            after = _AFTER[place]
            for character, following in self._steps(state):
                at = after.get(character)
                if at is None:
                    self._beyond.add(following)
                    continue
                places = self._places.get(following, 0)
                if places & (at | _INSIDE):
                    continue
                self._places[following] = places | at
                longer = key + character
                self._queue.append((following, at, longer))
                if at & _MAY_END:
                    yield following, longer
        self._current = None

    def all_keys(self) -> Iterator[tuple[int, str]]:
        """Yield each state with a shortest key of any form, if `plain_keys` has ended without reaching every state."""
        if not self._unreached():
            return
        self._places.clear()
        self._beyond.clear()
        self._enter(_INSIDE)
        seen: set[int] = set()
        while self._queue:
            state, place, key = self._queue.popleft()
            self._current = state, key
            for character, following in self._steps(state):
                if following not in seen:
                    seen.add(following)
                    self._queue.append((following, place, key + character))
                    yield following, key + character
        self._current = None

    def waiting(self) -> list[int]:
        """Return states such that every key to an unvisited state passes through one of them."""
        found = [state for state, _, _ in self._queue]
        if self._current is not None:
            found.append(self._current[0])
        return found + self._unreached()

    def next_key(self) -> str:
        """Return the key of the first state in the queue, a plain key if possible."""
        return next((key for _, place, key in self._queue if place & _MAY_END), self._queue[0][2])

    def _unreached(self) -> list[int]:
        """Return the states that only keys reach that are not plain or may not end there."""
        beyond = [state for state in self._beyond if state not in self._places]
        return beyond + [state for state, places in self._places.items() if not places & _MAY_END]

    def _enter(self, place: int) -> None:
        start = self._automaton.start
        if self._useful is None or self._useful(start):
            self._queue.append((start, place, ""))

    def _steps(self, state: int) -> list[tuple[str, int]]:
        steps = self._edges.get(state)
        if steps is None:
            steps = self._automaton.edges(state)
            if self._useful is not None:
                steps = [step for step in steps if self._useful(step[1])]
            self._edges[state] = steps
        return steps
