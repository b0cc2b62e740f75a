"""The fault that a rule reports, before its place in the file is known."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from cfstream.spec.source import Step
from cfstream.spec.wording import shown
from cfstream.startup.frozen import dataclass

Path: TypeAlias = tuple[Step, ...]
"""Keys and places in lists, from the top of a document."""


@dataclass(frozen=True)
class Fault:
    """What is wrong, what to do, and the path of the field. `at_key` points at the key, not at the value."""

    what: str
    do: str
    path: Path
    at_key: bool = False


def repeated(words: Sequence[str] | None, path: Path) -> Iterator[Fault]:
    """Return a fault for each word of a list that repeats an earlier one."""
    seen: set[str] = set()
    for number, word in enumerate(words or ()):
        if word in seen:
            yield Fault(f"{shown(word)} is listed twice", "delete one of them", (*path, number))
        seen.add(word)
