"""Runs against the sandbox, as commands make them."""

from collections.abc import Sequence

from cfstream.applying import Report
from cfstream.aws.connecting import connect
from cfstream.aws.sessions import ConnectionSettings
from cfstream.planning import Plan
from cfstream.ports import World
from cfstream.sandbox.server import Sandbox
from cfstream.spec.load import Stack
from cfstream.workflow import apply_plan, make_plan
from tests.world.clock import QuickClock


def world_of(sandbox: Sandbox, clock: QuickClock | None = None) -> World:
    """Return the world of a run against this sandbox."""
    return connect(
        ConnectionSettings(region="us-east-1", endpoint_url=sandbox.endpoint_url, sandbox=True),
        clock or QuickClock(),
    )


def run(stacks: Sequence[Stack], world: World, *, allow: Sequence[str] = ()) -> tuple[Plan, Report]:
    """Plan and apply, as ``apply --yes`` does."""
    plan = make_plan(stacks, world)
    return plan, apply_plan(plan, world, allow=frozenset(allow))
