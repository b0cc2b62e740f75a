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
from tests.faults.scenarios import NEW, OLD, Spec, changed, group
from tests.faults.viewers import ANYONE, KEYS, Reading, Readings, Services, Viewers, stays
from tests.world.faults import FaultyPort, Killed, killed

SPECS: Mapping[str, Spec] = {
    "oac": known.HTTP,
    "oai": known.OAI,
    "somebody's oai": known.FOREIGN_OAI,
    "clips": known.SOME_CLIPS,
    "clips by oai": changed(known.OAI, grant={"prefix": "clips/"}),
    "rotating": known.ROTATING,
    "new key": changed(known.HTTP, key_groups=[group("signers", NEW, replaces=OLD)]),
    "members": changed(known.HTTP, key_groups=[group("members", NEW)]),
    "account": known.BY_ACCOUNT,
    "archive": changed(known.HTTP, bucket="archive"),
    "archive by oai": changed(known.OAI, bucket="archive"),
    "objects": known.BY_OBJECTS,
    "objects in full": changed(known.BY_OBJECTS, grant={"via": "object-acl", "permission": "FULL_CONTROL"}),
    "objects in archive": changed(known.BY_OBJECTS, bucket="archive-acl"),
    "objects by somebody's oai": changed(known.BY_OBJECTS, oai={"id": FOREIGN_IDENTITY}),
    "policy": known.BY_POLICY,
    "policy by oac": changed(known.BY_POLICY, "oai"),
    "open posters": known.OPEN_POSTERS,
    "public": changed(known.HTTP, "key_groups", public=True),
    "public by oai": changed(known.OAI, "key_groups", public=True),
    "public objects": changed(known.BY_OBJECTS, "key_groups", public=True),
    "none": changed(known.HTTP, "key_groups", public=True, origin_access="none"),
}
"""Specs of one stack, by what is special about them."""

LATER = timedelta(hours=30)
"""Everything happens when the grace of all keys is over."""


@dataclass(frozen=True)
class SpecRun:
    """One run. It crashes at this write, counted from 1, if it gets that far; 0 means no crash."""

    spec: str
    crash_at: int = 0
    no_wait: bool = False


@dataclass(frozen=True)
class SequenceResult:
    """The result of a sequence of runs. The last one was repeated until nothing was pending."""

    too_much: Readings
    too_little: Services
    left: tuple[StepId, ...]
    readers: Readings
    """Who can read at the end, without those who can read in the account without our stack."""
    account: Any


def run_sequence(runner: ScenarioRunner, sequence: Sequence[SpecRun]) -> SequenceResult:
    """Run the specs one after the other in the account with resources of others."""
    wanted = {spec_run.spec: named(SPECS[spec_run.spec], KEYS) for spec_run in sequence}
    runner.restore(runner.initial)
    viewers = Viewers(runner.sandbox)
    too_much: Readings = frozenset()
    too_little: Services = frozenset()
    left: tuple[StepId, ...] = ()
    for number, spec_run in enumerate(sequence, 1):
        viewers.check()
        now, readers = viewers.services(), wanted[spec_run.spec]
        must = frozenset(each for each in now if each in runner.initial.services or stays(each, readers))
        stacks, world = runner.load(SPECS[spec_run.spec]), runner.world_at(LATER)
        port = FaultyPort(world.aws, spec_run.crash_at, killed)
        with AccessMonitor(viewers, viewers.readings() | _widely(readers), must) as monitor:
            with suppress(Killed):
                run(stacks, replace(world, aws=port), ANY_HAZARD, no_wait=spec_run.no_wait)
            if number == len(sequence):
                left = converge(stacks, world, ANY_HAZARD)[-1]
        too_much, too_little = too_much | monitor.too_much, too_little | monitor.too_little
    return SequenceResult(too_much, too_little, left, runner.readers_now(), state_of(runner.sandbox))


def _widely(named: Readings) -> Readings:
    """Return what may be read during the runs.

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
