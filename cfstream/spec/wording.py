"""Words for messages: a safe form of a value, a list of choices, the nearest known word."""

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Sized
from difflib import SequenceMatcher, get_close_matches
from typing import Any

MAX_SHOWN = 60
"""How many characters of a user's text a message repeats."""


def shown(value: Any) -> str:
    """Return `value` in double quotes for a message: short, on one line, and harmless to a terminal.

    Text that may be a private key is never repeated.
    """
    text = str(value)
    if "PRIVATE KEY" in text:
        return '"…"'
    if len(text) > MAX_SHOWN:
        text = text[: MAX_SHOWN - 1] + "…"
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if _harmless(char) else f"\\u{ord(char):04x}" for char in quoted)


def as_written(value: Any) -> str:
    """Return a value as a person writes it: ``"text"``, ``true``, ``["a", "b"]``, ``{path: "/x"}``."""
    match value:
        case {"known_after": str(step)}:
            return f"(known after {step})"
        case Mapping():
            return "{" + ", ".join(f"{name}: {as_written(item)}" for name, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(as_written, value)) + "]"
        case str() | bool():
            return json.dumps(value, ensure_ascii=False)
    return "none" if value is None else str(value)


def choices(words: Iterable[Any], joint: str = "or") -> str:
    """Return the words as ``a, b or c``."""
    *some, last = (str(word) for word in words)
    return f"{', '.join(some)} {joint} {last}" if some else last


def by_number(things: Sized, one: str, several: str) -> str:
    """Return the word for one thing, or the word for several."""
    return one if len(things) == 1 else several


def too_long(what: str, length: int, most: int, unit: str = "characters") -> str:
    """Return that something is too long, in a sentence that begins with what is wrong."""
    return f"{what} is too long: it has {length:,} {unit}, and at most {most:,} are allowed"


def some_of(words: Sequence[str], most: int) -> str:
    """Return at most so many words, and the number of the others: ``a, b and 12 more``."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def nearest(word: str, known: Iterable[str], *, alike: float = 0.6) -> str | None:
    """Return the known word that `word` was probably meant to be, in any case; None if none is near.

    `alike` is the least share of equal letters, as difflib counts them.
    """
    folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold()[:MAX_SHOWN], folded, n=1, cutoff=alike)
    return folded[found[0]] if found else None


def likeness(word: str, other: str) -> float:
    """Return the share of equal letters, in any case: 1.0 for the same word."""
    return SequenceMatcher(None, word.casefold()[:MAX_SHOWN], other.casefold()[:MAX_SHOWN]).ratio()


def ranked_by_likeness(word: str, known: Iterable[str], *, alike: float) -> list[tuple[float, str]]:
    """Return the known words that have at least this share of equal letters, with their shares, the nearest first."""
    matcher = SequenceMatcher(b=word.casefold()[:MAX_SHOWN])
    found = []
    for name in known:
        matcher.set_seq1(name.casefold()[:MAX_SHOWN])
        bounds = (matcher.real_quick_ratio, matcher.quick_ratio)
        if all(bound() >= alike for bound in bounds) and (share := matcher.ratio()) >= alike:
            found.append((share, name))
    return sorted(found, reverse=True)


LISTED = 5
"""How many known names a fix lists, if none is near."""


def one_of(word: str, known: Iterable[str], *, most: int = LISTED) -> str:
    """Return how to correct a name: ``write X`` for the nearest of the known ones, or ``write one of a, b or c``."""
    names = list(dict.fromkeys(known))
    if near := nearest(word, names):
        return f"write {near}"
    if len(names) > most:
        return f"write one of {some_of(names, most)}"
    return f"write {'one of ' * (len(names) > 1)}{choices(names)}" if names else "correct the name"


def write_nearest(word: str, known: Iterable[str], otherwise: str, whose: str) -> str:
    """Return ``write X, WHOSE, or OTHERWISE`` for the known name that `word` was probably meant to be, if one is near.

    `whose` names the known ones: ``a key group of this account``. A name must be almost the same, because a similar one
    may belong to somebody else.
    """
    near = nearest(word, known, alike=0.75)
    return f"write {near}, {whose}, or {otherwise}" if near else otherwise


def _harmless(char: str) -> bool:
    # Cc, Cf: control characters, and marks that change the direction of text.
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
