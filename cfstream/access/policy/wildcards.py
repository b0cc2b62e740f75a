"""Match patterns with ``*`` and ``?`` in condition values and actions, and find a text that several of them share."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, product
from typing import TypeAlias

ANY = "any"
"""Any text, including none."""
ONE = "one"
"""Exactly one character."""
PART = "part"
"""Any text without a colon, including none."""
LETTER = "letter"
"""Exactly one character, not a colon."""

Pattern: TypeAlias = tuple[str, ...]
"""One item per literal character or wildcard."""

LIMIT = 20_000
"""The most states that a search visits before it stops."""

_ESCAPE = re.compile(r"\$\{([*?$])\}")
_VARIABLE = re.compile(r"\$\{(?![*?$]\})")


class Undecided(Exception):
    """The search for a shared text exceeded its limit."""


def has_variable(text: str) -> bool:
    """Return whether `text` has a policy variable. ``${*}``, ``${?}`` and ``${$}`` are plain characters.

    Source: IAM User Guide, "IAM policy elements: Variables and tags".
    """
    return bool(_VARIABLE.search(text))


@lru_cache(maxsize=4096)
def literal(text: str) -> Pattern:
    """Return the pattern that matches `text` only."""
    return tuple(_ESCAPE.sub(r"\1", text))


@lru_cache(maxsize=4096)
def pattern(text: str) -> Pattern:
    """Return the pattern for `text`, with its wildcards."""
    return tuple(_items(text))


def _items(text: str) -> Iterator[str]:
    if "${" not in text:
        yield from ({"*": ANY, "?": ONE}.get(letter, letter) for letter in text)
        return
    at = 0
    while at < len(text):
        if escape := _ESCAPE.match(text, at):
            yield escape.group(1)
            at = escape.end()
            continue
        yield {"*": ANY, "?": ONE}.get(text[at], text[at])
        at += 1


@lru_cache(maxsize=4096)
def form(text: str) -> Pattern:
    """Return the pattern for values of a certain form. In an ARN, wildcards in the first five parts stay in their part.

    ArnLike and ArnEquals compare ARNs in the same way.
    """
    items, colons = list(_items(text)), 0
    if not text.startswith("arn:"):
        return tuple(items)
    for place, item in enumerate(items):
        colons += item == ":"
        if colons < 5:
            items[place] = {ANY: PART, ONE: LETTER}.get(item, item)
    return tuple(items)


def is_wild(text: str) -> bool:
    """Return whether `text` has a wildcard."""
    if "*" not in text and "?" not in text:
        return False
    return any(item in (ANY, ONE) for item in _items(text))


def fits(text: str, wanted: str) -> bool:
    """Return whether the pattern `wanted` matches all of `text`."""
    if "*" not in wanted and "?" not in wanted:
        return text == _ESCAPE.sub(r"\1", wanted)
    if wanted.find("*") == len(wanted) - 1 and "?" not in wanted:
        return text.startswith(wanted[:-1])
    return bool(_compiled(wanted).fullmatch(text))


def has_form(text: str, wanted: str) -> bool:
    """Return whether `text` has the form `wanted`."""
    if "*" not in wanted and "?" not in wanted:
        return text == wanted
    return bool(_compiled_form(wanted).fullmatch(text))


@lru_cache(maxsize=4096)
def _compiled(wanted: str) -> re.Pattern[str]:
    return _expression(pattern(wanted))


@lru_cache(maxsize=4096)
def _compiled_form(wanted: str) -> re.Pattern[str]:
    return _expression(form(wanted))


def _expression(items: Pattern) -> re.Pattern[str]:
    wild = {ANY: ".*", ONE: ".", PART: "[^:]*", LETTER: "[^:]"}
    return re.compile("".join(wild.get(item, re.escape(item)) for item in items), re.DOTALL)


def shared(groups: Sequence[Sequence[Pattern]], none: Sequence[Pattern] = ()) -> str | None:
    """Return a shortest text that matches one pattern of each group and none of `none`, or None.

    Exact: the search follows one pattern of each group at one position, and every pattern of `none` at all its possible
    positions. It tries only the characters that some pattern expects next, and one that represents all others. Raises
    Undecided above `LIMIT` states.
    """
    other = _unused([*(each for group in groups for each in group), *none])
    barred = tuple(_closed(each, 1) for each in none)
    queue = [(every, (0,) * len(groups), barred, "") for every in product(*groups)]
    seen = {each[:3] for each in queue}
    for every, at, state, text in queue:
        if all(len(each) in _reach(each, place) for each, place in zip(every, at, strict=True)) and not any(
            now >> len(each) & 1 for each, now in zip(none, state, strict=True)
        ):
            return text
        for letter in (other, *sorted(_expected(every, at, none, state))):
            found = [_next(each, place, letter) for each, place in zip(every, at, strict=True)]
            if not all(found):
                continue
            later = tuple(_step(each, now, letter) for each, now in zip(none, state, strict=True))
            for places in product(*found):
                after = (every, places, later)
                if after not in seen:
                    seen.add(after)
                    queue.append((*after, text + letter))
        if len(seen) > LIMIT:
            raise Undecided
    return None


def _unused(patterns: Sequence[Pattern]) -> str:
    """Return a character that occurs in no pattern."""
    used = {item for each in patterns for item in each if len(item) == 1}
    return next(each for each in chain("x0y1z2abc", map(chr, range(0x4E00, 0x9000))) if each not in used)


def _expected(
    every: Sequence[Pattern], at: Sequence[int], none: Sequence[Pattern], state: Sequence[int]
) -> set[str]:
    """Return the characters that some pattern expects next."""
    found = {
        each[here]
        for each, place in zip(every, at, strict=True)
        for here in _reach(each, place)
        if here < len(each)
    }
    for each, now in zip(none, state, strict=True):
        found |= {item for place, item in enumerate(each) if now >> place & 1}
    return {item for item in found if len(item) == 1} | ({":"} if found & {PART, LETTER} else set())


def _takes(item: str, letter: str) -> bool:
    return item in (letter, ANY, ONE) or (item in (PART, LETTER) and letter != ":")


@lru_cache(maxsize=4096)
def _reach(each: Pattern, place: int) -> tuple[int, ...]:
    """Return `place` and the places after each wildcard that follows it and can match any text."""
    end = place
    while end < len(each) and each[end] in (ANY, PART):
        end += 1
    return tuple(range(place, end + 1))


def _next(each: Pattern, place: int, letter: str) -> list[int]:
    """Return the places after `letter`."""
    items = [(here, each[here]) for here in _reach(each, place) if here < len(each)]
    return [here + (item not in (ANY, PART)) for here, item in items if _takes(item, letter)]


def _closed(each: Pattern, now: int) -> int:
    """Return a set of places, as bits, extended by those that can be reached without another character."""
    for place, item in enumerate(each):
        if item in (ANY, PART) and now >> place & 1:
            now |= 1 << place + 1
    return now


def _step(each: Pattern, now: int, letter: str) -> int:
    after = 0
    for place, item in enumerate(each):
        if now >> place & 1 and _takes(item, letter):
            after |= 1 << place + (item not in (ANY, PART))
    return _closed(each, after)
