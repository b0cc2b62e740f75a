"""The step that changes a resource: the whole document goes back under the ETag that it was read with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from cfstream.errors import ReplyLost, Stale, VersionMoved
from cfstream.ports import Call
from cfstream.steps.content import covers, differences, same, without_secrets
from cfstream.steps.step import Doors, Step, at
from cfstream.values import ETag, Json, Verb, resolve

ATTEMPTS = 4


@dataclass(frozen=True, kw_only=True)
class Modify(Step):
    """Replaces a document by one in which our fields are changed and all others are as they were read.

    CloudFront changes an ETag also when only a key group moved (terraform-provider-aws#24033). So when the ETag
    is refused, the content decides: as planned from, then the new ETag is used; as wanted, then our own lost
    write is found and all is done; anything else is Stale.
    """

    verb: ClassVar[Verb] = Verb.MODIFY

    call: Call
    """The update without its If-Match."""
    document: str
    """The parameter that holds the document."""
    read: Call
    content: str
    """Path in the reply to `read` of the document."""
    base: Json
    """The document that the plan was made from."""
    etag: ETag

    @property
    def if_match(self) -> ETag | None:
        return self.etag

    def asks(self) -> Any:
        return self.call.params

    def perform(self, doors: Doors) -> Mapping[str, str]:
        """Writes, and returns the new ETag as output ``etag``. Raises Stale when the content moved."""
        params = resolve(self.call.params, doors.outputs)
        etag: str = self.etag
        for attempt in range(1, ATTEMPTS + 1):
            try:
                reply = doors.aws.write(replace(self.call, params={**params, "IfMatch": etag}))
                return {"etag": str(reply.get("ETag", ""))}
            except (VersionMoved, ReplyLost) as refusal:
                if attempt == ATTEMPTS:
                    raise
                reply = doors.aws.read(self.read)
                live = at(reply, self.content)
                if covers(live, params[self.document]):
                    return {"etag": str(reply.get("ETag", ""))}
                if not same(live, self.base):
                    raise moved(self.address, self.base, live) from refusal
                etag = str(reply["ETag"])
        raise AssertionError("unreachable")


@dataclass(frozen=True, kw_only=True)
class Mark(Step):
    """Puts tags on a distribution or takes them off.

    Tags are no part of the configuration: they have no ETag, and TagResource adds to those that are there.
    """

    verb: ClassVar[Verb] = Verb.MODIFY

    call: Call

    def asks(self) -> Any:
        return self.call.params

    def perform(self, doors: Doors) -> Mapping[str, str]:
        """Tags or untags; both may be repeated without harm, so a lost reply is simply asked again."""
        call = replace(self.call, params=resolve(self.call.params, doors.outputs))
        try:
            doors.aws.write(call)
        except ReplyLost:
            doors.aws.write(call)
        return {}


def moved(address: object, before: Any, after: Any) -> Stale:
    """The refusal that tells what moved, from what, to what."""
    lines = "".join(f"\n  {line}" for line in differences(without_secrets(before), without_secrets(after)))
    return Stale(
        f"{address} changed after this plan was made{lines}",
        "run cfstream plan again and read the difference before applying",
    )
