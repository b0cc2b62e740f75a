"""Find the line of the spec that causes a hazard. Pure."""

from dataclasses import replace

from cfstream.domain import PathPattern
from cfstream.spec.source import Step
from cfstream.spec.stack import Stack
from cfstream.steps.hazards import SIGNERS, Hazard

SIGNING = ("public", "key_groups", "trusted_signers")
"""The fields that decide who must sign, at the top and in a behavior."""


def placed(stack: Stack, hazard: Hazard) -> Hazard:
    """Return the hazard with the line of its field; without one if the field is unknown or not in the file."""
    path = _path(stack, hazard.field) if hazard.field else ()
    written = path and path[0] in stack.document.root.fields
    return replace(hazard, line=stack.line(*path)) if written else hazard


def _path(stack: Stack, field: str) -> tuple[Step, ...]:
    """Return the path of a field in the document: ``http.behaviors[/a/*].public`` is in the entry of that behavior."""
    if field == SIGNERS:
        return tuple(name for name in SIGNING if name in stack.document.root.fields)[:1]
    above, bracket, rest = field.partition("[")
    path: tuple[Step, ...] = tuple(above.split("."))
    if not bracket or above != "http.behaviors":
        return path
    pattern, _, member = rest.rpartition("]")
    behaviors = stack.spec.http.behaviors
    found = [n for n, each in enumerate(behaviors) if PathPattern(each.path) == PathPattern(pattern)]
    if not found:
        return path
    signing = [name for name in SIGNING if name in behaviors[found[0]].model_fields_set]
    return (*path, found[0], *([member.removeprefix(".")] if member else signing[:1]))
