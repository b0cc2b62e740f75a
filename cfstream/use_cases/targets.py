"""Live resources that a user names by specs or by ids."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cfstream.errors import WrongUsage
from cfstream.startup.frozen import dataclass

if TYPE_CHECKING:
    from cfstream.connection import Connection
    from cfstream.inventory.deployment import Awaited
    from cfstream.ports import World
    from cfstream.spec.load import Stack
    from cfstream.stack.context import StackContext

PATIENCE = 30 * 60.0
"""Seconds to wait for Deployed, if no spec has a timeout."""


@dataclass(frozen=True)
class Targets:
    """The live resources with the given names, stacks first. `world` has the credentials of the caller."""

    world: "World"
    found: "tuple[Awaited, ...]"
    patience: float
    """Seconds: the longest `wait.timeout` of the specs, or half an hour."""


def find(named: Sequence[str], connection: "Connection", *, one: bool = False) -> Targets:
    """Return the live resource of each name. A name that looks like an id, and is not a file, is an id.

    Raises SpecProblems for specs with problems, CfstreamError if a resource does not exist, and WrongUsage if `one` is
    true and a spec has several stacks.
    """
    from cfstream.inventory.deployment import Awaited
    from cfstream.inventory.lookup import by_id, is_id, of_stack
    from cfstream.spec.fields import STACK_NAME
    from cfstream.spec.load import load
    from cfstream.stack.placement import in_context

    ids = [name for name in named if is_id(name) and not Path(name).exists()]
    specs = [name for name in named if name not in ids]
    for name in specs:
        if STACK_NAME.fullmatch(name) and not Path(name).exists():
            do = f"name its spec, like {name}.yaml, or its id: see `cfstream list`"
            raise WrongUsage(f"{name!r} is neither a spec nor an id", do)
    stacks = load(specs) if specs else ()
    if one and len(stacks) > 1:
        names = ", ".join(stack.spec.name for stack in stacks)
        what = f"{named[0]} has {len(stacks)} stacks: {names}"
        raise WrongUsage(what, "name a spec of one stack, or an id")
    world = connection.world()
    of_stacks = [
        Awaited(each.context.name, of_stack(each.state), each.world, each.context.stack.spec)
        for each in in_context(stacks, world)
    ]
    reads = world.reads()
    of_ids = [Awaited(each, by_id(reads, each), world=world) for each in dict.fromkeys(ids)]
    patience = max((stack.spec.wait.timeout.total_seconds() for stack in stacks), default=PATIENCE)
    return Targets(world, (*of_stacks, *of_ids), patience)


def one_stack(spec: str) -> "Stack":
    """Return the only stack of a spec. Raises SpecProblems, and WrongUsage for a spec of several stacks."""
    from cfstream.spec.load import load

    stacks = load([spec])
    if len(stacks) > 1:
        names = ", ".join(stack.spec.name for stack in stacks)
        raise WrongUsage(f"{spec} has {len(stacks)} stacks: {names}", "name a spec of one stack")
    return stacks[0]


def own_context(stack: "Stack", world: "World") -> "tuple[StackContext, World]":
    """Return the context of one stack as of now, and the connection to its account. Raises as `world_of`."""
    from cfstream.stack.placement import context_of, world_of

    own = world_of(stack, world)
    return context_of(stack, own), own
