"""The step that deletes a resource that is ours and used by nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from cfstream.errors import Missing, StillEnabled
from cfstream.ports import Call
from cfstream.startup.frozen import dataclass
from cfstream.steps.attempts import LOST, THROTTLED, VERSIONED, of_kind, persist
from cfstream.steps.content import covers
from cfstream.steps.moved import moved
from cfstream.steps.step import Step, StepContext, at
from cfstream.values import ETag, Json, Verb

SETTLING = of_kind(StillEnabled, pauses=(1, 2, 4, 8, 15, 30, 60, 60))
"""DeleteDistribution may answer DistributionNotDisabled shortly after a read showed it disabled and Deployed
(terraform-provider-aws#3034)."""


@dataclass(frozen=True, kw_only=True)
class Delete(Step):
    """Deletes what `read` finds, if it is still what the plan saw. Law: a resource that is gone already is done."""

    verb: ClassVar[Verb] = Verb.DELETE

    call: Call
    """The deletion without its If-Match."""
    read: Call
    content: str
    base: Json
    """Fields of the document that must be as the plan saw them; our mark is one of them."""
    etag: ETag | None = None
    """The ETag that the user names; None: the one that `read` returns."""

    @property
    def if_match(self) -> ETag | None:
        return self.etag

    def asks(self) -> Any:
        return self.call.params

    def perform(self, context: StepContext) -> Mapping[str, str]:
        """Delete. Raises Stale if it is no longer what the plan saw, Refused if something uses it.

        Every attempt reads first. An ETag that the user names is never replaced by another.
        """
        versioned = LOST if self.etag else VERSIONED
        try:
            persist(context, lambda: self._attempt(context), THROTTLED, versioned, SETTLING)
        except Missing:
            return {}
        return {}

    def _attempt(self, context: StepContext) -> None:
        reply = context.aws.read(self.read)
        live = at(reply, self.content)
        if not covers(live, self.base):
            raise moved(self.address, self.base, live)
        etag = self.etag or str(reply["ETag"])
        context.aws.write(replace(self.call, params={**self.call.params, "IfMatch": etag}))
