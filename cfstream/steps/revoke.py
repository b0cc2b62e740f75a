"""The step that revokes a grant of ours, once nothing needs it any more."""

from collections.abc import Mapping
from typing import Any, ClassVar

from cfstream.startup.frozen import dataclass
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.guard import Guard
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.step import Step, StepContext
from cfstream.values import Verb


@dataclass(frozen=True, kw_only=True)
class Revoke(Step):
    """Revokes what `edit` names, and nothing else. Law: a grant that is gone already is done."""

    verb: ClassVar[Verb] = Verb.REVOKE

    edit: PolicyEdit | ObjectGrants
    guard: Guard | None = None
    """As that of a grant. Removing a Deny also widens access."""

    def asks(self) -> Any:
        return self.edit.asks()

    def perform(self, context: StepContext) -> Mapping[str, str]:
        """Revoke. Raises Stale if the policy changed or the guard objects, Refused if S3 does not accept it."""
        self.edit.perform(context, self.address, self.guard)
        return {}
