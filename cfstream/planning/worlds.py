"""Build worlds that `access` can judge: what is live, and what a plan leaves. Pure.

Each kind adds what it observed, and knows what its steps change.
"""

from collections.abc import Iterable

from cfstream.access.world import BucketWorld
from cfstream.domain import BucketState
from cfstream.kinds import KINDS
from cfstream.stack.context import StackContext
from cfstream.stack.proposal import KindResults
from cfstream.steps.step import Step

BY_NAME = {kind.name: kind for kind in KINDS}


def live_world(context: StackContext, results: KindResults) -> BucketWorld:
    """Return the stack's bucket and all that leads to it, as the kinds have observed them."""
    bucket = BucketState(context.stack.spec.bucket.name, context.partition)
    world = BucketWorld(context.account, bucket, context.partition)
    for kind in KINDS:
        if kind.name in results.live:
            world = kind.add_to_world(context, results.live[kind.name], world)
    return world


def former_world(context: StackContext, results: KindResults, live: BucketWorld) -> BucketWorld | None:
    """Return the world around the bucket that the distribution reads now, if the spec names another one."""
    worlds = (kind.former_world(context, results.live[kind.name], live) for kind in KINDS)
    return next((world for world in worlds if world is not None), None)


def projected(world: BucketWorld, step: Step, stack: str = "") -> BucketWorld:
    """Return the world as it is once a step is done. `stack` owns what the step creates; empty for another stack."""
    kind = BY_NAME.get(step.address.kind)
    return kind.after_step(world, step, stack) if kind else world


def projected_all(world: BucketWorld, steps: Iterable[Step], stack: str = "") -> BucketWorld:
    """Return the world as it is once all steps are done, in their order."""
    for step in steps:
        world = projected(world, step, stack)
    return world
