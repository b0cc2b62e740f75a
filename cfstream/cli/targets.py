"""What people name on the command line when they mean something live: specs, or ids."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cfstream.cli import connection
from cfstream.errors import WrongUsage

if TYPE_CHECKING:
    from cfstream.inventory.deployment import Awaited
    from cfstream.ports import World
    from cfstream.spec.load import Stack
    from cfstream.stack.scene import Scene

PATIENCE = 30 * 60.0
"""Seconds to wait for Deployed where no spec says otherwise."""


@dataclass(frozen=True)
class Targets:
    """What is live under the names that were given, stacks first."""

    world: "World"
    found: "tuple[Awaited, ...]"
    patience: float
    """Seconds: the longest `wait.timeout` of the specs, or half an hour."""


def find(named: Sequence[str], *, one: bool = False) -> Targets:
    """What is live under each name; one that looks like an id, and is no file, is an id.

    Raises SpecProblems for specs with problems, CfstreamError for what is not there, and WrongUsage where `one` is
    wanted and a spec holds several stacks.
    """
    from cfstream.inventory.deployment import Awaited
    from cfstream.inventory.lookup import by_id, by_scene, is_id
    from cfstream.spec.load import load

    ids = [name for name in named if is_id(name) and not Path(name).exists()]
    specs = [name for name in named if name not in ids]
    stacks = load(specs, stdin=sys.stdin) if specs else ()
    if one and len(stacks) > 1:
        names = ", ".join(stack.spec.name for stack in stacks)
        what = f"{named[0]} holds {len(stacks)} stacks: {names}"
        raise WrongUsage(what, "name a spec of one stack, or an id")
    world = connection.current().world()
    reads = world.reads()
    of_stacks = [
        Awaited(stack.spec.name, by_scene(reads, scene_of(stack, world)), groups=True) for stack in stacks
    ]
    of_ids = [Awaited(each, by_id(reads, each)) for each in dict.fromkeys(ids)]
    patience = max((stack.spec.wait.timeout.total_seconds() for stack in stacks), default=PATIENCE)
    return Targets(world, (*of_stacks, *of_ids), patience)


def scene_of(stack: "Stack", world: "World") -> "Scene":
    """A stack by itself, as it is looked at now."""
    from cfstream.stack.scene import Scene

    now = world.clock.now()
    scene = Scene(stack, world.account, world.partition, world.region, now, world.real_aws)
    return replace(scene, flags=world.flags)
