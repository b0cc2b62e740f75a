"""What a kind returns, a proposal, and what it gets of other kinds, their results."""

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import Any, Protocol, TypeVar

from cfstream.domain import LiveDistribution
from cfstream.errors import Notice, Problem
from cfstream.ports import Reads
from cfstream.secret_values import without_secrets
from cfstream.stack.grant_estimate import GrantEstimate
from cfstream.startup.frozen import dataclass
from cfstream.steps.step import Step
from cfstream.values import Address, ETag, Known

T = TypeVar("T")


@dataclass(frozen=True)
class Relied:
    """A live document that a plan relies on. `etag` is only shown; the digest of the content decides."""

    address: Address
    sha256: str
    etag: ETag | None = None
    document: Any = field(default=None, compare=False, repr=False)
    """The document itself, which may have secrets."""

    @cached_property
    def content(self) -> Any:
        """The document without its secrets, so that a stale saved plan can list what changed; None if there is none."""
        return without_secrets(self.document)


class WriteCheck(Protocol):
    """What must be checked before the first write of a stack, because the plan could not check it."""

    def before_writing(self, aws: Reads) -> None:
        """Raise CfstreamError if nothing may be written."""
        ...


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
    """Names of other stacks of the run that must be finished before this one starts."""
    leaving: tuple[str, ...] = ()
    """What another stack of the run moves away from this one."""
    checks: tuple[WriteCheck, ...] = ()
    """What is checked before the first write."""
    estimate: GrantEstimate | None = None


@dataclass(frozen=True)
class KindResults:
    """What the kinds before it in `KINDS` have brought and observed."""

    brought: Mapping[Address, Mapping[str, Known]] = field(default_factory=dict)
    live: Mapping[str, object] = field(default_factory=dict)
    """What each kind observed, by the kind's name. Other kinds read it with `seen`, by its type."""
    wanted: Mapping[str, object] = field(default_factory=dict)
    """What the spec asks of each kind, by the kind's name. Other kinds read it with `wants`, by its type."""
    own: LiveDistribution | None = None
    """The stack's own distribution."""

    def get(self, address: Address, output: str = "id") -> Known | None:
        """Return an output of a resource; None if it is neither live nor proposed."""
        return self.brought.get(address, {}).get(output)

    def members(self, kind: str) -> dict[str, Known]:
        """Return the ids of the resources of a kind, by member."""
        return {
            address.member: brought["id"]
            for address, brought in sorted(self.brought.items())
            if address.kind == kind and "id" in brought
        }

    def live_ids(self) -> Mapping[str, Mapping[str, str]]:
        """Return the known ids of live members, by kind and by member."""
        found: dict[str, dict[str, str]] = {}
        for address, outputs in self.brought.items():
            if isinstance(id_ := outputs.get("id"), str):
                found.setdefault(address.kind, {})[address.member] = id_
        return found

    def seen(self, what: type[T]) -> T | None:
        """Return what a kind observed, by the type of its observation; None if that kind did not observe."""
        return next((each for each in self.live.values() if isinstance(each, what)), None)

    def observed(self, what: type[T]) -> T:
        """Return what a kind observed, by the type of its observation. Raises LookupError if there is none."""
        found = self.seen(what)
        if found is None:
            raise LookupError(f"no kind has observed a {what.__name__}")
        return found

    def wants(self, what: type[T]) -> T | None:
        """Return what the spec asks of a kind, by the type of its answer; None if it asks for nothing."""
        return next((each for each in self.wanted.values() if isinstance(each, what)), None)
