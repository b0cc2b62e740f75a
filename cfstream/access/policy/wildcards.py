"""Patterns with ``*`` and ``?`` in condition values and actions: matching, and a text that several of them share."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

ANY = "any"
ONE = "one"

Pattern: TypeAlias = tuple[str, ...]
"""One item per character: a literal character, `ANY` (0 or more characters) or `ONE` (exactly one)."""

LIMIT = 20_000
"""States that a search visits before it gives up."""

_ESCAPE = re.compile(r"\$\{([*?$])\}")
_VARIABLE = re.compile(r"\$\{(?![*?$]\})")


class Undecided(Exception):
    """The search for a shared text reached its limit."""


def has_variable(text: str) -> bool:
    """Return whether `text` has a policy variable. ``${*}``, ``${?}`` and ``${$}`` are plain characters.

    Source: IAM User Guide, "IAM policy elements: Variables and tags".
    """
    return bool(_VARIABLE.search(text))


def literal(text: str) -> Pattern:
    """Return the pattern that matches `text` only."""
    return tuple(_ESCAPE.sub(r"\1", text))


def pattern(text: str) -> Pattern:
    """Return `text` with its wildcards."""
    return tuple(_items(text))


def _items(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        if escape := _ESCAPE.match(text, at):
            yield escape.group(1)
            at = escape.end()
            continue
        yield {"*": ANY, "?": ONE}.get(text[at], text[at])
        at += 1


def is_wild(text: str) -> bool:
    """Return whether `text` has a wildcard."""
    return any(item in (ANY, ONE) for item in _items(text))


def fits(text: str, wanted: str) -> bool:
    """Return whether the pattern `wanted` matches all of `text`."""
    return bool(_compiled(wanted).fullmatch(text))


@lru_cache(maxsize=4096)
def _compiled(wanted: str) -> re.Pattern[str]:
    parts = ({ANY: ".*", ONE: "."}.get(item, re.escape(item)) for item in _items(wanted))
    return re.compile("".join(parts), re.DOTALL)


def shared(groups: Sequence[Sequence[Pattern]], none: Sequence[Pattern] = ()) -> str | None:
    """Return a shortest text that matches one pattern of each group and none of `none`, or None.

    Exact: the search runs all patterns at once as one automaton. Raises Undecided above `LIMIT` states.
    """
    flat = [each for group in groups for each in group] + list(none)
    letters = _letters(flat)
    start = tuple(_closed(each, 1) for each in flat)
    seen, queue = {start}, [(start, "")]
    for state, text in queue:
        if _accepts(state, flat, groups):
            return text
        for letter in letters:
            after = tuple(_step(each, at, letter) for each, at in zip(flat, state, strict=True))
            if after not in seen:
                seen.add(after)
                queue.append((after, text + letter))
        if len(seen) > LIMIT:
            raise Undecided
    return None


def _letters(patterns: Sequence[Pattern]) -> list[str]:
    """Return every literal character of the patterns, and one that stands for all others."""
    used = {item for each in patterns for item in each if item not in (ANY, ONE)}
    other = next(each for each in "x0y1z2abc" + "".join(map(chr, range(0x4E00, 0x9000))) if each not in used)
    return [other, *sorted(used)]


def _accepts(state: tuple[int, ...], flat: Sequence[Pattern], groups: Sequence[Sequence[Pattern]]) -> bool:
    done = [bool(at >> len(each) & 1) for each, at in zip(flat, state, strict=True)]
    first = 0
    for group in groups:
        if not any(done[first : first + len(group)]):
            return False
        first += len(group)
    return not any(done[first:])


def _closed(each: Pattern, at: int) -> int:
    """Return the positions `at` with those that an `ANY` reaches without a character."""
    for place, item in enumerate(each):
        if item == ANY and at >> place & 1:
            at |= 1 << place + 1
    return at


def _step(each: Pattern, at: int, letter: str) -> int:
    after = 0
    for place, item in enumerate(each):
        if at >> place & 1:
            if item == ANY:
                after |= 1 << place
            elif item in (ONE, letter):
                after |= 1 << place + 1
    return _closed(each, after)
