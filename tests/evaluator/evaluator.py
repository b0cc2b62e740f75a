"""Who can read, list and write in one account, by trying each reader, each key and each distribution.

The judge of cfstream's promises. It imports nothing of cfstream, reads plain data in AWS's shapes, and is written the
slow and obvious way.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from tests.evaluator import s3
from tests.evaluator.callers import ANYONE, Caller
from tests.evaluator.cloudfront import Sites
from tests.evaluator.logic import Answer, all_of, any_of
from tests.evaluator.sampling import callers_of
from tests.evaluator.state import Distribution, State, Version

READ = "read"


@dataclass(frozen=True)
class Viewer:
    """Someone who asks a distribution: unsigned (ANYONE), or signing as ``key NAME`` or ``signer ACCOUNT``.

    `distribution` limits it to one of them.
    """

    who: str = ANYONE
    distribution: str = ""


Reader = Caller | Viewer


class Reading(NamedTuple):
    """Someone may do something with a key of a bucket, or with the bucket (no key)."""

    bucket: str
    key: str
    who: str
    may: str = READ


class Service(NamedTuple):
    """Someone gets an object under a path at a distribution, or at a bucket's own address."""

    place: str
    path: str
    who: str


_DIRECT: dict[str, tuple[tuple[Reading, bool], ...]] = {}
"""What callers may do with a bucket, by everything on which that depends."""


