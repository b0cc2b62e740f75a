"""The step that makes a resource, once and only once: a lost reply is found again, never repeated blindly."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from cfstream.errors import AlreadyThere, Missing, ReplyLost, Stale
from cfstream.ports import Call
from cfstream.steps.content import covers
from cfstream.steps.step import Doors, Step, at, pick
from cfstream.values import Json, Verb, resolve

ATTEMPTS = 3
GENERATIONS = 100
LAG_SECONDS = (1.0, 2.0, 4.0, 8.0)
"""How long a list may lag behind a create; only then is a spent reference taken for one whose resource is gone."""


@dataclass(frozen=True)
class Twin:
    """How to find what an earlier attempt made, once AWS says that it exists.

    The id may stand at the end of AWS's message ("Already exists: E…", aws-sdk-js-v3#2618); else rows of `listing`
    whose fields equal `row` are candidates. A candidate is the twin when its `detail` has all fields of `match`.
    """

    listing: Call
    row_id: str
    detail: str
    match: Mapping[str, Any]
    row: Mapping[str, str] | None = None
    content: str = ""
    """Path in the detail's reply of the document that must cover what the create asked for."""
    name: Mapping[str, str] = field(default_factory=dict)
    """The tags that say whose it is: with another value it is somebody else's, without one it gets its tags back."""
    arn: str = ""
    """Path in the detail's reply of the ARN that bears the tags."""


@dataclass(frozen=True, kw_only=True)
class Create(Step):
    """Makes one resource with one call. Law: running it twice leaves one resource."""

    verb: ClassVar[Verb] = Verb.CREATE

    call: Call
    outputs: Mapping[str, str]
    """Path in the reply of each value that later steps need."""
    twin: Twin | None = None
    document: str = ""
    """Path in the parameters of the document that `twin.content` must cover."""
    reference: str = ""
    """Path in the parameters of the caller reference, which ends with its generation; empty where there is none."""
    tags: str = ""
    """Path in the parameters of the tags that it is made with; empty where there are none."""

    def asks(self) -> Any:
        return self.call.params

    def perform(self, doors: Doors) -> Mapping[str, str]:
        """Creates, or finds what an earlier attempt created. Raises Stale when that one has other settings."""
        params = resolve(self.call.params, doors.outputs)
        for _ in range(GENERATIONS):
            try:
                return pick(_persist(doors, replace(self.call, params=params)), self.outputs)
            except AlreadyThere as taken:
                found = self._find_patiently(doors, taken, params)
                if found is not None:
                    return pick(found, self.outputs)
                if not self.reference:
                    raise
                params = _next_generation(params, self.reference)
        raise Stale(f"{self.address}: all {GENERATIONS} caller references are spent")

    def _find_patiently(self, doors: Doors, taken: AlreadyThere, params: Json) -> Json | None:
        """As `_find`, asking again for a while: a list that lags would turn a lost reply into a twin."""
        for pause in (*LAG_SECONDS, 0.0):
            found = self._find(doors, taken, params)
            if found is not None or not pause:
                return found
            doors.clock.sleep(pause)
        return None

    def _find(self, doors: Doors, taken: AlreadyThere, params: Json) -> Json | None:
        """What the earlier attempt made; None when nothing live bears its name or caller reference.

        Raises `taken` itself when the name is somebody else's, Stale when what was made has other settings.
        """
        if self.twin is None:
            return None
        match = dict(self.twin.match)
        if self.reference:
            match[f"{self.twin.content}.CallerReference"] = at(params, self.reference)
        for candidate in _candidates(doors, self.twin, taken):
            if all(covers(at(candidate, path), value) for path, value in match.items()):
                if _is_ours(doors, self.twin, candidate, at(params, self.tags)):
                    return self._checked(candidate, params)
                continue
            if self.twin.row:
                raise taken
        return None

    def _checked(self, candidate: Json, params: Json) -> Json:
        wanted = at(params, self.document) if self.document else {}
        if covers(at(candidate, self.twin.content) if self.twin and self.twin.content else {}, wanted):
            return candidate
        raise Stale(
            f"{self.address}: an earlier run has made it with other settings",
            "run the same command again: it goes on from what is there",
        )


def _is_ours(doors: Doors, twin: Twin, candidate: Json, tags: Any) -> bool:
    """Whether the candidate bears our name; one that lost it is given the tags that it was made with."""
    if not twin.name:
        return True
    resource = {"Resource": at(candidate, twin.arn)}
    reply = doors.aws.read(Call("cloudfront", "list_tags_for_resource", resource))
    live = {tag["Key"]: tag.get("Value", "") for tag in at(reply, "Tags.Items") or ()}
    if any(live.get(key, value) != value for key, value in twin.name.items()):
        return False
    if not live.keys() >= twin.name.keys():
        doors.aws.write(Call("cloudfront", "tag_resource", {**resource, "Tags": tags}))
    return True


def _persist(doors: Doors, call: Call) -> Json:
    """The reply, asking again with the same name or reference when a reply is lost: AWS then says that it exists."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return doors.aws.write(call)
        except ReplyLost:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _candidates(doors: Doors, twin: Twin, taken: AlreadyThere) -> Iterator[Json]:
    named = re.search(r"Already exists: (E[A-Z0-9]+)", taken.message)
    ids = [named.group(1)] if named else list(_listed(doors, twin))
    for candidate in ids:
        try:
            yield doors.aws.read(Call("cloudfront", twin.detail, {"Id": candidate}))
        except Missing:
            continue


def _listed(doors: Doors, twin: Twin) -> Iterator[str]:
    for row in doors.aws.items(twin.listing):
        if all(at(row, path) == value for path, value in (twin.row or {}).items()):
            yield str(at(row, twin.row_id))


def _next_generation(params: Json, path: str) -> Json:
    """The same parameters with the caller reference of the next generation."""
    head, _, tail = path.partition(".")
    if tail:
        return {**params, head: _next_generation(params[head], tail)}
    stem, _, generation = str(params[head]).rpartition("-")
    return {**params, head: f"{stem}-{int(generation) + 1}"}
