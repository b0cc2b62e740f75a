"""What cfstream calls while it plans, applies, proves and destroys: every call, with what it is made on."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from cfstream.errors import CfstreamError, ReplyLost
from cfstream.permissions.needs import Purpose
from cfstream.ports import Answer, Call, Reads, World, Writes
from cfstream.proving.prove import Means
from cfstream.spec.load import Stack
from cfstream.spec.model import Spec
from cfstream.steps.step import HAZARDS
from cfstream.values import Json
from cfstream.workflow import apply_plan, make_plan, prove_stacks
from tests.worlds import Silent


@dataclass(frozen=True)
class Reader:
    """A door in that notes what passes."""

    inner: Reads
    calls: list[Call]

    def read(self, call: Call) -> Json:
        self.calls.append(call)
        return self.inner.read(call)

    def items(self, call: Call) -> Sequence[Json]:
        self.calls.append(call)
        return self.inner.items(call)

    def pages(self, call: Call) -> Iterator[Json]:
        self.calls.append(call)
        return self.inner.pages(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        self.calls.extend(calls)
        return self.inner.together(calls)


@dataclass(frozen=True)
class Writer(Reader):
    """A door out that notes what passes. With `deaf` the reply to each making call is lost, once for each."""

    aws: Writes
    deaf: bool = False
    lost: list[str] = field(default_factory=list)

    def write(self, call: Call) -> Json:
        self.calls.append(call)
        reply = self.aws.write(call)
        if self.deaf and call.operation.startswith("create_") and call.operation not in self.lost:
            self.lost.append(call.operation)
            raise ReplyLost(f"{call.operation}: the connection was closed")
        return reply


@dataclass(frozen=True)
class Played:
    """Some specs, for one purpose: what was called. `before` are specs that what was live came from."""

    name: str
    purpose: Purpose
    specs: tuple[Spec, ...]
    before: tuple[Spec, ...]
    calls: tuple[Call, ...]


def play(
    name: str,
    stacks: Sequence[Stack],
    world: World,
    *,
    before: Sequence[Spec] = (),
    deaf: bool = False,
    last: Callable[[], None] = lambda: None,
) -> Iterator[Played]:
    """Plans, applies with its proof, and destroys; before that somebody else does something `last`."""

    def noted(purpose: Purpose, calls: list[Call]) -> Played:
        return Played(name, purpose, tuple(stack.spec for stack in stacks), tuple(before), tuple(calls))

    planned: list[Call] = []
    plan = make_plan(stacks, _recorded(world, planned))
    yield noted(Purpose.PLAN, planned)
    applied = [*planned]
    through = _recorded(world, applied, deaf=deaf)
    apply_plan(plan, through, tell=Silent(), allow=frozenset(HAZARDS))
    with suppress(CfstreamError):
        prove_stacks(stacks, through, Means(None, world.clock))
    yield noted(Purpose.APPLY, applied)
    last()
    destroyed: list[Call] = []
    through = _recorded(world, destroyed)
    apply_plan(make_plan(stacks, through, destroying=True), through, tell=Silent(), allow=frozenset(HAZARDS))
    yield noted(Purpose.DESTROY, destroyed)


def _recorded(world: World, calls: list[Call], *, deaf: bool = False) -> World:
    reads = world.reads
    return replace(
        world,
        reads=lambda: Reader(reads(), calls),
        aws=Writer(world.aws, calls, aws=world.aws, deaf=deaf),
    )
