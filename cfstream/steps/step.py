"""What all steps have in common: their data, their stage, and what they get when they run.

A step is frozen data and decides nothing that planning could have decided. It gets its `StepContext` when it runs. Its
outputs (an id, an ETag) go to the later steps that refer to them by `Ref`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from cfstream.ports import AclWork, BulkAcls, Clock, KeyLog, NoKeyLog, Turn, Writes, no_bulk, no_turn
from cfstream.secret_values import without_secrets
from cfstream.startup.frozen import dataclass
from cfstream.steps.hazards import Hazard
from cfstream.steps.ledger import Ledger
from cfstream.steps.stage import Stage as Stage  # noqa: PLC0414 (steps and stages are used together)
from cfstream.values import Address, ETag, StepId, Verb, step_id


@dataclass(frozen=True)
class Change:
    """One owned field, before and after, without secrets. `field` is the path in the spec; values may hold a Ref."""

    field: str
    before: Any
    after: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "before", _shown(self.before))
        object.__setattr__(self, "after", _shown(self.after))


def _shown(value: Any) -> Any:
    """Return a value without secrets. Only AWS's documents can contain secrets."""
    return without_secrets(value) if isinstance(value, Mapping) else value


@dataclass(frozen=True)
class StepContext:
    """What a step gets when it runs."""

    aws: Writes
    clock: Clock
    outputs: Mapping[StepId, Mapping[str, str]]
    """The outputs of the finished steps of this stack, by step id."""
    ledger: Ledger
    """What this run has written so far, in all stacks."""
    progress: Callable[[str, float | None], None]
    """Receives what the step is doing, and how far it is (0 to 1, or None if that is not known)."""
    turn: Turn = no_turn
    bulk: Callable[[AclWork], BulkAcls | None] = no_bulk
    key_log: Callable[[str], KeyLog] = lambda _name: NoKeyLog()


@dataclass(frozen=True, kw_only=True)
class Step(ABC):
    """One write or one wait: the fields that every verb has."""

    verb: ClassVar[Verb]

    address: Address
    stage: Stage
    because: str
    line: int = 0
    """The line in the spec that asks for this; 0 if none does."""
    changes: tuple[Change, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    nth: int = 1
    needs: tuple[StepId, ...] = ()
    """Ids of the steps that must be done first; the plan fills this in from the Refs and the stages."""

    @property
    def id(self) -> StepId:
        return step_id(self.verb, self.address, self.nth)

    @property
    def if_match(self) -> ETag | None:
        """The ETag that the write is bound to, if AWS has one for it."""
        return None

    def asks(self) -> Any:
        """Return the document that this step writes, without secrets, for its Refs and for the fingerprint."""
        return None

    @abstractmethod
    def perform(self, context: StepContext) -> Mapping[str, str]:
        """Run the step, and return its outputs by name.

        Raises Stale, Refused, Unreachable, ReplyLost, TimedOut or Interrupted; nothing is ever forced.
        """
        ...


def at(document: Any, path: str) -> Any:
    """Return the value at a dotted path of nested mappings; None if the path ends early."""
    for name in path.split("."):
        if not isinstance(document, Mapping) or name not in document:
            return None
        document = document[name]
    return document


def pick(reply: Mapping[str, Any], outputs: Mapping[str, str]) -> Mapping[str, str]:
    """Return the named outputs from a reply, each from its dotted path."""
    return {name: str(at(reply, path)) for name, path in outputs.items() if at(reply, path) is not None}
