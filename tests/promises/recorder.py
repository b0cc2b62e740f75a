"""The calls of cfstream while it plans, applies, verifies and destroys, with the tags of what they change."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from cfstream.applying import RunOptions
from cfstream.errors import CfstreamError, Missing, ReplyLost
from cfstream.permissions.needs import Purpose
from cfstream.ports import Answer, Call, Reads, World, Writes
from cfstream.spec.load import Stack
from cfstream.spec.model import Spec
from cfstream.steps.hazards import HazardName
from cfstream.values import Json
from cfstream.verification.stack import VerificationTools
from cfstream.workflow import apply_plan, make_plan, verify_stacks
from tests.promises.iam import resource


@dataclass(frozen=True)
class TaggedCall:
    """A call, and the current tags of its distribution, as IAM sees them."""

    call: Call
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RecordingClient:
    """A client that records what is read through it."""

    inner: Reads
    calls: list[TaggedCall]

    def read(self, call: Call) -> Json:
        self.calls.append(TaggedCall(call))
        return self.inner.read(call)

    def items(self, call: Call) -> Sequence[Json]:
        self.calls.append(TaggedCall(call))
        return self.inner.items(call)

    def pages(self, call: Call) -> Iterator[Json]:
        self.calls.append(TaggedCall(call))
        return self.inner.pages(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        self.calls.extend(map(TaggedCall, calls))
        return self.inner.together(calls)


@dataclass(frozen=True)
class Writer(RecordingClient):
    """A client that records reads and writes. With `loses_replies`, the reply to each create call is lost once."""

    aws: Writes
    loses_replies: bool = False
    lost: list[str] = field(default_factory=list)

    def write(self, call: Call) -> Json:
        self.calls.append(TaggedCall(call, tags_of(self.aws, resource(call))))
        reply = self.aws.write(call)
        if self.loses_replies and call.operation.startswith("create_") and call.operation not in self.lost:
            self.lost.append(call.operation)
            raise ReplyLost(f"{call.operation}: the connection was closed")
        return reply


@dataclass(frozen=True)
class RecordedRun:
    """The calls for some specs and one purpose. `before` are the specs that the live resources came from."""

    name: str
    purpose: Purpose
    specs: tuple[Spec, ...]
    before: tuple[Spec, ...]
    calls: tuple[TaggedCall, ...]


def tags_of(aws: Reads, arn: str) -> Mapping[str, str]:
    """Return the tags of a distribution; none for anything else, or if it does not exist."""
    if ":distribution/" not in arn and ":streaming-distribution/" not in arn:
        return {}
    try:
        reply = aws.read(Call("cloudfront", "list_tags_for_resource", {"Resource": arn}))
    except Missing:
        return {}
    return {tag["Key"]: tag["Value"] for tag in reply["Tags"].get("Items", ())}


def record_run(
    name: str,
    stacks: Sequence[Stack],
    world: World,
    *,
    before: Sequence[Spec] = (),
    loses_replies: bool = False,
    last: Callable[[], None] = lambda: None,
) -> Iterator[RecordedRun]:
    """Plan, apply with verification, and destroy. `last` runs before destroying."""

    def noted(purpose: Purpose, calls: list[TaggedCall]) -> RecordedRun:
        return RecordedRun(name, purpose, tuple(stack.spec for stack in stacks), tuple(before), tuple(calls))

    planned: list[TaggedCall] = []
    plan = make_plan(stacks, recorded(world, planned))
    yield noted(Purpose.PLAN, planned)
    applied = [*planned]
    through = recorded(world, applied, loses_replies=loses_replies)
    apply_plan(plan, through, RunOptions(frozenset(HazardName)))
    with suppress(CfstreamError):
        verify_stacks(stacks, through, VerificationTools(None, world.clock))
    yield noted(Purpose.APPLY, applied)
    last()
    destroyed: list[TaggedCall] = []
    through = recorded(world, destroyed)
    apply_plan(make_plan(stacks, through, destroying=True), through, RunOptions(frozenset(HazardName)))
    yield noted(Purpose.DESTROY, destroyed)


def recorded(world: World, calls: list[TaggedCall], *, loses_replies: bool = False) -> World:
    """Return the world, with every call recorded in `calls`."""
    reads = world.reads
    return replace(
        world,
        reads=lambda: RecordingClient(reads(), calls),
        aws=Writer(world.aws, calls, aws=world.aws, loses_replies=loses_replies),
    )
