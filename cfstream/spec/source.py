"""YAML text as a tree in which every key and value has its place in the text.

`compose` reads the text; `model` gives the values a meaning.
"""

from collections.abc import Iterator
from dataclasses import field
from functools import cached_property
from re import compile as pattern
from typing import Any, TypeAlias

from cfstream.errors import Problem, Where
from cfstream.spec.layout import Written
from cfstream.startup.frozen import dataclass

EXTENSION = "x-"
"""The prefix of top-level keys that cfstream ignores."""

Spot: TypeAlias = tuple[int, int]
"""Line and column, both from 1."""

Step: TypeAlias = str | int
"""One step of a path into a document: a key, or a place in a list."""

BYTE_ORDER_MARK = "\ufeff"

_LINE_BREAK = pattern("\r\n|\r|\n")
_PRIVATE = "PRIVATE KEY-----"


class Broken:
    """The value of a node that could not be read. Its problem has been reported already."""


BROKEN = Broken()


@dataclass(slots=True)
class Scalar:
    """A single value, and the text that it was read from."""

    at: Spot
    value: Any
    text: str = ""
    size: int = 1


@dataclass(slots=True)
class Listing:
    """A sequence."""

    at: Spot
    items: "list[Node]" = field(default_factory=list)
    size: int = 1


@dataclass(slots=True)
class Mapping:
    """A mapping. Keys are text, whatever they look like; `keys` has the place of each."""

    at: Spot
    flow: bool = False
    fields: "dict[str, Node]" = field(default_factory=dict)
    keys: dict[str, Spot] = field(default_factory=dict)
    size: int = 1


Node: TypeAlias = Scalar | Listing | Mapping


@dataclass(frozen=True)
class Source:
    """A file as text, under the name that the user gave it."""

    file: str
    text: str
    mark: str = ""
    """The byte order mark before the text, if there is one."""
    folder: str = ""
    """The folder that the user named, or that holds the file that the user named."""
    link_to: str = ""
    """The file that a symbolic link leads to, if that is outside `folder`; its text is never quoted."""

    @cached_property
    def lines(self) -> list[str]:
        return _LINE_BREAK.split(self.text)

    @cached_property
    def holds_a_secret(self) -> bool:
        """Whether the text contains a private key: no message repeats its lines."""
        return _PRIVATE in self.text

    def where(self, spot: Spot) -> Where:
        return Where(self.file, *spot)

    def spot(self, index: int) -> Spot:
        """Return the place of the character at `index`."""
        before = _LINE_BREAK.split(self.text[:index])
        return len(before), len(before[-1]) + 1

    def problem(self, spot: Spot, what: str, do: str, note: str = "") -> Problem:
        """Return a problem at `spot`, with the line as written.

        A file with a private key is never quoted, and neither is one outside the user's folder.
        """
        line = "" if self.holds_a_secret or self.link_to else self.lines[spot[0] - 1]
        return Problem(self.where(spot), what, do, line, note)


@dataclass(frozen=True)
class Document:
    """One YAML document: its tree, its text, and the file around it."""

    source: Source
    root: Mapping
    text: str
    written: Written
    """The root as it is written."""

    def find(self, *path: Step) -> tuple[Node, Spot | None]:
        """Return the node at `path`, or the nearest existing one above it, and the place of its key if it has one.

        Steps in angle brackets are forms of the model; the document does not have them.
        """
        node: Node = self.root
        key: Spot | None = None
        for step in path:
            match node:
                case Mapping() if isinstance(step, str) and step in node.fields:
                    key, node = node.keys[step], node.fields[step]
                case Listing() if isinstance(step, int) and step < len(node.items):
                    key, node = None, node.items[step]
                case _ if not (isinstance(step, str) and step.startswith("<")):
                    break
        return node, key

    def spot(self, *path: Step) -> Spot:
        """Return the place of the value at `path`; for a block of lines, the place of its key."""
        node, key = self.find(*path)
        if key is None or isinstance(node, Scalar):
            return node.at
        return key if node.at[0] != key[0] else node.at

    def key_spot(self, *path: Step) -> Spot:
        """Return the place of the key that ends `path`."""
        node, key = self.find(*path)
        return key or node.at


def plain(node: Node) -> Any:
    """Return the tree as dicts, lists and scalars."""
    match node:
        case Scalar():
            return node.value
        case Listing():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(value) for key, value in node.fields.items()}


def paths_with(value: Any, wanted: type, above: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """Yield the path of every value of the type `wanted` in a plain document."""
    match value:
        case dict():
            for key, item in value.items():
                yield from paths_with(item, wanted, (*above, key))
        case list():
            for number, item in enumerate(value):
                yield from paths_with(item, wanted, (*above, number))
        case _ if isinstance(value, wanted):
            yield above
