"""The step that lets CloudFront read: a statement in the bucket's policy, or a grant on each object."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.step import Doors, Step
from cfstream.values import Verb


@dataclass(frozen=True, kw_only=True)
class Grant(Step):
    """Gives what `edit` says, beside whatever else is granted. Law: running it twice leaves what one run
    leaves.
    """

    verb: ClassVar[Verb] = Verb.GRANT

    edit: PolicyEdit | ObjectGrants
    opens: bool = True
    """Whether somebody is let in whom the bucket did not let in before, or further than before."""

    def asks(self) -> Any:
        return self.edit.asks()

    def perform(self, doors: Doors) -> Mapping[str, str]:
        """Grants. Raises Stale when the policy moved, Refused when S3 does not take it."""
        self.edit.perform(doors, self.address)
        return {}
