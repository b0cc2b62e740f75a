"""Who can read what at each time of a run, by the evaluator that shares no code with cfstream.

Until a distribution is Deployed, some edges use its old configuration and some its new one. At none of them may anyone
read too much or lose access.
"""

import hashlib
from collections.abc import Iterable, Mapping

from tests.evaluator.callers import ANYONE
from tests.evaluator.evaluator import Evaluator, Reading, Service
from tests.evaluator.keys import keys_for
from tests.evaluator.raw import Watcher
from tests.evaluator.state import State
from tests.faults.account import OBJECTS, OBJECTS_OF
from tests.world.sandbox import Sandbox

__all__ = ["ANYONE", "KEYS", "Reading", "Readings", "Services", "Viewers", "beyond", "missing"]

Readings = frozenset[Reading]
Services = frozenset[Service]

KEYS = keys_for(("posters/*", "clips/*", "audit/*"), OBJECTS)
"""The objects, and keys around every pattern in specs and policies of these tests."""

PATHS = tuple(f"/{key}" for key in KEYS)


class Viewers:
    """Checks the sandbox after each write."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._watcher = Watcher()
        self._seen: tuple[Readings, Services] = (frozenset(), frozenset())
        self.check()

    def check(self) -> None:
        """Judge what is live now, and what edges may still have."""
        self._seen = judged(self._watcher.observe(self.sandbox.cloudfront.state))

    def readings(self) -> Readings:
        """Return everything that someone outside the account may do somewhere, including uncertain answers."""
        return self._seen[0]

    def services(self) -> Services:
        """Return everyone who gets an object at every edge."""
        return self._seen[1]


_KNOWN: dict[bytes, tuple[Readings, Services]] = {}


def judged(state: State) -> tuple[Readings, Services]:
    """Return the readings and the services of a state. Most states occur in many tests."""
    digest = hashlib.sha256(repr(state).encode()).digest()
    if digest not in _KNOWN:
        judge = Evaluator(state)
        _KNOWN[digest] = judge.readings(KEYS), judge.services(PATHS)
    return _KNOWN[digest]


def beyond(readings: Iterable[Reading], allowed: Readings) -> Readings:
    """Return the readings that are allowed neither to their reader nor to anyone."""
    return frozenset(
        each for each in readings if each not in allowed and each._replace(who=ANYONE) not in allowed
    )


def missing(wanted: Iterable[Service], services: Services) -> Services:
    """Return the services that nobody gets any more, neither by name nor as anyone."""
    return frozenset(
        each for each in wanted if each not in services and each._replace(who=ANYONE) not in services
    )


def stays(service: Service, named: Readings, objects: Mapping[str, Iterable[str]] = OBJECTS_OF) -> bool:
    """Return whether specs that name these readers still name the one who is served now, for an existing object."""
    return any(
        Reading(bucket, key, who) in named
        for bucket, keys in objects.items()
        for key in keys
        if f"/{key}" == service.path
        for who in (service.who, ANYONE)
    )


def lost(before: Services, after: Services, objects: Iterable[str]) -> Services:
    """Return who is no longer served one of these objects, except those who were served as anyone."""
    paths = {f"/{key}" for key in objects}
    return frozenset(each for each in missing(before, after) if each.path in paths and each.who != ANYONE)
