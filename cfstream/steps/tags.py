"""The step that puts tags on a distribution or removes them, and the write that it shares with `Create`.

Tags are not part of the configuration and have no ETag. TagResource adds to the tags that are there, so others' tags
survive; but a value that someone else has changed would be overwritten.
"""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, ClassVar

from cfstream.domain.tags import read_tags, tags_of
from cfstream.ports import Call
from cfstream.startup.frozen import dataclass
from cfstream.steps.merged_write import write_merged
from cfstream.steps.moved import moved
from cfstream.steps.step import Step, StepContext, at
from cfstream.values import Json, Verb, digest, resolve


@dataclass(frozen=True, kw_only=True)
class ChangeTags(Step):
    """Puts tags on a distribution or removes them. Law: a tag that others changed is not overwritten."""

    verb: ClassVar[Verb] = Verb.MODIFY

    call: Call
    seen: Mapping[str, str] = field(default_factory=dict, compare=False)
    """All tags of the distribution, as the plan saw them."""

    def asks(self) -> Any:
        return self.call.params

    def perform(self, context: StepContext) -> Mapping[str, str]:
        """Tag or untag. Raises Stale if someone has given one of the tags another value."""
        call = replace(self.call, params=resolve(self.call.params, context.outputs))
        write_tags(context, self.address, call, self.seen)
        return {}


def write_tags(context: StepContext, address: object, call: Call, seen: Mapping[str, str]) -> None:
    """Make the call, a TagResource or an UntagResource, as long as its tags are as they were `seen`."""
    write_merged(context, _Tagging(context, address, call, seen))


def live_tags(context: StepContext, resource: str) -> Mapping[str, str]:
    """Return all tags of a distribution."""
    return tags_of(context.aws.read(read_tags(resource)))


class _Tagging:
    """The tags of one distribution while some of them change: an `Edit`."""

    def __init__(self, context: StepContext, address: object, call: Call, seen: Mapping[str, str]) -> None:
        self.lane = call
        self._ledger = context.ledger
        self._address = address
        self._seen = seen
        self._resource = str(call.params["Resource"])
        self._wanted = _wanted(call.params)

    def read(self, context: StepContext) -> Mapping[str, str]:
        return live_tags(context, self._resource)

    def is_done(self, live: Mapping[str, str]) -> bool:
        """Return whether all tags are as wanted.

        A read that shows what was before an earlier write of this run proves nothing, so the call is made then.
        """
        return all(
            live.get(key) == value and not self._ledger.wrote_other(self._subject(key), digest(value))
            for key, value in self._wanted.items()
        )

    def judge(self, live: Mapping[str, str]) -> None:
        strange = [key for key in self._wanted if not self._is_expected(key, live.get(key))]
        if strange:
            before, now = ({key: tags.get(key) for key in strange} for tags in (self._seen, live))
            raise moved(self._address, {"tags": before}, {"tags": now})

    def merge(self, _live: Mapping[str, str]) -> Call:
        return self.lane

    def sent(self, _live: Mapping[str, str], *, acknowledged: bool) -> None:
        del acknowledged
        for key, value in self._wanted.items():
            self._ledger.wrote(self._subject(key), digest(value))

    def _is_expected(self, key: str, value: str | None) -> bool:
        """Return whether a tag is as wanted already, as the plan saw it, or as a step of this run has left it."""
        known = (self._wanted[key], self._seen.get(key))
        return value in known or self._ledger.is_ours(self._subject(key), digest(value))

    def _subject(self, key: str) -> str:
        return f"{self._resource} {key}"


def _wanted(params: Json) -> Mapping[str, str | None]:
    """Return the tags that the call leaves; None for those that it removes."""
    put = {tag["Key"]: tag["Value"] for tag in at(params, "Tags.Items") or ()}
    return {**put, **dict.fromkeys(at(params, "TagKeys.Items") or ())}
