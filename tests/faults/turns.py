"""Specs that are applied one after the other, in runs that may crash."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from cfstream.values import StepId
from tests.evaluator.naming import named
from tests.faults import scenarios as known
from tests.faults.account import BUCKETS, FOREIGN_IDENTITY, state_of
from tests.faults.running import ANY_HAZARD, AccessMonitor, ScenarioRunner, converge, run
from tests.faults.scenarios import NEW, OLD, Spec, but, group
from tests.faults.viewers import ANYONE, KEYS, Reading, Readings, Services, Viewers, stays
from tests.world.faults import FaultyPort, Killed, killed

SPECS: Mapping[str, Spec] = {
    "oac": known.HTTP,
    "oai": known.OAI,
    "somebody's oai": known.SOMEBODYS,
    "clips": known.SOME_CLIPS,
    "clips by oai": but(known.OAI, grant={"prefix": "clips/"}),
    "rotating": known.ROTATING,
    "new key": but(known.HTTP, key_groups=[group("signers", NEW, replaces=OLD)]),
    "members": but(known.HTTP, key_groups=[group("members", NEW)]),
    "account": known.BY_ACCOUNT,
    "archive": but(known.HTTP, bucket="archive"),
    "archive by oai": but(known.OAI, bucket="archive"),
    "objects": known.BY_OBJECTS,
    "objects in full": but(known.BY_OBJECTS, grant={"via": "object-acl", "permission": "FULL_CONTROL"}),
    "objects in archive": but(known.BY_OBJECTS, bucket="archive-acl"),
    "objects by somebody's oai": but(known.BY_OBJECTS, oai={"id": FOREIGN_IDENTITY}),
    "policy": known.BY_POLICY,
    "policy by oac": but(known.BY_POLICY, "oai"),
    "open posters": known.OPEN_POSTERS,
    "public": but(known.HTTP, "key_groups", public=True),
    "public by oai": but(known.OAI, "key_groups", public=True),
    "public objects": but(known.BY_OBJECTS, "key_groups", public=True),
    "none": but(known.HTTP, "key_groups", public=True, origin_access="none"),
}
"""Specs of one stack, by what is special about them."""

LATER = timedelta(hours=30)
"""Everything happens when the grace of all keys is over."""


@dataclass(frozen=True)
class Turn:
    """One run. It crashes at this write, counted from 1, if it gets that far; 0 means no crash."""

    spec: str
    dies_at: int = 0
    no_wait: bool = False


@dataclass(frozen=True)
class TurnsResult:
    """The result of some turns. The last one was repeated until nothing was pending."""

    too_much: Readings
    too_little: Services
    left: tuple[StepId, ...]
    readers: Readings
    """Who reads in the end of what nobody reads in the account without our stack."""
    account: Any


def take_turns(runner: ScenarioRunner, turns: Sequence[Turn]) -> TurnsResult:
    """Run the turns in the account with resources of others."""
    wanted = {turn.spec: named(SPECS[turn.spec], KEYS) for turn in turns}
    runner.set_back(runner.initial)
    viewers = Viewers(runner.sandbox)
    too_much: Readings = frozenset()
    too_little: Services = frozenset()
    left: tuple[StepId, ...] = ()
    for number, turn in enumerate(turns, 1):
        viewers.look()
        now, readers = viewers.services(), wanted[turn.spec]
        must = frozenset(each for each in now if each in runner.initial.services or stays(each, readers))
        stacks, world = runner.load(SPECS[turn.spec]), runner.world_at(LATER)
        port = FaultyPort(world.aws, turn.dies_at, killed)
        with AccessMonitor(viewers, viewers.readings() | _widely(readers), must) as monitor:
            with suppress(Killed):
                run(stacks, replace(world, aws=port), ANY_HAZARD, no_wait=turn.no_wait)
            if number == len(turns):
                left = converge(stacks, world, ANY_HAZARD)[-1]
        too_much, too_little = too_much | monitor.too_much, too_little | monitor.too_little
    return TurnsResult(too_much, too_little, left, runner.readers_now(), state_of(runner.sandbox))


def _widely(named: Readings) -> Readings:
    """Return what may be read in between.

    Named readers may still read what the spec no longer has. What anyone may read, everyone may.
    """
    everybody = {f"key {key}" for key in (OLD, NEW)} | {known.BY_SELF, ANYONE}
    people = {each.who for each in named} - {ANYONE}
    return frozenset(
        Reading(bucket, key, who)
        for bucket in BUCKETS
        for key in KEYS
        for who in (everybody if Reading(bucket, key, ANYONE) in named else people)
    )
