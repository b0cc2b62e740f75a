"""Words for messages: a value as it may be shown, a list of choices, the nearest known word."""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

MAX_SHOWN = 60
"""How many characters of somebody's text a message repeats."""


def shown(value: Any) -> str:
    """`value` in double quotes for a message: short, on one line, and harmless to a terminal.

    Text that may be a private key is never repeated.
    """
    text = str(value)
    if "PRIVATE KEY" in text:
        return '"…"'
    if len(text) > MAX_SHOWN:
        text = text[: MAX_SHOWN - 1] + "…"
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if _harmless(char) else f"\\u{ord(char):04x}" for char in quoted)


def choices(words: Iterable[Any], joint: str = "or") -> str:
    """``a, b or c``."""
    *some, last = (str(word) for word in words)
    return f"{', '.join(some)} {joint} {last}" if some else last


def some_of(words: Sequence[str], most: int) -> str:
    """``a, b and 12 more``: as many as a sentence bears, and how many there are beside them."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be, upper and lower case aside."""
    folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold()[:MAX_SHOWN], folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def _harmless(char: str) -> bool:
    # Cc, Cf: control characters, and the marks that turn the direction of the text around them.
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
