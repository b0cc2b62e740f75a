"""Show in a plan the policy statements that its steps write."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from cfstream.policy_document import by_sid, canonical, shown
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.step import Change, Step
from cfstream.values import Json


def with_statements(steps: Iterable[Step]) -> list[Step]:
    """Return the steps; those that edit a bucket's policy show each statement before and after."""
    return [
        replace(step, changes=(*step.changes, *_statements(edit)))
        if isinstance(edit := getattr(step, "edit", None), PolicyEdit)
        else step
        for step in steps
    ]


def _statements(edit: PolicyEdit) -> Iterator[Change]:
    wanted: dict[str, Json | None] = {
        **dict.fromkeys(sorted(edit.drop)),
        **{str(each["Sid"]): each for each in edit.put},
    }
    for sid, after in wanted.items():
        field = "statement" if len(wanted) == 1 else f"statement[{sid}]"
        yield _change(field, by_sid(edit.seen, sid), after)


def _change(field: str, before: Json | None, after: Json | None) -> Change:
    """Return what differs; the whole statement if it is new or removed."""
    if before is None or after is None:
        return Change(field, before and shown(before), after and shown(after))
    one, other = canonical(before), canonical(after)
    differing = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}

    def part(statement: Json) -> dict[str, Any]:
        return {name: value for name, value in shown(statement).items() if name in differing}

    return Change(field, part(before), part(after))
