"""The step that changes a resource: it sends the whole document with the ETag that was read."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from cfstream.domain.unknown_members import UPDATE_BOTO3, unknown_members, would_be_lost
from cfstream.errors import CfstreamError, ReplyLost, Stale, VersionMoved
from cfstream.ports import Call
from cfstream.startup.frozen import dataclass
from cfstream.steps.attempts import THROTTLED, VERSIONED, persist
from cfstream.steps.content import covers, same
from cfstream.steps.guard import Guard
from cfstream.steps.moved import moved
from cfstream.steps.step import Step, StepContext, at
from cfstream.values import ETag, Json, Verb, resolve


@dataclass(frozen=True, kw_only=True)
class Modify(Step):
    """Replaces a document by one in which our fields are changed and all others are as they were read.

    If-Match keeps it from overwriting others' changes. Every attempt but the first reads the document again, and its
    content decides. If it is as wanted, the step is done. If it is as the plan saw it, the change is sent with the ETag
    that was just read. Anything else is Stale, and so is a document with new members that botocore does not know: they
    would be removed.
    CloudFront also changes an ETag if only a key group changed (terraform-provider-aws#24033), so an ETag alone proves
    nothing.

    Reads are eventually consistent. After a lost reply, an ETag that was refused and is still read back means that
    the read lags behind: the document is read until it changes. If it does not, the outcome is unknown.
    """

    verb: ClassVar[Verb] = Verb.MODIFY

    call: Call
    """The update without its If-Match."""
    document: str
    """The parameter that holds the document."""
    read: Call
    content: str
    """Path of the document in the reply to `read`."""
    base: Json
    """The document that the plan was made from."""
    etag: ETag
    guard: Guard | None = None
    """Who may read after the write, if it widens access."""
    unknown: tuple[str, ...] = ()
    """Members of the live document that the installed botocore does not know. A plan with such a step is refused."""

    @property
    def if_match(self) -> ETag | None:
        return self.etag

    def asks(self) -> Any:
        return self.call.params

    def perform(self, context: StepContext) -> Mapping[str, str]:
        """Write, and return the new ETag as output ``etag``. Raises Stale if the content changed."""
        return persist(context, _Update(self, context).attempt, THROTTLED, VERSIONED)


class _Update:
    """One update, and the results of its attempts so far."""

    def __init__(self, step: Modify, context: StepContext) -> None:
        self._step = step
        self._context = context
        self._params = resolve(step.call.params, context.outputs)
        self._failed: CfstreamError | None = None
        self._lost: ReplyLost | None = None
        self._refused: set[str] = set()
        """ETags that were sent and refused: the document has changed since."""

    def attempt(self) -> Mapping[str, str]:
        """Send the document, if it is not live already."""
        etag = str(self._step.etag)
        if self._failed is not None:
            reply = self._context.aws.read(self._step.read)
            etag = str(reply["ETag"])
            live = at(reply, self._step.content)
            if covers(live, self._params[self._step.document]):
                return {"etag": etag}
            if not same(live, self._step.base):
                raise moved(self._step.address, self._step.base, live) from self._failed
            if unknown := unknown_members(reply, self._step.content):
                raise Stale(would_be_lost(self._step.address, unknown), f"{UPDATE_BOTO3}, then plan again")
            if etag in self._refused:
                raise self._lost or self._failed
        return self._write(etag)

    def _write(self, etag: str) -> Mapping[str, str]:
        if self._step.guard is not None:
            self._step.guard.check(self._context)
        call = replace(self._step.call, params={**self._params, "IfMatch": etag})
        try:
            reply = self._context.aws.write(call)
        except ReplyLost as lost:
            self._failed = self._lost = lost
            raise
        except VersionMoved as refusal:
            self._refused.add(etag)
            self._failed = refusal
            if self._lost is not None:
                raise self._lost from refusal
            raise
        except CfstreamError as refusal:
            self._failed = refusal
            raise
        return {"etag": str(reply.get("ETag", ""))}
