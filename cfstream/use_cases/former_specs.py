"""Tells a plan what earlier specs managed: cfstream has no record of that, but git has the specs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cfstream.errors import CfstreamError

if TYPE_CHECKING:
    from cfstream.planning import Plan, StackPlan
    from cfstream.spec.load import Stack
    from cfstream.spec.model import Spec


def with_former(plan: "Plan", stacks: "Sequence[Stack]", revision: str | None) -> "Plan":
    """Return the plan with a notice of the fields that a spec had at a git revision, and no longer has.

    A stack without a distribution has none, and neither has one whose spec was not valid then, or did not exist.
    """
    if revision is None:
        return plan
    former = {path: _at(path, revision) for path in {stack.spec for stack in plan.stacks}}
    now = {(stack.path, stack.spec.name): stack.spec for stack in stacks}
    found = (
        _noticed(each, former[each.spec].get(each.name), now[each.spec, each.name], revision)
        for each in plan.stacks
    )
    return replace(plan, stacks=tuple(found))


def _at(path: str, revision: str) -> "dict[str, Spec]":
    from cfstream.spec.load import load
    from cfstream.use_cases.git_files import files_at

    try:
        return {each.spec.name: each.spec for each in load([path], files=files_at(path, revision))}
    except CfstreamError:
        return {}


def _noticed(plan: "StackPlan", old: "Spec | None", new: "Spec", revision: str) -> "StackPlan":
    from cfstream.kinds.distribution.optional_fields import no_longer_managed

    notice = no_longer_managed(old, new, revision) if old and plan.live.distribution_id else None
    return replace(plan, notices=(*plan.notices, notice)) if notice else plan
