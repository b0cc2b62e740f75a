"""The step that removes a resource that is ours and used by nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from cfstream.errors import Missing, ReplyLost, StillEnabled, VersionMoved
from cfstream.ports import Call
from cfstream.steps.content import covers
from cfstream.steps.modify import moved
from cfstream.steps.step import Doors, Step, at
from cfstream.values import ETag, Json, Verb

ATTEMPTS = 4
SETTLE_SECONDS = (1, 2, 4, 8, 15, 30, 60, 60)
"""DeleteDistribution may answer DistributionNotDisabled shortly after a read showed it disabled and Deployed
(terraform-provider-aws#3034)."""


@dataclass(frozen=True, kw_only=True)
class Delete(Step):
    """Deletes what `read` finds, if it is still what the plan saw. Law: gone already is done."""

    verb: ClassVar[Verb] = Verb.DELETE

    call: Call
    """The deletion without its If-Match."""
    read: Call
    content: str
    base: Json
    """Fields of the document that must be as the plan saw them, our mark among them."""
    etag: ETag | None = None
    """The ETag that the user names; without it the one that `read` brings."""

    @property
    def if_match(self) -> ETag | None:
        return self.etag

    def asks(self) -> Any:
        return self.call.params

    def perform(self, doors: Doors) -> Mapping[str, str]:
        """Deletes. Raises Stale when it is no longer what the plan saw, Refused when something uses it."""
        settling = list(SETTLE_SECONDS)
        for attempt in range(1, ATTEMPTS + len(settling) + 1):
            try:
                self._try(doors)
                return {}
            except Missing:
                return {}
            except StillEnabled:
                if not settling:
                    raise
                doors.clock.sleep(settling.pop(0))
            except (VersionMoved, ReplyLost):
                if attempt >= ATTEMPTS or self.etag:
                    raise
        raise AssertionError("unreachable")

    def _try(self, doors: Doors) -> None:
        reply = doors.aws.read(self.read)
        live = at(reply, self.content)
        if not covers(live, self.base):
            raise moved(self.address, self.base, live)
        etag = self.etag or str(reply["ETag"])
        doors.aws.write(replace(self.call, params={**self.call.params, "IfMatch": etag}))