class Evaluator:
    """The answers for one state. A distribution is judged by each version that an edge may have."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._sites = Sites(state, self._by_name)
        self._known: dict[tuple[str, str, str, str], Answer] = {}
        self._callers = {name: callers_of(state, bucket) for name, bucket in state.buckets.items()}

    def callers(self, bucket: str) -> tuple[Caller, ...]:
        """Everyone outside the account to try on a bucket."""
        return self._callers[bucket]

    def can_read(self, reader: Reader, bucket: str, key: str) -> Answer:
        """Whether the reader can read the key, at some edge at least."""
        if isinstance(reader, Caller):
            return s3.is_allowed(self.state, self.state.buckets[bucket], reader, s3.READ, key)
        return self._can(reader, lambda place, version: self._sites.readers(place, version, bucket, key))

    def can_list(self, reader: Reader, bucket: str) -> Answer:
        """Whether the reader can list the bucket's keys."""
        if isinstance(reader, Caller):
            return s3.is_allowed(self.state, self.state.buckets[bucket], reader, s3.LIST)
        return self._can(reader, lambda place, version: self._sites.listers(place, version, bucket))

    def can_write(self, reader: Reader, bucket: str, action: str, key: str = "") -> Answer:
        """Whether the reader can do one of the actions that write objects or change who can read.

        Viewers put and delete objects only.
        """
        if isinstance(reader, Caller):
            return s3.is_allowed(self.state, self.state.buckets[bucket], reader, action, key)
        return self._can(
            reader, lambda place, version: self._sites.writers(place, version, bucket, action, key)
        )

    def _can(self, viewer: Viewer, ask: Callable[[Distribution, Version], dict[str, Answer]]) -> Answer:
        return any_of(
            answer
            for place in self.state.distributions
            if viewer.distribution in ("", place.id)
            for version in place.versions
            for who, answer in ask(place, version).items()
            if who in (viewer.who, ANYONE)
        )

    def is_served(self, viewer: Viewer, path: str) -> Answer:
        """Whether the viewer gets the object under that path at its distribution, at every edge."""
        return any_of(
            all_of(
                any_of(
                    answer
                    for who, answer in self._sites.served(place, version, path).items()
                    if who in (viewer.who, ANYONE)
                )
                for version in place.versions
            )
            for place in self.state.distributions
            if viewer.distribution in ("", place.id)
        )

    def readings(self, keys: Iterable[str], *, certain: bool = False) -> frozenset[Reading]:
        """Everything that someone outside the account may do, somewhere; with `certain`, only what is not a maybe."""
        keys = tuple(keys)
        found: set[Reading] = set()
        for name in self.state.buckets:
            found |= {each for each, sure in self._asked_directly(name, keys) if sure or not certain}
            found |= {each for each, sure in self._viewed(name, keys) if sure or not certain}
        return frozenset(found)

    def services(self, paths: Iterable[str]) -> frozenset[Service]:
        """Everyone who certainly gets an object, wherever they ask."""
        paths = tuple(paths)
        found = set()
        for place in self.state.distributions:
            for path in paths:
                versions = [self._certain(place, number, path) for number in range(len(place.versions))]
                everyone = frozenset.union(*versions)
                for who in everyone:
                    if all(who in each or ANYONE in each for each in versions):
                        found.add(Service(place.id, path, who))
        for name, bucket in self.state.buckets.items():
            for caller in self._callers[name]:
                found |= {
                    Service(name, f"/{key}", caller.name)
                    for key in bucket.objects
                    if self._by_name(name, caller, key, s3.READ) is True
                }
        return frozenset(found)

    def _certain(self, place: Distribution, number: int, path: str) -> frozenset[str]:
        served = self._sites.served(place, place.versions[number], path)
        return frozenset(who for who, answer in served.items() if answer is True)

    def _asked_directly(self, name: str, keys: tuple[str, ...]) -> tuple[tuple[Reading, bool], ...]:
        """Return what callers may do with a bucket. Most writes change one bucket, so the answers are kept."""
        state = self.state
        points = [each for each in state.access_points if each.bucket == name]
        given = repr((state.buckets[name], points, state.identities, state.account, state.owner, keys))
        if given not in _DIRECT:
            _DIRECT[given] = tuple(self._direct(name, keys))
        return _DIRECT[given]

    def _direct(self, name: str, keys: tuple[str, ...]) -> Iterable[tuple[Reading, bool]]:
        bucket = self.state.buckets[name]
        tried = {action: keys if action in s3.ON_OBJECTS else ("",) for action in (s3.LIST, *s3.WRITES)}
        tried = {
            action: some for action, some in tried.items() if s3.is_conceivable(self.state, bucket, action)
        }
        for caller in self._callers[name]:
            for key in keys:
                answer = self._by_name(name, caller, key, s3.READ)
                if answer is not False:
                    yield Reading(name, key, caller.name), bool(answer)
            for action, some in tried.items():
                for key in some:
                    answer = s3.is_allowed(self.state, bucket, caller, action, key)
                    if answer is not False:
                        yield Reading(name, key, caller.name, action), bool(answer)

    def _viewed(self, name: str, keys: tuple[str, ...]) -> Iterable[tuple[Reading, bool]]:
        for place in self.state.distributions:
            for version in place.versions:
                for key, may, found in self._by_viewers(name, keys, place, version):
                    for who, answer in found.items():
                        if answer is not False:
                            yield Reading(name, key, who, may), bool(answer)

    def _by_viewers(
        self, name: str, keys: tuple[str, ...], place: Distribution, version: Version
    ) -> Iterable[tuple[str, str, dict[str, Answer]]]:
        bucket = self.state.buckets[name]
        if s3.is_conceivable(self.state, bucket, s3.LIST):
            yield "", s3.LIST, self._sites.listers(place, version, name)
        for key in keys:
            yield key, READ, self._sites.readers(place, version, name, key)
            for action in (s3.PUT, s3.DELETE):
                if s3.is_conceivable(self.state, bucket, action):
                    yield key, action, self._sites.writers(place, version, name, action, key)

    def _by_name(self, bucket: str, caller: Caller, key: str, action: str) -> Answer:
        if bucket not in self.state.buckets:
            return None if caller.signs else False
        asked = (bucket, caller.name, key, action)
        if asked not in self._known:
            self._known[asked] = s3.is_allowed(self.state, self.state.buckets[bucket], caller, action, key)
        return self._known[asked]


def evaluator(state: State) -> Evaluator:
    """The judge of a state."""
    return Evaluator(state)
