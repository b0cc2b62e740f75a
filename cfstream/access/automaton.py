"""Many globs as one automaton whose state is a single integer.

A position is a place in front of a token that consumes a character, or the end of a glob. All positions of all globs
are numbered together. A state is the set of active positions as a bit mask. `ANY` has no position of its own: it
keeps the next position active. One step is then a shift and a few masks for all globs together (the bit-parallel
simulation of Baeza-Yates and Gonnet, "A new approach to text searching", 1992).
"""

from collections.abc import Iterable, Sequence
from dataclasses import field

from cfstream.access.globs import ANY, ONE, Glob
from cfstream.startup.frozen import dataclass

PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_"
"""Characters that need no encoding in a URL path, in order of preference. ``.`` and ``/`` have extra rules."""

_RANK = {character: rank for rank, character in enumerate(PLAIN + "./")}


def preference(text: str) -> tuple[int, ...]:
    """Return the sort key that puts letters first, then digits, then characters that a URL must encode."""
    return tuple(_RANK.get(character, len(_RANK) + ord(character)) for character in text)


@dataclass(frozen=True)
class _Part:
    """One distinct glob inside the automaton."""

    span: int
    """All its positions."""
    end: int
    """The position that is active after a match."""
    users: int
    """The caller's indices of this glob, as a bit mask."""


@dataclass
class _Settling:
    """The positions that become redundant when the position of an `ANY` becomes active."""

    drop: int = 0
    if_all: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    """(positions, masks): drop the positions if each mask has an active position."""


