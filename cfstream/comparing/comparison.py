"""Compare two versions of specs, stack by stack."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from cfstream.comparing.hazards import hazards_and_warnings, hazards_of_new, notices
from cfstream.errors import Notice
from cfstream.kinds.distribution.meaning import defaults, meaning
from cfstream.spec.model import Spec
from cfstream.spec.stack import Stack
from cfstream.startup.frozen import dataclass
from cfstream.steps.hazards import Hazard
from cfstream.steps.step import Change

Fate = Literal["changed", "new", "gone"]


@dataclass(frozen=True)
class StackComparison:
    """One stack in both versions. `spec` is the file that it is in, or was in if it is gone."""

    name: str
    spec: str
    fate: Fate
    changes: tuple[Change, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """The stacks that differ, by name, and the number of the others."""

    stacks: tuple[StackComparison, ...]
    same: int


def compare(before: Sequence[Stack], after: Sequence[Stack]) -> Comparison:
    """Return what differs in meaning. Law: a version has no difference from itself, in any spelling."""
    old = {stack.spec.name: stack for stack in before}
    new = {stack.spec.name: stack for stack in after}
    versions = tuple(stack.spec for stack in before), tuple(stack.spec for stack in after)
    found = [_stack(old.get(name), new.get(name), versions) for name in sorted(old.keys() | new.keys())]
    differing = tuple(each for each in found if each is not None)
    return Comparison(differing, len(found) - len(differing))


Versions = tuple[tuple[Spec, ...], tuple[Spec, ...]]
"""All specs of the older and of the newer version."""


def _stack(before: Stack | None, after: Stack | None, versions: Versions) -> StackComparison | None:
    if after is None:
        assert before is not None  # noqa: S101 (a name comes from one of the two)
        stays = "its resources stay: to delete them, run cfstream destroy with the older spec"
        return StackComparison(before.spec.name, before.path, "gone", notices=(Notice(stays, warning=True),))
    name, path = after.spec.name, after.path
    if before is None:
        return StackComparison(
            name,
            path,
            "new",
            _new(meaning(after)),
            hazards_of_new(after, versions[1]),
            tuple(notices(None, after.spec)),
        )
    changes = _changes(meaning(before, after), meaning(after))
    if not changes:
        return None
    hazards, warnings = hazards_and_warnings(before, after, *versions)
    found = (*notices(before.spec, after.spec), *warnings, *_other_keys(changes))
    return StackComparison(name, path, "changed", changes, hazards, found)


def _changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[Change, ...]:
    fields = dict.fromkeys([*after, *before])
    return tuple(
        Change(field, before.get(field), after.get(field))
        for field in fields
        if before.get(field) != after.get(field)
    )


def _other_keys(changes: Sequence[Change]) -> Iterator[Notice]:
    for change in changes:
        if change.field.endswith("]") and change.before is not None and change.after is not None:
            text = f"{change.field} is a different key now, and a key cannot change in CloudFront: give it a new name"
            yield Notice(text, warning=True)


def _new(after: dict[str, Any]) -> tuple[Change, ...]:
    """Return the fields of a new stack that differ from the defaults."""
    usual = defaults()
    return tuple(
        Change(field, None, value)
        for field, value in after.items()
        if field not in usual or usual[field] != value
    )
