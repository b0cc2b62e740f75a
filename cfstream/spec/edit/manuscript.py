"""One document of a file as text that is edited, and the proof that an edit did what it should and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cfstream.errors import CfstreamError, Problem
from cfstream.spec.compose import documents
from cfstream.spec.layout import Member, Written
from cfstream.spec.source import Document, Source, Spot, Step, plain

BOM = "\ufeff"

Path = Sequence[Step]
"""Keys, and places in lists, from the document's root."""


class CannotEdit(CfstreamError):
    """The file is written in a way in which this edit would touch more than it should."""


@dataclass(frozen=True)
class Manuscript:
    """The text of a whole file, and which of its documents is edited: of those that are mappings, counted from 0."""

    text: str
    number: int = 0

    @classmethod
    def at(cls, text: str, root: Spot) -> "Manuscript":
        """The document that begins at `root`, a place in the text without its byte order mark. Raises CannotEdit."""
        for number, document in enumerate(_read(text.removeprefix(BOM))):
            if document.root.at == root:
                return cls(text, number)
        raise by_hand("the document could not be found in the file again")


def edited(
    manuscript: Manuscript,
    paths: Sequence[Path],
    write: Callable[[str, Written], str],
    change: Callable[[Any], None],
) -> Manuscript:
    """What `write` makes of the values at `paths`, once it is proved; `change` does to plain values what it is to do.

    Paths that lead to one and the same place by aliases are written once. Raises CannotEdit.
    """
    mark = BOM if manuscript.text.startswith(BOM) else ""
    before = manuscript.text.removeprefix(BOM)
    after = before
    done: set[int] = set()
    for path in paths:
        place = find(before, manuscript.number, path)
        if place.start not in done:
            done.add(place.start)
            after = write(after, find(after, manuscript.number, path))
    _prove(before, after, manuscript.number, paths, change)
    return replace(manuscript, text=mark + after)


def by_hand(what: str) -> CannotEdit:
    """The refusal that says what is in the way."""
    return CannotEdit(what, "edit the file by hand, then run the command again")


def find(text: str, number: int, path: Path) -> Written:
    """The value at `path` of the document with this number. Raises CannotEdit where it is not written out there."""
    read = _read(text)
    place = read[number].written if number < len(read) else None
    for step in path:
        found = _within(place, step) if place else None
        place = found.meant if found else None
    if place is None:
        raise by_hand(f"{named(path)} could not be found in the file")
    return place


def named(path: Path) -> str:
    """A path as people write it."""
    return ".".join(str(step) for step in path) or "the document"


def _read(text: str) -> list[Document]:
    return list(documents(Source("spec", text), []))


def _within(place: Written, step: Step) -> Member | None:
    if isinstance(step, int):
        return place.members[step] if place.kind == "list" and step < len(place.members) else None
    return place.fields.get(step)


def _prove(
    before: str, after: str, number: int, paths: Sequence[Path], change: Callable[[Any], None]
) -> None:
    """Returns when the new text says what the old one said, but for the change."""
    problems: list[Problem] = []
    wanted = [plain(doc.root) for doc in documents(Source("spec", before), problems)]
    found = [plain(doc.root) for doc in documents(Source("spec", after), problems)]
    for path in paths:
        change(_value(wanted[number], path))
    if problems or wanted != found:
        raise by_hand("the file is written in a way in which this edit would change more than it should")


def _value(document: Any, path: Path) -> Any:
    """The value at `path`; a plain document has a copy of its own wherever an alias stood."""
    for step in path:
        document = document[step]
    return document
