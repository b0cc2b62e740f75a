"""Split all object keys by the globs that match them, with a witness key for each part. Exact; nothing is sampled."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache
from itertools import chain

from cfstream.access.automaton import Automaton, preference
from cfstream.access.globs import Glob
from cfstream.access.search import Search
from cfstream.startup.frozen import dataclass

STATES = 32_768
"""The most automaton states that one question may visit. A pattern such as ``*a????????????????`` needs 2^17."""


class TooManyStates(Exception):
    """The patterns need more than `STATES` automaton states, so the question has no answer.

    The caller must assume the answer that reports more readers.
    """


@dataclass(frozen=True)
class GlobCell:
    """The keys that have one signature.

    `witness` is a shortest key among those that a URL path carries unchanged. If the cell has none, it is a shortest
    key of all.
    """

    witness: str
    matched: int
    """Which globs match the witness: bit i is globs[i]. In a merged cell: which globs match all its keys."""
    signature: Hashable
    """None in a merged cell."""
    may: int
    """Which globs match at least one key. Equal to `matched` except in a merged cell."""
    merged: bool = False


@dataclass(frozen=True)
class Cells:
    """Every non-empty key is in exactly one cell, unless cells were merged.

    The last cell is then the merged one. It covers every key that no other cell covers, and may overlap with them. The
    globs in `matched` match all its keys. Globs outside `may` do not match, or come after the first match of their
    ordered group.
    """

    cells: tuple[GlobCell, ...]

    @property
    def merged(self) -> bool:
        """Whether the keys needed more cells or states than the limits allow."""
        return any(cell.merged for cell in self.cells)


def cells(
    globs: Sequence[Glob],
    signature: Callable[[int], Hashable],
    *,
    ordered: Sequence[Sequence[int]] = (),
    limit: int = 4096,
    states: int = STATES,
) -> Cells:
    """Return one cell for each signature of a non-empty key. Cells with the shortest witness come first.

    `signature` gets the bit mask of the globs that match. Each group in `ordered` lists indices of globs of which
    only the first match counts (the behaviors of a distribution, the globs of a union). The groups keep the number of
    states small. A mask may then lack the members of a group after the first match, so `signature` must not depend on
    them.
    """
    automaton = Automaton(globs, ordered)
    search = Search(automaton)
    found: dict[Hashable, GlobCell] = {}
    judged: set[int] = set()
    for visited, (state, witness) in enumerate(chain(search.plain_keys(), search.all_keys())):
        ends = state & automaton.ends
        if ends not in judged:
            judged.add(ends)
            matched = automaton.matched(state)
            value = signature(matched)
            if value not in found:
                if len(found) == limit:
                    break
                found[value] = GlobCell(witness, matched, value, matched)
        if visited >= states:
            break
    else:
        return Cells(_in_order(found.values()))
    return Cells((*_in_order(found.values()), _merged(automaton, search)))


def _in_order(found: Iterable[GlobCell]) -> tuple[GlobCell, ...]:
    return tuple(sorted(found, key=lambda cell: (len(cell.witness), preference(cell.witness))))


def _merged(automaton: Automaton, search: Search) -> GlobCell:
    """Return the cell of all keys whose path through the automaton leaves the visited states."""
    certain, some = automaton.settled, 0
    for state in search.waiting():
        certain &= state
        some |= state
    return GlobCell(search.next_key(), automaton.matched(certain), None, automaton.alive(some), merged=True)


def intersect_witness(globs_all: Sequence[Glob], globs_none: Sequence[Glob] = ()) -> str | None:
    """Return a shortest non-empty key that matches all of the first globs and none of the second, or None.

    Keys that a URL path carries unchanged come first, as in `GlobCell.witness`. Raise `TooManyStates` above `STATES`.
    """
    automaton = Automaton((*globs_all, *globs_none))
    wanted = (1 << len(globs_all)) - 1
    spans = [part.span for part in automaton.parts if part.users & wanted]
    excluded = sum(part.end & automaton.settled for part in automaton.parts if part.users & ~wanted)

    def useful(state: int) -> bool:
        return not state & excluded and all(state & span for span in spans)

    search = Search(automaton, useful)
    for visited, (state, witness) in enumerate(chain(search.plain_keys(), search.all_keys())):
        if automaton.matched(state) == wanted:
            return witness
        if visited >= STATES:
            raise TooManyStates(
                f"more than {STATES} states for {', '.join(map(str, (*globs_all, *globs_none)))}"
            )
    return None


def includes(union: Sequence[Glob], glob: Glob) -> bool:
    """Return whether the union matches every non-empty key that `glob` matches."""
    return glob in union or intersect_witness((glob,), union) is None


def locate(globs: Sequence[Glob], key: str) -> int:
    """Return which globs match this key: bit i is globs[i].

    To look up many keys, keep one `Automaton` and use its `locate`.
    """
    return _automaton(tuple(globs)).locate(key)


def matches(glob: Glob, key: str) -> bool:
    """Return whether the glob matches the whole key."""
    return bool(_automaton((glob,)).locate(key))


@lru_cache(maxsize=256)
def _automaton(globs: tuple[Glob, ...]) -> Automaton:
    return Automaton(globs)
