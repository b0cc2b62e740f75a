"""The step that lets CloudFront read: a statement in the bucket's policy, or a grant on each object."""

from abc import ABC
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, ClassVar, NoReturn

from cfstream.startup.frozen import dataclass
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.guard import Guard
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.step import Step, StepContext
from cfstream.values import Verb


@dataclass(frozen=True, kw_only=True)
class Granting(Step, ABC):
    """What a grant and its proposal have in common."""

    verb: ClassVar[Verb] = Verb.GRANT

    edit: PolicyEdit | ObjectGrants

    def asks(self) -> Any:
        return self.edit.asks()


@dataclass(frozen=True, kw_only=True)
class ProposedGrant(Granting):
    """A grant that a kind proposes. It cannot run: planning decides when it is made, and what guards it."""

    first: PolicyEdit | ObjectGrants | None = None
    """A smaller edit that may be made earlier, if planning finds that the whole has to wait."""
    opens: bool = True
    """Whether anyone can read afterwards who could not read before, or more than before."""

    def guarded(self, guard: Guard) -> "GrantRead":
        """Return the step that grants while `guard` holds."""
        common = {each.name: getattr(self, each.name) for each in fields(Granting)}
        return GrantRead(**common, opens=self.opens, guard=guard)

    def perform(self, context: StepContext) -> NoReturn:  # noqa: ARG002 (it is always refused)
        """Raise TypeError: nothing may be granted without a guard."""
        raise TypeError(f"{self.id} is only proposed: it has no guard")


@dataclass(frozen=True, kw_only=True)
class GrantRead(Granting):
    """Grants what `edit` names, and keeps all other grants.

    Law: running it twice leaves what running it once leaves.
    """

    opens: bool
    """As `ProposedGrant.opens`."""
    guard: Guard
    """Who may read by what is granted. It is checked at every attempt to write, and there is no grant without one."""

    def __post_init__(self) -> None:
        if not isinstance(self.guard, Guard):
            raise TypeError(f"{self.id} has no guard")

    def perform(self, context: StepContext) -> Mapping[str, str]:
        """Grant. Raises Stale if the policy changed or the guard objects, Refused if S3 does not accept it."""
        self.edit.perform(context, self.address, self.guard)
        return {}
