"""The step that takes a grant of ours back, once nothing needs it any more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.step import Doors, Step
from cfstream.values import Verb


@dataclass(frozen=True, kw_only=True)
class Revoke(Step):
    """Takes back what `edit` says, and nothing else. Law: gone already is done."""

    verb: ClassVar[Verb] = Verb.REVOKE

    edit: PolicyEdit | ObjectGrants

    def asks(self) -> Any:
        return self.edit.asks()

    def perform(self, doors: Doors) -> Mapping[str, str]:
        """Revokes. Raises Stale when the policy moved, Refused when S3 does not take it."""
        self.edit.perform(doors, self.address)
        return {}