class Automaton:
    """Match many globs while stepping through a key.

    `ordered` lists groups of indices in which only the first match counts, such as the behaviors of a distribution.
    A glob is dropped from the state once every group that has it is decided by an earlier member.
    """

    def __init__(self, globs: Sequence[Glob], ordered: Iterable[Sequence[int]] = ()) -> None:
        self.loops = self.ends = self._ones = self._literals = self._entry = 0
        self._takes: dict[str, int] = {}
        """By character: the positions whose literal it is."""
        self._expected: list[str] = []
        """By position: its literal, or empty."""
        users: dict[Glob, int] = {}
        for index, glob in enumerate(globs):
            users[glob] = users.get(glob, 0) | 1 << index
        self.parts = tuple(self._part(glob, mask) for glob, mask in users.items())
        self._moves = {character: mask | self._ones for character, mask in self._takes.items()}
        self._literals = self._sum(self._takes.values())
        self.settled = self.loops & self.ends
        """The ends of globs that match regardless of the rest of the key."""
        self._settling = self._settlings(ordered)
        self._reducing = self._sum(1 << at for at in self._settling)
        self.start = self._reduced(self._entry, self._entry & self._reducing)
        self._users = {part.end.bit_length() - 1: part.users for part in self.parts}
        """By end position."""
        self._matched: dict[int, int] = {}

    def _part(self, glob: Glob, users: int) -> _Part:
        first = bit = 1 << len(self._expected)
        self._entry |= bit
        for token in glob.tokens:
            if token == ANY:
                self.loops |= bit
                continue
            if token == ONE:
                self._ones |= bit
                self._expected.append("")
            else:
                self._takes[token] = self._takes.get(token, 0) | bit
                self._expected.append(token)
            bit <<= 1
        self._expected.append("")
        self.ends |= bit
        return _Part((bit << 1) - first, bit, users)

    @staticmethod
    def _sum(masks: Iterable[int]) -> int:
        total = 0
        for mask in masks:
            total |= mask
        return total

    def _settlings(self, ordered: Iterable[Sequence[int]]) -> dict[int, _Settling]:
        """Return, by position, the positions that it makes redundant.

        In one glob, every key that an earlier position leads to is also reached from a later `ANY`.
        """
        found: dict[int, _Settling] = {}
        for part in self.parts:
            loops = part.span & self.loops
            while loops:
                bit = loops & -loops
                loops ^= bit
                earlier = part.span & (bit - 1)
                if earlier:
                    found[bit.bit_length() - 1] = _Settling(earlier)
        for span, masks in self._shadows(ordered):
            for at in _bits(self._sum(masks)):
                settling = found.setdefault(at, _Settling())
                if len(masks) == 1:
                    settling.drop |= span
                else:
                    settling.if_all.append((span, masks))
        return found

    def _shadows(self, ordered: Iterable[Sequence[int]]) -> list[tuple[int, tuple[int, ...]]]:
        """Return for each glob that can be dropped: its span, and per use the ends that decide before it."""
        of_index = {at: part for part in self.parts for at in _bits(part.users)}
        before: dict[int, list[int]] = {}
        for group in ordered:
            earlier = 0
            for index in group:
                before.setdefault(index, []).append(earlier)
                earlier |= of_index[index].end & self.settled
        shadows = []
        for part in self.parts:
            masks = [mask for at in _bits(part.users) for mask in before.get(at, [0])]
            if all(masks):
                shadows.append((part.span, tuple(masks)))
        return shadows

    def _reduced(self, state: int, fresh: int) -> int:
        """Drop positions that the newly active positions make redundant."""
        for at in _bits(fresh):
            settling = self._settling[at]
            state &= ~settling.drop
            for span, masks in settling.if_all:
                if all(state & mask for mask in masks):
                    state &= ~span
        return state

    def edges(self, state: int) -> list[tuple[str, int]]:
        """Return one step for each way in which a character can change the state. Preferred characters come first.

        All characters that no active position expects lead to one state. One of them represents all.
        """
        stay = state & self.loops
        active = state & self._literals
        if not active:
            return [(_FIRST, self._moved(stay, state & self._ones))]
        expected = []
        while active:
            character = self._expected[(active & -active).bit_length() - 1]
            expected.append(character)
            active ^= active & self._takes[character]
        others = _representatives(expected)
        rest = self._moved(stay, state & self._ones)
        found = [(character, rest) for character in others[1:]]
        best = others[0]
        plain = best in _PLAIN
        reducing, moves = self._reducing, self._moves
        for character in expected:
            following = (state & moves[character]) << 1 | stay
            fresh = (following ^ stay) & reducing
            if fresh:
                following = self._reduced(following, fresh)
            if following != rest or not plain:
                found.append((character, following))
            elif _RANK.get(character, len(_RANK)) < _RANK[best]:
                # One plain character is enough for each state that follows.
                best = character
        found.append((best, rest))
        found.sort(key=_by_preference)
        return found

    def _moved(self, stay: int, moving: int) -> int:
        if not moving:
            return stay
        state = moving << 1 | stay
        fresh = (state ^ stay) & self._reducing
        return self._reduced(state, fresh) if fresh else state

    def matched(self, state: int) -> int:
        """Return which globs match the key that led to this state. Bit i is the caller's globs[i]."""
        ends = state & self.ends
        known = self._matched.get(ends)
        if known is None:
            known = self._sum(self._users[at] for at in _bits(ends))
            self._matched[ends] = known
        return known

    def alive(self, state: int) -> int:
        """Return which globs can still match some key that continues from this state."""
        return self._sum(part.users for part in self.parts if part.span & state)

    def locate(self, key: str) -> int:
        """Return which globs match the key. `ordered` does not change the answer."""
        state, loops, ones = self._entry, self.loops, self._ones
        moves = self._moves.get
        for character in key:
            state = (state & moves(character, ones)) << 1 | state & loops
        return self.matched(state)


_FIRST = PLAIN[0]
_PLAIN = frozenset(PLAIN)


def _by_preference(edge: tuple[str, int]) -> int:
    rank = _RANK.get(edge[0])
    return len(_RANK) + ord(edge[0]) if rank is None else rank


def _bits(mask: int) -> list[int]:
    """Return the indices of the set bits, lowest first."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


def _representatives(expected: list[str]) -> list[str]:
    """Return characters that represent all unexpected ones: a single plain character if one exists."""
    if _FIRST not in expected:
        return [_FIRST]
    for character in PLAIN:
        if character not in expected:
            return [character]
    special = next(character for code in range(0xA1, 0x110000) if (character := chr(code)) not in expected)
    return [special, *(character for character in "./" if character not in expected)]
