"""A stack: a valid spec, its keys, and the places of its fields in the file."""

from collections.abc import Mapping
from dataclasses import field

from cfstream.errors import Problem, Where
from cfstream.spec.keys import PemKey
from cfstream.spec.model import Spec
from cfstream.spec.source import Document, Source, Step
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class Stack:
    """One document that was read, with everything that it names.

    `path` is the file as the user named it (``-`` for standard input); `spec_sha256` is the hexadecimal
    SHA-256 of the document and of the files that it names; `public_keys` are the keys of its key groups, by
    their names.
    """

    spec: Spec
    path: str
    document: Document = field(repr=False)
    spec_sha256: str
    public_keys: Mapping[str, PemKey] = field(repr=False)

    @property
    def source(self) -> Source:
        return self.document.source

    def where(self, *path: Step) -> Where:
        """Return the place of the field at `path`; for an absent field, the place of what it would be in.

        A path consists of keys and indexes: ``where("http", "behaviors", 0, "path")``.
        """
        return self.source.where(self.document.spot(*path))

    def line(self, *path: Step) -> int:
        """Return the line of `where`, from 1; for a field that is not in the file, the line of the stack's name."""
        written = path and path[0] in self.document.root.fields
        return self.where(*(path if written else ("name",))).line

    def problem(self, what: str, do: str, *path: Step) -> Problem:
        """Return a problem with the field at `path`."""
        return self.source.problem(self.document.spot(*path), what, do)
