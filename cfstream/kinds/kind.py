"""What a kind of resource is to the planner: four pure questions and one that reads.

A kind lives in one file and is listed in `KINDS`. Its methods are handed only what they may use: `observe` gets the
door in and no door out; all others get no door at all.

1. `desire`: what the spec asks for; defaults are filled in here and nowhere else.
2. `observe`: what is live, raw documents beside the domain view, because an update replaces the whole document.
3. `propose`: desired against live: the steps, what they rely on, and what later kinds may refer to.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from cfstream.domain import Delivery, Mark
from cfstream.errors import Notice, Problem
from cfstream.ports import Reads
from cfstream.secret_values import without_secrets
from cfstream.spec.load import Stack
from cfstream.spec.model import Spec
from cfstream.steps.step import Step
from cfstream.values import Account, Address, ETag, Known

if TYPE_CHECKING:
    from datetime import datetime

T = TypeVar("T")
W = TypeVar("W")
H = TypeVar("H")


@dataclass(frozen=True)
class Scene:
    """What all kinds of one stack have in common while it is planned."""

    stack: Stack
    account: Account
    partition: str = "aws"
    region: str = "us-east-1"
    """The region of the session: where a bucket without a region of its own is looked for, and made."""
    now: "datetime | None" = None
    real_aws: bool = True
    """False when the endpoint is not Amazon's: the sandbox, or another stand-in."""
    beside: tuple[Spec, ...] = ()
    """The specs that are planned together, this one among them."""
    flags: str = ""
    """What a further command needs to reach the same AWS, with a space before each flag."""
    destroying: bool = False
    """Whether all that is the stack's is to go: its spec then says where to look, and nothing is wanted."""

    @property
    def name(self) -> str:
        return self.stack.spec.name

    @property
    def delivery(self) -> Delivery:
        """How the stack's distribution delivers."""
        return Delivery(self.stack.spec.delivery)

    @property
    def distribution(self) -> Address:
        """The address of the stack's distribution."""
        return self.address(self.delivery.kind)

    def command(self, verb: str) -> str:
        """A further command for this stack, as it can be pasted into a shell: ``cfstream wait lectures.yaml``."""
        return f"cfstream {verb} {shlex.quote(self.stack.path)}{self.flags}"

    def address(self, kind: str, member: str = "") -> Address:
        """The address of a resource of this stack."""
        return Address(kind, self.name, member)

    @property
    def mark(self) -> str:
        """How the comment of our resources without tags begins: ``cfstream:<name>``."""
        return str(Mark(self.name))

    def owns(self, comment: str | None) -> bool:
        """Return whether a comment or description starts with our mark."""
        return Mark.read(comment) == Mark(self.name)


@dataclass(frozen=True)
class Relied:
    """A live document that a plan was made from. `etag` is for the eye; the content's digest decides."""

    address: Address
    sha256: str
    etag: ETag | None = None
    content: Any = field(default=None, compare=False)
    """The document itself, so that a stale saved plan can list what moved; None for none. Its secrets are removed."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "content", without_secrets(self.content))


@dataclass(frozen=True)
class Proposal:
    """What a kind contributes to a plan."""

    steps: tuple[Step, ...] = ()
    brings: Mapping[Address, Mapping[str, Known]] = field(default_factory=dict)
    """Ids and names for later kinds, by output name (``id``, ``arn``, …), live already or a Ref."""
    relied_on: tuple[Relied, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()
    after: tuple[str, ...] = ()
    """Names of other stacks of the run that must be done before this one begins."""
    leaving: tuple[str, ...] = ()
    """What another stack of the run takes off this one."""


@dataclass(frozen=True)
class Landscape:
    """What the kinds before this one have brought, and what is live of them."""

    brought: Mapping[Address, Mapping[str, Known]] = field(default_factory=dict)
    live: Mapping[str, object] = field(default_factory=dict)
    """What each kind observed, by the kind's name. Other kinds read it with `seen`, by its type."""
    wanted: Mapping[str, object] = field(default_factory=dict)
    """What the spec asks of each kind, by the kind's name. Other kinds read it with `wants`, by its type."""

    def get(self, address: Address, output: str = "id") -> Known | None:
        """What is known of a resource, or None when it is neither live nor proposed."""
        return self.brought.get(address, {}).get(output)

    def seen(self, what: type[T]) -> T | None:
        """Return what a kind observed, by the type of its observation; None if that kind was not asked."""
        return next((each for each in self.live.values() if isinstance(each, what)), None)

    def observed(self, what: type[T]) -> T:
        """Return what a kind observed, by the type of its observation. Raises LookupError if it was not asked."""
        found = self.seen(what)
        if found is None:
            raise LookupError(f"no kind has observed a {what.__name__}")
        return found

    def wants(self, what: type[T]) -> T | None:
        """Return what the spec asks of a kind, by the type of its answer; None if it asks for nothing."""
        return next((each for each in self.wanted.values() if isinstance(each, what)), None)


class Kind(Protocol[W, H]):
    """A kind of resource. Law: proposing again after a proposal was applied proposes nothing."""

    name: str

    def desire(self, scene: Scene) -> W | None:
        """What the spec asks for; None when it asks for none of this kind, or the scene is destroying. Pure."""
        ...

    def observe(self, aws: Reads, scene: Scene, want: W | None) -> H:
        """What is live. Reads only. Raises Refused, Unreachable or NoCredentials."""
        ...

    def propose(self, scene: Scene, want: W | None, have: H, land: Landscape) -> Proposal:
        """The steps from live to desired. Pure; equal input, however AWS orders it, gives an equal proposal."""
        ...
