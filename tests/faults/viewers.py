"""Who can read what at each moment of a run, by the evaluator that shares no code with cfstream.

Until a distribution is Deployed, some edges use its old configuration and some its new one: nobody may read too much at
any of them, and nobody may lose access at any of them.
"""

import hashlib
from collections.abc import Iterable, Mapping

from tests.evaluator.callers import ANYONE
from tests.evaluator.evaluator import Evaluator, Reading, Service
from tests.evaluator.keys import keys_for
from tests.evaluator.raw import Watcher
from tests.evaluator.state import State
from tests.faults.account import OBJECTS, OBJECTS_OF
from tests.world.sandbox import WatchedSandbox

__all__ = ["ANYONE", "KEYS", "Reading", "Readings", "Services", "Viewers", "beyond", "missing"]

Readings = frozenset[Reading]
Services = frozenset[Service]

KEYS = keys_for(("posters/*", "clips/*", "audit/*"), OBJECTS)
"""The objects, and keys around every pattern in specs and policies of these tests."""

PATHS = tuple(f"/{key}" for key in KEYS)


class Viewers:
    """Looks at the sandbox after each write."""

    def __init__(self, sandbox: WatchedSandbox) -> None:
        self.sandbox = sandbox
        self._watcher = Watcher()
        self._seen: tuple[Readings, Services] = (frozenset(), frozenset())
        self.look()

    def look(self) -> None:
        """Judges what is live now, and what edges may still have."""
        self._seen = judged(self._watcher.look(self.sandbox.cloudfront.world))

    def readings(self) -> Readings:
        """Everything that someone outside the account may do somewhere, the maybes included."""
        return self._seen[0]

    def services(self) -> Services:
        """Everyone who gets an object wherever they ask."""
        return self._seen[1]


_KNOWN: dict[bytes, tuple[Readings, Services]] = {}


def judged(state: State) -> tuple[Readings, Services]:
    """The readings and the services of a state; most states come back in many tests."""
    digest = hashlib.sha256(repr(state).encode()).digest()
    if digest not in _KNOWN:
        judge = Evaluator(state)
        _KNOWN[digest] = judge.readings(KEYS), judge.services(PATHS)
    return _KNOWN[digest]


def beyond(readings: Iterable[Reading], allowed: Readings) -> Readings:
    """The readings that are not allowed, neither to their reader nor to anyone."""
    return frozenset(
        each for each in readings if each not in allowed and each._replace(who=ANYONE) not in allowed
    )


def missing(wanted: Iterable[Service], services: Services) -> Services:
    """The services that nobody gets any more, neither by name nor as anyone."""
    return frozenset(
        each for each in wanted if each not in services and each._replace(who=ANYONE) not in services
    )


def stays(service: Service, named: Readings, objects: Mapping[str, Iterable[str]] = OBJECTS_OF) -> bool:
    """Whether specs that name these readers still name the one who is served now, for an object that exists."""
    return any(
        Reading(bucket, key, who) in named
        for bucket, keys in objects.items()
        for key in keys
        if f"/{key}" == service.path
        for who in (service.who, ANYONE)
    )


def lost(before: Services, after: Services, objects: Iterable[str]) -> Services:
    """Who is not served one of these objects any more, except those who were served it as anyone."""
    paths = {f"/{key}" for key in objects}
    return frozenset(each for each in missing(before, after) if each.path in paths and each.who != ANYONE)
