"""Waits until distributions are Deployed. Each round polls all of them, and pauses grow between rounds."""

from collections.abc import Callable, Sequence

from cfstream.errors import Throttled, TimedOut, Unreachable
from cfstream.inventory.lookup import Found
from cfstream.ports import World
from cfstream.spec.model import Spec
from cfstream.stack.key_groups import GROUP
from cfstream.startup.frozen import dataclass
from cfstream.steps.attempts import not_yet, polls
from cfstream.steps.ledger import Ledger
from cfstream.steps.step import StepContext
from cfstream.steps.wait import Deployed, GroupActive


@dataclass(frozen=True)
class Awaited:
    """One distribution to wait for. `name` is the stack's name, or the id."""

    name: str
    found: Found
    world: World | None = None
    """The connection to its account; None for that of the run."""
    spec: Spec | None = None
    """The spec of the stack, whose key groups must be active with exactly their keys; None if an id was given."""

    def __str__(self) -> str:
        return self.name if self.name == self.found.id else f"{self.name} ({self.found.id})"


@dataclass(frozen=True)
class Progress:
    """The state of one distribution. `pending` is why it is not Deployed yet; empty if it is."""

    awaited: Awaited
    pending: str
    seconds: float


def await_deployed(
    world: World, targets: Sequence[Awaited], seconds: float, report: Callable[[Progress], None]
) -> tuple[Progress, ...]:
    """Return the state of each target when all are Deployed, or after `seconds`. `report` gets each state."""
    contexts = [context_of(target.world or world) for target in targets]
    state = [Progress(target, "not checked yet", 0.0) for target in targets]
    for elapsed in polls(world.clock, seconds):
        for number, progress in enumerate(state):
            if progress.pending:
                pending = _pending(progress.awaited, contexts[number])
                state[number] = Progress(progress.awaited, pending, elapsed())
                report(state[number])
        if not any(progress.pending for progress in state):
            break
    return tuple(state)


def context_of(world: World) -> StepContext:
    """Return what a step needs that runs alone, without earlier steps and without progress."""
    return StepContext(world.aws, world.clock, {}, Ledger(), progress=lambda _text, _fraction: None)


def _pending(target: Awaited, context: StepContext) -> str:
    """Return why it is not Deployed yet. A temporary read failure counts as not yet."""
    found = target.found
    deployed = Deployed(found.shown.get(found.id), found.shown.resource, {})
    try:
        return deployed.look(context).pending or (_groups_pending(found, context) if target.spec else "")
    except (Throttled, Unreachable) as error:
        return not_yet(error)


def _groups_pending(found: Found, context: StepContext) -> str:
    """Return why the key groups are not active yet: changing a group does not change a distribution's Status."""
    for group_id in _groups(found):
        reply = context.aws.read(GROUP.get(group_id))
        keys = tuple(reply[GROUP.resource][GROUP.config]["Items"])
        pending = GroupActive(group_id, keys).look(context).pending
        if pending:
            return pending
    return ""


def _groups(found: Found) -> list[str]:
    behaviors = found.distribution.behaviors
    return sorted({str(group) for each in behaviors for group in each.signers.key_groups})


def late(ended: Sequence[Progress], seconds: float) -> TimedOut | None:
    """Return the error that lists the targets not Deployed within `seconds`; None if all are."""
    pending = "; ".join(f"{each.awaited}: {each.pending}" for each in ended if each.pending)
    if not pending:
        return None
    return TimedOut(
        f"not Deployed within {round(seconds)} s: {pending}",
        "run the same command again to keep waiting, or set a longer --timeout",
    )
