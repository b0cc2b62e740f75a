"""The step that lets CloudFront read: a statement in the bucket's policy, or a grant on each object."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from cfstream.ports import Call
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.content import same
from cfstream.steps.modify import moved
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.step import Doors, Step, at
from cfstream.values import Address, Json, Verb


@dataclass(frozen=True)
class Guard:
    """The distribution that a grant lets read, as the plan saw it: its signers decide who gets in by the grant."""

    address: Address
    read: Call
    content: str
    """Path in the reply to `read` of the config."""
    base: Json

    def check(self, doors: Doors) -> None:
        """Raises Stale when it is not what the plan saw, Missing when it is gone."""
        live = at(doors.aws.read(self.read), self.content)
        if not same(live, self.base):
            raise moved(self.address, self.base, live)


@dataclass(frozen=True, kw_only=True)
class Grant(Step):
    """Gives what `edit` says, beside whatever else is granted. Law: running it twice leaves what one run
    leaves.
    """

    verb: ClassVar[Verb] = Verb.GRANT

    edit: PolicyEdit | ObjectGrants
    opens: bool = True
    """Whether somebody is let in whom the bucket did not let in before, or further than before."""
    guard: Guard | None = None
    """Looked at before; None for a distribution that the same run has made or changed."""

    def asks(self) -> Any:
        return self.edit.asks()

    def perform(self, doors: Doors) -> Mapping[str, str]:
        """Grants. Raises Stale when the policy or the distribution moved, Refused when S3 does not take it."""
        if self.guard is not None:
            self.guard.check(doors)
        self.edit.perform(doors, self.address)
        return {}
