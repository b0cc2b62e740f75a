"""The step that changes a resource: the whole document goes back under the ETag that it was read with."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from cfstream.errors import ReplyLost, Stale, VersionMoved
from cfstream.ports import Call
from cfstream.steps.content import covers, differences, same, without_secrets
from cfstream.steps.step import Doors, Step, at
from cfstream.values import ETag, Json, Verb, digest, resolve

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

    Tags are no part of the configuration and have no ETag, and TagResource adds to those that are there. So the tags
    are read again just before: one that is neither as the plan saw it nor as this run has left it is not overwritten.
    """

    verb: ClassVar[Verb] = Verb.MODIFY

    call: Call
    seen: Mapping[str, str] = field(default_factory=dict, compare=False)
    """All tags of the distribution, as the plan saw them."""

    def asks(self) -> Any:
        return self.call.params

    def perform(self, doors: Doors) -> Mapping[str, str]:
        """Tags or untags; both may be repeated without harm, so a lost reply is simply asked again.

        Raises Stale when somebody has given one of the tags another value.
        """
        call = replace(self.call, params=resolve(self.call.params, doors.outputs))
        subject, wanted = str(call.params["Resource"]), _tags_after(call)
        live = self._live(doors, subject)
        strange = [
            key for key, value in wanted.items() if not self._expected(doors, subject, key, live, value)
        ]
        if strange:
            before, now = ({key: tags.get(key) for key in strange} for tags in (self.seen, live))
            raise moved(self.address, {"tags": before}, {"tags": now})
        try:
            doors.aws.write(call)
        except ReplyLost:
            doors.aws.write(call)
        for key, value in wanted.items():
            doors.ledger.wrote(f"{subject} {key}", digest(value))
        return {}

    def _live(self, doors: Doors, resource: str) -> Mapping[str, str]:
        reply = doors.aws.read(Call("cloudfront", "list_tags_for_resource", {"Resource": resource}))
        return {tag["Key"]: tag.get("Value", "") for tag in at(reply, "Tags.Items") or ()}

    def _expected(
        self, doors: Doors, subject: str, key: str, live: Mapping[str, str], wanted: str | None
    ) -> bool:
        """Whether a tag is as it is to be already, as the plan saw it, or as a step of this run has left it."""
        value = live.get(key)
        return value in (wanted, self.seen.get(key)) or doors.ledger.is_ours(
            f"{subject} {key}", digest(value)
        )


def _tags_after(call: Call) -> dict[str, str | None]:
    """What the tags of a call are to be; None for those that go."""
    put = {tag["Key"]: tag["Value"] for tag in at(call.params, "Tags.Items") or ()}
    return {**put, **dict.fromkeys(at(call.params, "TagKeys.Items") or ())}


def moved(address: object, before: Any, after: Any) -> Stale:
    """The refusal that tells what moved, from what, to what."""
    lines = "".join(f"\n  {line}" for line in differences(without_secrets(before), without_secrets(after)))
    return Stale(
        f"{address} changed after this plan was made{lines}",
        "run cfstream plan again and read the difference before applying",
    )
