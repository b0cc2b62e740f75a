"""Ranges of keys: how a listing is split so that several can run at a time. Pure.

S3 lists keys in the order of their UTF-8 bytes, and only forwards. Nobody knows where the keys of a range are before
they are listed. So a range is split by a guess: a key between the last listed one and the end of the range. A list
that starts after the guess shows whether keys follow. If none do, the range ends at the guess.
"""

from collections.abc import Callable
from typing import Final

TRIES: Final = 12
"""How many guesses are tried before a range is not split."""
_HIGHEST = 0x10FFFF
_PRINTABLE = 0x7F
_SURROGATES = range(0xD800, 0xE000)


def order(key: str) -> bytes:
    """Return what S3 sorts a key by. Bytes that are not UTF-8 are surrogates in `key`."""
    return key.encode("utf-8", "surrogateescape")


class Guesses:
    """Guesses for keys that split a range: `last` is the last listed key, `until` the end; None if it is unknown.

    Ask for `guess`, list after it, and report the result with `found` or `empty`, until `split` is set or there is no
    guess. `varies` is where the keys of the last page begin to differ: guesses begin there.
    """

    def __init__(self, last: str, until: str | None, varies: int) -> None:
        self.until = until
        self.split: str | None = None
        self._last = last
        self._at = max(min(varies, len(last)) - 1, 0)
        """Where the last key is made larger: a guess further left skips more keys."""
        self._candidate: str | None = None
        self._left = TRIES

    def guess(self) -> str | None:
        """Return a key between the last listed one and the end of the range; None if there is none to try."""
        while self._left > 0:
            self._left -= 1
            larger = self.until is None or (self._left % 2 and self._at < len(self._last))
            found = self._exponential_guess() if larger else between(self._last, self.until or "")
            if found is not None and self._is_inside(found):
                return found
            if larger:
                self._at += 1  # a smaller step is tried next
        return None

    def found(self, guess: str) -> None:
        """Note that keys follow the guess."""
        if self.until is not None or self._at == 0:
            self.split = guess
            return
        self._candidate = guess
        self._at -= 1  # without an end, a larger step is tried next

    def empty(self, guess: str) -> None:
        """Note that no keys of the range follow the guess: the range ends there."""
        self.until = guess
        self._at += 1  # a smaller step is tried next
        if self._candidate is not None:
            self.split = self._candidate

    def _exponential_guess(self) -> str | None:
        if not self._last:
            return None
        for at in range(self._at, len(self._last)):
            self._at = at
            upper = _middle(ord(self._last[at]), None)
            if upper is not None:
                return self._last[:at] + upper
        return None

    def _is_inside(self, key: str) -> bool:
        try:
            return order(self._last) < order(key) and (self.until is None or order(key) < order(self.until))
        except UnicodeEncodeError:
            return False


class NextFolder:
    """The only guess of a range that is split at the end of a folder. It is used like `Guesses`."""

    def __init__(self, end: str) -> None:
        self.until: str | None = None
        self.split: str | None = None
        self._end: str | None = end

    def guess(self) -> str | None:
        """Return the end of the folder, the first time."""
        end, self._end = self._end, None
        return end

    def found(self, guess: str) -> None:
        """Note that keys follow the folder."""
        self.split = guess

    def empty(self, guess: str) -> None:
        """Note that no keys of the range follow the folder."""
        self.until = guess


def first_folder(key: str) -> str:
    """Return the first folder of a key, with its slash; empty if the key has none."""
    return key[: key.find("/") + 1]


def end_of_folder(folder: str) -> str:
    """Return the key that is greater than all keys of a folder, and not than any key that follows them."""
    return folder[:-1] + chr(ord("/") + 1)


def between(last: str, until: str) -> str | None:
    """Return a short key between two keys; None if they are too close."""
    same = next((at for at, (one, other) in enumerate(zip(last, until, strict=False)) if one != other), None)
    at = min(len(last), len(until)) if same is None else same
    low = ord(last[at]) if at < len(last) else 0x20
    high = ord(until[at]) if at < len(until) else None
    if high is not None and (middle := _middle(low, high)) is not None:
        return until[:at] + middle
    for deeper in range(at + 1, len(last)):
        if (middle := _middle(ord(last[deeper]), None)) is not None:
            return last[:deeper] + middle
    return None


def _middle(low: int, high: int | None) -> str | None:
    """Return a character strictly between two code points. Most keys use printable characters of ASCII."""
    top = high if high is not None else (_PRINTABLE if low < _PRINTABLE - 1 else _HIGHEST)
    middle = (low + top) // 2
    if middle in _SURROGATES:
        middle = _SURROGATES.start - 1
    return chr(middle) if low < middle < top else None


def common_start(one: str, other: str) -> int:
    """Return how many characters two keys have in common at the start."""
    shortest = min(len(one), len(other))
    return next((at for at in range(shortest) if one[at] != other[at]), shortest)


def merged(spans: "list[tuple[str, str]]", key: "Callable[[str], bytes]" = order) -> list[tuple[str, str]]:
    """Return spans of keys, each without its first and with its last key, sorted and joined where they touch."""
    found: list[tuple[str, str]] = []
    for after, upto in sorted(spans, key=lambda span: key(span[0])):
        if found and key(after) <= key(found[-1][1]):
            if key(upto) > key(found[-1][1]):
                found[-1] = (found[-1][0], upto)
        else:
            found.append((after, upto))
    return found
