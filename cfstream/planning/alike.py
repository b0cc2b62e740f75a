"""Say once what several members of a list have in common: problems with one cause and one fix. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cfstream.errors import Problem
from cfstream.spec.wording import choices, some_of

NAMED = 5
"""How many members a problem names."""

_PLURAL = {"is": "are", "has": "have", "does": "do"}


def joined(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems, sorted. Those that differ in one word and have the same fix are one problem.

    It is at the place of the first one, and names all of them.
    """
    groups: list[_Alike] = []
    for problem in sorted(problems):
        if not any(group.take(problem) for group in groups):
            groups.append(_Alike(problem))
    return [group.problem for group in groups]


class _Alike:
    """A problem, and others that differ from it in the same word, or only in their places."""

    def __init__(self, first: Problem) -> None:
        self._first = first
        self._words = first.what.split(" ")
        self._others: list[Problem] = []
        self._at: int | None = None

    def take(self, other: Problem) -> bool:
        """Add a problem if it is alike, and return whether it is."""
        words = other.what.split(" ")
        if other.do != self._first.do or other.where.file != self._first.where.file or other.absent:
            return False
        if len(words) != len(self._words):
            return False
        differing = [n for n, pair in enumerate(zip(self._words, words, strict=True)) if pair[0] != pair[1]]
        if len(differing) > 1 or (self._others and differing != self._place):
            return False
        self._at = differing[0] if differing else None
        self._others.append(other)
        return True

    @property
    def _place(self) -> list[int]:
        return [] if self._at is None else [self._at]

    @property
    def problem(self) -> Problem:
        """The problem of all of them."""
        if not self._others:
            return self._first
        if self._at is None:
            lines = dict.fromkeys(f"line {each.where.line}" for each in self._others)
            return replace(self._first, what=f"{self._first.what} (also in {_listed([*lines])})")
        found = [each.what.split(" ")[self._at] for each in (self._first, *self._others)]
        end = found[0][len(found[0].rstrip(",;:")) :]
        names = _listed([*dict.fromkeys(each.removesuffix(end) for each in found)])
        before, after = self._words[: self._at], self._words[self._at + 1 :]
        after[:1] = [_PLURAL.get(word, word) for word in after[:1]]
        return replace(self._first, what=" ".join([*before, names + end, *after]))


def _listed(names: Sequence[str]) -> str:
    return choices(names, "and") if len(names) <= NAMED else some_of(names, NAMED)
