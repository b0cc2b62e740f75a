"""Every short key over a small alphabet, and a second matcher (regular expressions) to compare with."""

import re
from collections.abc import Callable, Iterable
from itertools import product

from hypothesis import settings
from hypothesis import strategies as st

from cfstream.access.globs import ANY, ONE, Glob
from tests.thorough import examples

ALPHABET = "ab/. z"
"""``z`` and the space never occur in a generated pattern; a URL path cannot carry the space as it is."""

KEYS = tuple(
    "".join(letters)
    for alphabet, sizes in ((ALPHABET, range(1, 5)), ("a/", range(5, 7)))
    for size in sizes
    for letters in product(alphabet, repeat=size)
)
COMPLETE = 4
"""Every key up to this length is among them."""

PATTERNS = st.text("ab/.*?", max_size=6)
GLOBS = st.builds(Glob.of_path_pattern, PATTERNS)

broad = settings(max_examples=examples(60), deadline=None)
"""For tests that try every key of `KEYS` on each example."""


def regex(pattern: str) -> "re.Pattern[str]":
    """Translate a pattern in which every ``*`` and ``?`` is a wildcard."""
    return re.compile("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern), re.DOTALL)


def judge(globs: Iterable[Glob]) -> Callable[[str], int]:
    """Return the function that shows which globs match a key, as a bit mask."""
    wild = {ANY: ".*", ONE: "."}
    patterns = [
        re.compile("".join(wild.get(token) or re.escape(token) for token in glob.tokens), re.DOTALL)
        for glob in globs
    ]
    return lambda key: sum(1 << index for index, pattern in enumerate(patterns) if pattern.fullmatch(key))


def matching(globs: Iterable[Glob], key: str) -> int:
    """Return which globs match one key, as a bit mask."""
    return judge(globs)(key)


def plain(key: str) -> bool:
    """Return whether a URL path has the key unchanged, even after CloudFront normalises it."""
    *folders, name = key.split("/")
    return (
        re.fullmatch(r"[A-Za-z0-9._/-]+", key) is not None
        and all(folder not in ("", ".", "..") for folder in folders)
        and name not in (".", "..")
    )
