"""Read a document as a spec, and collect everything that is wrong with it.

Types are checked first, then each rule whose fields are valid. So each mistake is reported once, and all of them in one
run. The rules themselves are in `rules`.
"""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from pydantic import ValidationError

from cfstream.errors import Problem
from cfstream.spec.complaints import complaints, field_name
from cfstream.spec.fault import Fault, Path
from cfstream.spec.model import Spec
from cfstream.spec.rules import UNKNOWN, faults
from cfstream.spec.source import EXTENSION, Broken, Document, paths_with, plain
from cfstream.spec.unknown_keys import meant_here
from cfstream.startup.frozen import dataclass

_PLACEHOLDERS: Mapping[str, Any] = {"version": 1, "name": "unnamed", "bucket": "unnamed"}
"""Replace required fields that have a problem, so that the others can be judged."""


@dataclass
class SpecDraft:
    """A document that becomes a stack. `trouble` has its top-level fields that have problems already."""

    document: Document
    spec: Spec
    problems: list[Problem] = field(default_factory=list)
    trouble: set[str] = field(default_factory=set)

    def add(self, fault: Fault) -> None:
        """Add a fault as a problem at its place."""
        spot = self.document.key_spot(*fault.path) if fault.at_key else self.document.spot(*fault.path)
        found = self.document.source.problem(spot, fault.what, fault.do)
        self.problems.append(replace(found, absent=not fault.path))


def draft_of(document: Document) -> SpecDraft:
    """Return the document as a spec, with everything that is wrong in it."""
    values = _of_the_language(plain(document.root))
    empty = list(paths_with(values, type(None)))
    known = {*paths_with(values, Broken), *empty}
    by_path: dict[Path, Problem] = {path: _no_value(document, path) for path in empty}
    trouble = {field for path in known for field in _concerned(path)}
    try:
        spec = Spec.model_validate(values)
    except ValidationError as error:
        trouble |= {field for detail in error.errors() for field in _concerned(detail["loc"])}
        by_path |= complaints(error, document, known)
        spec = Spec.model_validate(_sound(values, trouble))
    problems = list(by_path.values())
    draft = SpecDraft(document, spec, problems, trouble)
    unsound = frozenset(trouble | ({UNKNOWN} if _unclear(trouble) else set()))
    for found in faults(spec, unsound):
        draft.add(found)
    return draft


def _unclear(trouble: set[str]) -> bool:
    """Return whether the document has a key that may be any field: what it lacks may be in there."""
    return any(name not in Spec.model_fields and meant_here(name, ()) is None for name in trouble)


def _of_the_language(values: dict[str, Any]) -> dict[str, Any]:
    """Return the top-level values without the extensions: those hold what aliases refer to, or notes of a team."""
    return {key: value for key, value in values.items() if not key.startswith(EXTENSION)}


def _no_value(document: Document, path: Path) -> Problem:
    what = f"{field_name(path)} has no value"
    do = 'write a value, or delete the line; [], "" and false mean none'
    return document.source.problem(document.key_spot(*path), what, do)


def _concerned(path: Path) -> set[str]:
    """Return the top-level fields of a fault: its own, and the one that an unknown key was meant to be."""
    field_of_spec = str(path[0])
    meant = None if field_of_spec in Spec.model_fields else meant_here(field_of_spec, ())
    return {field_of_spec, meant} if meant else {field_of_spec}


def _sound(values: dict[str, Any], trouble: set[str]) -> dict[str, Any]:
    """Return the values without the fields that have problems."""
    sound = {key: value for key, value in values.items() if key not in trouble}
    return sound | {key: value for key, value in _PLACEHOLDERS.items() if key in trouble}
