"""The step that creates a resource once: after a lost reply, it finds what was created and creates nothing twice."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Any, ClassVar

from cfstream.errors import AlreadyThere, Missing, Stale
from cfstream.ports import Call
from cfstream.startup.frozen import dataclass
from cfstream.steps.attempts import LOST, THROTTLED, persist, read_until
from cfstream.steps.content import covers
from cfstream.steps.guard import Guard
from cfstream.steps.step import Step, StepContext, at, pick
from cfstream.steps.tags import live_tags, write_tags
from cfstream.values import Json, Verb, resolve

GENERATIONS = 100
LAG_SECONDS = (1.0, 2.0, 4.0, 8.0)
"""How long a list may lag behind a create. After that, a spent reference is one whose resource is gone."""


@dataclass(frozen=True)
class Twin:
    """How to find what an earlier attempt created, when AWS answers that it exists.

    The id may be at the end of AWS's message ("Already exists: E…", aws-sdk-js-v3#2618); otherwise the rows of
    `listing` whose fields equal `row` are candidates. The candidate whose `detail` has all fields of `match` is it.
    """

    listing: Call
    row_id: str
    detail: str
    match: Mapping[str, Any]
    content: str
    """Path in the detail's reply of the document that must cover what the create asked for."""
    row: Mapping[str, str] | None = None
    """The name, if it is unique; None if only the caller reference is."""
    name: Mapping[str, str] = field(default_factory=dict)
    """The tags that name its owner. With another value it belongs to someone else. Without them it gets them again."""
    arn: str = ""
    """Path in the detail's reply of the ARN that has the tags."""


@dataclass(frozen=True, kw_only=True)
class Create(Step):
    """Creates one resource with one call. Law: running it twice leaves one resource."""

    verb: ClassVar[Verb] = Verb.CREATE

    call: Call
    outputs: Mapping[str, str]
    """Path in the reply of each value that later steps need."""
    twin: Twin
    document: str = ""
    """Path in the parameters of the document that `twin.content` must cover."""
    reference: str = ""
    """Path in the parameters of the caller reference, which ends with its generation; empty if it has none."""
    guard: Guard | None = None
    """Who may read after the call, if it widens access."""
    tags: str = ""
    """Path in the parameters of the tags that it is created with; empty if it has none."""

    def asks(self) -> Any:
        return self.call.params

    def perform(self, context: StepContext) -> Mapping[str, str]:
        """Create, or find what an earlier attempt created. Raises Stale if that one has other settings."""
        params = resolve(self.call.params, context.outputs)
        for _ in range(GENERATIONS):
            try:
                return pick(self._send(context, params), self.outputs)
            except AlreadyThere as taken:
                found = self._find_with_retries(context, taken, params)
                if found is not None:
                    return pick(found, self.outputs)
                if not self.reference:
                    raise
                params = _next_generation(params, self.reference)
        raise Stale(f"{self.address}: all {GENERATIONS} caller references are spent")

    def _send(self, context: StepContext, params: Json) -> Json:
        """Return the reply. The same call is sent again after a throttle or a lost reply, without a read before.

        It cannot overwrite anything: the caller reference or the name is unique, so AWS answers that it exists if an
        earlier attempt, or anyone else, has created it. `_find` then reads it.
        """
        call = replace(self.call, params=params)

        def attempt() -> Json:
            if self.guard is not None:
                self.guard.check(context)
            return context.aws.write(call)

        return persist(context, attempt, THROTTLED, LOST)

    def _find_with_retries(self, context: StepContext, taken: AlreadyThere, params: Json) -> Json | None:
        """Return what `_find` returns, for a while: a list that lags would turn a lost reply into a twin."""
        return read_until(
            context, lambda: self._find(context, taken, params), lambda found: found is not None, LAG_SECONDS
        )

    def _find(self, context: StepContext, taken: AlreadyThere, params: Json) -> Json | None:
        """Return what the earlier attempt created; None if nothing live has its name or caller reference.

        Raises `taken` itself if the name belongs to someone else, Stale if what was created has other settings.
        """
        match = dict(self.twin.match)
        if self.reference:
            match[f"{self.twin.content}.CallerReference"] = at(params, self.reference)
        for candidate in _candidates(context, self.twin, taken):
            if not all(covers(at(candidate, path), value) for path, value in match.items()):
                if self.twin.row:
                    raise taken
            elif _is_ours(context, self.address, self.twin, candidate, at(params, self.tags)):
                return self._checked(candidate, params)
        return None

    def _checked(self, candidate: Json, params: Json) -> Json:
        wanted = at(params, self.document) if self.document else {}
        if covers(at(candidate, self.twin.content), wanted):
            return candidate
        raise Stale(
            f"{self.address}: an earlier run has created it with other settings",
            "run the same command again: it resumes from what is live",
        )


def _is_ours(context: StepContext, address: object, twin: Twin, candidate: Json, tags: Any) -> bool:
    """Return whether the candidate has our name. If it has lost it, it gets the tags that it was created with."""
    if not twin.name:
        return True
    resource = str(at(candidate, twin.arn))
    live = live_tags(context, resource)
    if any(live.get(key, value) != value for key, value in twin.name.items()):
        return False
    if not live.keys() >= twin.name.keys():
        call = Call("cloudfront", "tag_resource", {"Resource": resource, "Tags": tags})
        write_tags(context, address, call, live)
    return True


def _candidates(context: StepContext, twin: Twin, taken: AlreadyThere) -> Iterator[Json]:
    named = re.search(r"Already exists: (E[A-Z0-9]+)", taken.message)
    ids = [named.group(1)] if named else list(_listed(context, twin))
    for candidate in ids:
        try:
            yield context.aws.read(Call("cloudfront", twin.detail, {"Id": candidate}))
        except Missing:
            continue


def _listed(context: StepContext, twin: Twin) -> Iterator[str]:
    for row in context.aws.items(twin.listing):
        if all(at(row, path) == value for path, value in (twin.row or {}).items()):
            yield str(at(row, twin.row_id))


def _next_generation(params: Json, path: str) -> Json:
    """Return the same parameters with the caller reference of the next generation."""
    head, _, tail = path.partition(".")
    if tail:
        return {**params, head: _next_generation(params[head], tail)}
    stem, _, generation = str(params[head]).rpartition("-")
    return {**params, head: f"{stem}-{int(generation) + 1}"}
