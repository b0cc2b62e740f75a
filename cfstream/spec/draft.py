"""One document judged: the spec that it is, as far as it is one, and everything that is wrong with it.

Lives here: asking the types first, then each rule whose fields are sound, so that one mistake is told once and a
second one is told in the same run. Does not live here: the rules themselves, and opening files (`load`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from cfstream.errors import Problem
from cfstream.spec.complaints import complaints, field_name, meant_by
from cfstream.spec.model import Spec
from cfstream.spec.rules import Fault, faults
from cfstream.spec.source import Broken, Document, paths_with, plain
from cfstream.spec.tags import tag_faults
from cfstream.spec.unbuilt import unbuilt_faults

_PLACEHOLDERS: Mapping[str, Any] = {"version": 1, "name": "unnamed", "bucket": "unnamed"}
"""They stand in for a required field that has a problem, so that the other fields can be judged."""


@dataclass
class Draft:
    """A document on its way to a stack. `trouble` holds its top-level fields that have problems already."""

    document: Document
    spec: Spec
    problems: list[Problem] = field(default_factory=list)
    trouble: set[str] = field(default_factory=set)

    def add(self, fault: Fault) -> None:
        """Takes a fault in, at its place."""
        spot = self.document.key_spot(*fault.path) if fault.at_key else self.document.spot(*fault.path)
        self.problems.append(self.document.source.problem(spot, fault.what, fault.do))


def draft_of(document: Document) -> Draft:
    """The document as a spec, with everything that is wrong inside it."""
    values = plain(document.root)
    trouble = {str(path[0]) for path in paths_with(values, Broken)}
    problems = []
    for path in paths_with(values, type(None)):
        what = f"{field_name(path)} has no value"
        do = 'give it one, or take the line out; [], "" and false say that there shall be none'
        problems.append(document.source.problem(document.key_spot(*path), what, do))
        trouble.add(str(path[0]))
    draft = Draft(document, _spec(document, values, problems, trouble), problems, trouble)
    for found in _faults(draft.spec, frozenset(trouble)):
        draft.add(found)
    return draft


def _faults(spec: Spec, trouble: frozenset[str]) -> Iterator[Fault]:
    yield from faults(spec, trouble)
    if "tags" not in trouble:
        yield from tag_faults(spec)
    yield from (found for found in unbuilt_faults(spec) if found.path[0] not in trouble)


def _spec(document: Document, values: dict[str, Any], problems: list[Problem], trouble: set[str]) -> Spec:
    """The spec without the fields in trouble, which grow by those that the types refuse."""
    try:
        return Spec.model_validate(_sound(values, trouble))
    except ValidationError as error:
        for path, problem in complaints(error, document):
            problems.append(problem)
            trouble.add(str(path[0]))
            if len(path) == 1 and path[0] not in Spec.model_fields:
                trouble.add(meant_by(str(path[0]), Spec.model_fields) or "")
    return Spec.model_validate(_sound(values, trouble))


def _sound(values: dict[str, Any], trouble: set[str]) -> dict[str, Any]:
    sound = {key: value for key, value in values.items() if key not in trouble}
    return sound | {key: value for key, value in _PLACEHOLDERS.items() if key in trouble}
