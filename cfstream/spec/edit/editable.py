"""Edit one document of a file as text, and check that the edit changed what it should and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from cfstream.errors import CfstreamError, Problem
from cfstream.spec.compose import documents
from cfstream.spec.layout import Member, Written
from cfstream.spec.source import Document, Source, Spot, Step, plain
from cfstream.startup.frozen import dataclass

BOM = "\ufeff"

Path = Sequence[Step]
"""Keys and indexes from the document's root."""


class CannotEdit(CfstreamError):
    """The command cannot edit this file without changing other parts of it. Nothing was changed."""


@dataclass(frozen=True)
class EditableDocument:
    """The text of a whole file, and the number of the edited document among its mappings, from 0."""

    text: str
    number: int = 0

    @classmethod
    def at(cls, text: str, root: Spot) -> "EditableDocument":
        """Return the document that begins at `root`, a place without the byte order mark. Raises CannotEdit."""
        for number, document in enumerate(_read(text.removeprefix(BOM))):
            if document.root.at == root:
                return cls(text, number)
        raise by_hand("the document was not found in the file again")


def edited(
    editable: EditableDocument,
    paths: Sequence[Path],
    write: Callable[[str, Written], str],
    change: Callable[[Any], None],
) -> EditableDocument:
    """Return the result of `write` for the values at `paths`, after a check. `change` makes the change to plain values.

    Paths that lead to the same place through aliases are written once. Raises CannotEdit.
    """
    mark = BOM if editable.text.startswith(BOM) else ""
    before = editable.text.removeprefix(BOM)
    after = before
    done: set[int] = set()
    for path in paths:
        place = find(before, editable.number, path)
        if place.start not in done:
            done.add(place.start)
            after = write(after, find(after, editable.number, path))
    _check(before, after, editable.number, paths, change)
    return replace(editable, text=mark + after)


def by_hand(what: str) -> CannotEdit:
    """Return the error with the reason why the file cannot be edited."""
    return CannotEdit(what, "edit the file by hand, then run the command again")


def find(text: str, number: int, path: Path) -> Written:
    """Return the value at `path` of the document with this number. Raises CannotEdit if it is not written there."""
    read = _read(text)
    place = read[number].written if number < len(read) else None
    for step in path:
        found = _within(place, step) if place else None
        place = found.meant if found else None
    if place is None:
        raise by_hand(f"{named(path)} was not found in the file")
    return place


def named(path: Path) -> str:
    """Return a path as people write it."""
    return ".".join(str(step) for step in path) or "the document"


def _read(text: str) -> list[Document]:
    return list(documents(Source("spec", text), []))


def _within(place: Written, step: Step) -> Member | None:
    if isinstance(step, int):
        return place.members[step] if place.kind == "list" and step < len(place.members) else None
    return place.fields.get(step)


def _check(
    before: str, after: str, number: int, paths: Sequence[Path], change: Callable[[Any], None]
) -> None:
    """Raise CannotEdit unless the new text means the same as the old one, except for the change."""
    problems: list[Problem] = []
    wanted = [plain(doc.root) for doc in documents(Source("spec", before), problems)]
    found = [plain(doc.root) for doc in documents(Source("spec", after), problems)]
    for path in paths:
        change(_value(wanted[number], path))
    if problems or wanted != found:
        raise by_hand("the file is written in a way in which this edit would change more than it should")


def _value(document: Any, path: Path) -> Any:
    """Return the value at `path`. A plain document has a copy in place of each alias."""
    for step in path:
        document = document[step]
    return document
