"""Wildcards, matched character by character: those of policies and those of CloudFront's path patterns."""

import functools
import re

VARIABLE = re.compile(r"\$\{[^}]*\}")
ESCAPES = {"${*}": "*", "${?}": "?", "${$}": "$"}


@functools.lru_cache(maxsize=65536)
def like(text: str, pattern: str) -> bool:
    """Whether `*` (any characters) and `?` (one character) make the pattern equal to the text."""
    return _fits(text, tuple(pattern))


@functools.lru_cache(maxsize=65536)
def like_or_unknown(text: str, pattern: str) -> bool | None:
    """The same for a policy's value. None if a policy variable decides it.

    `${*}`, `${?}` and `${$}` are the characters themselves (IAM User Guide, "Policy variables").
    """
    parts: list[str] = []
    unknown = False
    rest = pattern
    while rest:
        found = VARIABLE.match(rest)
        if found is None:
            parts.append(rest[0])
            rest = rest[1:]
            continue
        escape = ESCAPES.get(found.group())
        parts.append(f"\\{escape}" if escape else "*")
        unknown = unknown or escape is None
        rest = rest[found.end() :]
    fits = _fits(text, tuple(parts))
    return None if fits and unknown else fits


def _fits(text: str, parts: tuple[str, ...]) -> bool:
    places = {0}
    for part in parts:
        if part == "*":
            places = set(range(min(places), len(text) + 1)) if places else set()
        elif part == "?":
            places = {place + 1 for place in places if place < len(text)}
        else:
            wanted = part[-1]
            places = {place + 1 for place in places if place < len(text) and text[place] == wanted}
    return len(text) in places


def path_matches(path: str, pattern: str) -> bool:
    """Whether a viewer's path falls under a path pattern.

    Case-sensitive; the leading slash of the pattern is optional; the path is compared without empty and dot segments
    (Developer Guide, "Cache behavior settings", "Path pattern").
    """
    return like(normalised(path), pattern if pattern.startswith("/") else f"/{pattern}")


@functools.lru_cache(maxsize=4096)
def normalised(path: str) -> str:
    """The path without `//`, `/./` and `/../`."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    folder = kept and segments[-1] in ("", ".", "..")
    return "/" + "/".join(kept) + ("/" if folder else "")
