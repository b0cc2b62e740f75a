"""The step that lets CloudFront read: a statement in the bucket's policy, or a grant on each object."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.guard import Guard
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.step import Doors, Step
from cfstream.values import Verb


@dataclass(frozen=True, kw_only=True)
class Grant(Step):
    """Grants what `edit` names, beside all other grants. Law: running it twice leaves what running it once leaves."""

    verb: ClassVar[Verb] = Verb.GRANT

    edit: PolicyEdit | ObjectGrants
    opens: bool = True
    """Whether anyone can read afterwards who could not read before, or more than before."""
    first: PolicyEdit | ObjectGrants | None = None
    """A smaller edit that may be made earlier, if planning finds that the whole has to wait; None in a plan."""
    guards: tuple[Guard, ...] = ()
    """The distributions that must be as expected at every attempt to write."""

    def asks(self) -> Any:
        return self.edit.asks()

    def perform(self, doors: Doors) -> Mapping[str, str]:
        """Grant. Raises Stale if the policy or a distribution changed, Refused if S3 does not accept it."""
        self.edit.perform(doors, self.address, self.guards)
        return {}
