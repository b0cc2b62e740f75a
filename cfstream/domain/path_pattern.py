"""A behavior's path pattern, matched as CloudFront does."""

from collections.abc import Iterable
from dataclasses import field
from functools import cached_property
from typing import Protocol, TypeVar

from cfstream.startup.frozen import dataclass
from cfstream.wildcards import like


@dataclass(frozen=True)
class PathPattern:
    """Case-sensitive. ``*`` matches any characters (including ``/``), ``?`` exactly one.

    The leading slash is optional: ``posters/*`` and ``/posters/*`` are the same pattern (Developer Guide, "Cache
    behavior settings", Path pattern). `text` keeps the spelling, and comparisons ignore it.
    """

    text: str = field(compare=False)
    relative: str = field(init=False)
    """The pattern without its leading slash."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "relative", self.text.removeprefix("/"))

    def __str__(self) -> str:
        return self.text

    @cached_property
    def absolute(self) -> str:
        """The pattern with its leading slash, for display if no spelling is given."""
        return f"/{self.relative}"

    def matches(self, path: str) -> bool:
        """Return whether a viewer's path (with or without its leading slash) matches."""
        return like(self.relative, normalised(path).removeprefix("/"))


def normalised(path: str) -> str:
    """Return a path in the form that CloudFront compares with patterns: without empty segments, ``.`` and ``..``.

    CloudFront sends the raw path to the origin (Developer Guide, "Cache behavior settings", Path pattern; RFC 3986,
    5.2.4).
    """
    segments = path.removeprefix("/").split("/")
    if not any(each in ("", ".", "..") for each in segments):
        return path
    kept: list[str] = []
    for each in segments:
        if each == "..":
            del kept[-1:]
        elif each not in ("", "."):
            kept.append(each)
    folder = kept and segments[-1] in ("", ".", "..")
    return "/" + "/".join(kept) + ("/" if folder else "")


class HasPath(Protocol):
    """A behavior of a spec, of a distribution or of a verification."""

    @property
    def path(self) -> str:
        """Its pattern; empty for the default behavior."""
        ...


B = TypeVar("B", bound=HasPath)


def with_pattern(behaviors: Iterable[B], path: str) -> B | None:
    """Return the first behavior with the same pattern as `path`; the default one for the empty path."""
    for each in behaviors:
        if bool(each.path) == bool(path) and PathPattern(each.path) == PathPattern(path):
            return each
    return None
