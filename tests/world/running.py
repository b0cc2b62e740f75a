"""Runs against the sandbox, as commands make them."""

from collections.abc import Sequence

from cfstream.applying import Report, RunOptions
from cfstream.planning import Plan
from cfstream.ports import World
from cfstream.spec.load import Stack
from cfstream.workflow import apply_plan, make_plan


def run(stacks: Sequence[Stack], world: World, *, allow: Sequence[str] = ()) -> tuple[Plan, Report]:
    """Plan and apply, as ``apply --yes`` does."""
    plan = make_plan(stacks, world)
    return plan, apply_plan(plan, world, RunOptions(frozenset(allow)))
