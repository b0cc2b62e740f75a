"""The runner of the scenarios: a slow sandbox that can be reset to any state, and the results of a scenario."""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from cfstream.applying import Report, RunOptions
from cfstream.planning import Plan
from cfstream.ports import World
from cfstream.spec.load import Stack
from cfstream.steps.hazards import HazardName
from cfstream.testing import SandboxState
from cfstream.values import StepId
from cfstream.workflow import apply_plan, make_plan
from tests.evaluator.naming import named
from tests.faults.account import create_resources, state_of
from tests.faults.scenarios import Scenario, Spec
from tests.faults.viewers import KEYS, Readings, Services, Viewers, beyond, missing, stays
from tests.world.account import SandboxAccount
from tests.world.clock import QuickClock
from tests.world.faults import Fault, FaultyPort, Killed, Write
from tests.world.sandbox import Sandbox

DEPLOY_AFTER_READS = 6
"""More than a plan makes, so a step that does not wait for Deployed is noticed, also in the run after a crash."""

RUNS = 3
"""The number of runs after the one with the fault, at the end of which everything must be as the specs say."""

ANY_HAZARD: frozenset[str] = frozenset(HazardName)


@dataclass(frozen=True)
class Snapshot:
    """The account at one time, and who can read then."""

    saved: SandboxState
    account: Any
    readings: Readings
    services: Services


@dataclass(frozen=True)
class FaultlessRun:
    """A scenario without a fault."""

    start: Snapshot
    end: Snapshot
    plan: Plan
    report: Report
    operations: tuple[str, ...]
    left: tuple[StepId, ...]
    """The steps that are pending at the end."""
    too_much: Readings
    too_little: Services


@dataclass(frozen=True)
class FaultyRun:
    """The result of a scenario in which a write failed, and that was run again."""

    fault_met: bool
    """Whether the write with the fault was made."""
    report: Report | None
    """Of the run with the fault; None if it was killed."""
    left_at_once: tuple[StepId, ...]
    """The steps that were pending when that run had ended."""
    left: tuple[StepId, ...]
    """The steps that are pending at the end."""
    account: Any
    too_much: Readings
    too_little: Services


class AccessMonitor:
    """Checks the account after every write, and records who can read too much or too little.

    `may` is everything that someone may read in between, `must` what everyone keeps.
    """

    def __init__(self, viewers: Viewers, may: Readings, must: Services) -> None:
        self._viewers = viewers
        self._may = may
        self._must = must
        self.too_much: Readings = frozenset()
        self.too_little: Services = frozenset()

    def check(self) -> None:
        """Judge the current state."""
        self._viewers.check()
        self.too_much |= beyond(self._viewers.readings(), self._may)
        self.too_little |= missing(self._must, self._viewers.services())

    def __enter__(self) -> Self:
        self._watching = self._viewers.sandbox.watched(self.check)
        self._watching.__enter__()
        return self

    def __exit__(self, *about: Any) -> None:
        self._watching.__exit__(*about)


class ScenarioRunner(SandboxAccount):
    """An account in which scenarios run one after the other."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        super().__init__(folder, sandbox)
        sandbox.reset()
        sandbox.cloudfront.settings.deploy_after_reads = DEPLOY_AFTER_READS
        self.ids |= create_resources(sandbox.clients)
        self.initial = self.snapshot()
        self._known: dict[str, FaultlessRun] = {}
        self._readers: dict[str, Readings] = {}

    def readers(self, spec: Spec) -> Readings:
        """Return who can read if only this spec was ever applied, without the account of others."""
        key = json.dumps(spec)
        if key not in self._readers:
            self.restore(self.initial)
            run(self.load(spec), self.world_at(), ANY_HAZARD)
            self._readers[key] = self.readers_now()
        return self._readers[key]

    def readers_now(self) -> Readings:
        """Return who can read now, without the account of others."""
        return Viewers(self.sandbox).readings() - self.initial.readings

    def named(self, specs: Iterable[Spec]) -> Readings:
        """Return who may read what according to these specs."""
        return frozenset().union(*(named(spec, KEYS) for spec in specs))

    def without_fault(self, scenario: Scenario) -> FaultlessRun:
        """Return the scenario without a fault. It runs once."""
        if scenario.name not in self._known:
            self._known[scenario.name] = self._run_without_fault(scenario)
        return self._known[scenario.name]

    def _run_without_fault(self, scenario: Scenario) -> FaultlessRun:
        self.restore(self.initial)
        if scenario.before:
            run(self.load(*scenario.before), self.world_at(), ANY_HAZARD)
        start = self.snapshot()
        wanted = self.named(scenario.after)
        must = frozenset(each for each in start.services if stays(each, wanted))
        world, stacks = self.world_at(scenario.later), self.load(*scenario.after)
        port = FaultyPort(world.aws)
        with AccessMonitor(Viewers(self.sandbox), start.readings | wanted, must) as monitor:
            plan, report = run(stacks, replace(world, aws=port), scenario.allow)
        end = self.snapshot()
        left = _pending(make_plan(stacks, world))
        operations = tuple(port.operations)
        return FaultlessRun(start, end, plan, report, operations, left, monitor.too_much, monitor.too_little)

    def with_fault(
        self,
        scenario: Scenario,
        write: Write | None = None,
        fault: Fault | None = None,
        *,
        then: Sequence[Spec] = (),
        stale_reads: int = 0,
        no_wait: bool = False,
        deploy_after_reads: int = DEPLOY_AFTER_READS,
        first_without_wait: bool = False,
    ) -> FaultyRun:
        """Return the scenario with a fault in one write; then the same or other specs until nothing is pending.

        In all runs, this number of reads is stale. The first run does not wait, or a distribution is Deployed this
        late. After it comes a run with --no-wait.
        """
        known = self.without_fault(scenario)
        self.restore(known.start)
        settings = self.sandbox.cloudfront.settings
        settings.stale_reads, settings.deploy_after_reads = stale_reads, deploy_after_reads
        may = known.start.readings | self.named(scenario.after)
        world = self.world_at(scenario.later)
        port = FaultyPort(world.aws, write, fault)
        report = None
        with AccessMonitor(Viewers(self.sandbox), may, known.start.services & known.end.services) as monitor:
            with suppress(Killed):
                stacks = self.load(*scenario.after)
                _, report = run(stacks, replace(world, aws=port), scenario.allow, no_wait=no_wait)
            settings.deploy_after_reads = DEPLOY_AFTER_READS
            stacks = self.load(*(then or scenario.after))
            allow = ANY_HAZARD if then else scenario.allow
            if first_without_wait:
                run(stacks, world, allow, no_wait=True)
            pending = converge(stacks, world, allow)
        return FaultyRun(
            port.fault_met,
            report,
            left_at_once=pending[0],
            left=self._pending_without_lag(stacks, world) if stale_reads else pending[-1],
            account=state_of(self.sandbox),
            too_much=monitor.too_much,
            too_little=monitor.too_little,
        )

    def _pending_without_lag(self, stacks: Sequence[Stack], world: World) -> tuple[StepId, ...]:
        self.sandbox.cloudfront.settings.stale_reads = 0
        make_plan(stacks, world)  # reads what still lags a last time
        return _pending(make_plan(stacks, world))

    def restore(self, snapshot: Snapshot) -> None:
        """Restore the account of this time."""
        self.sandbox.restore(snapshot.saved)

    def snapshot(self) -> Snapshot:
        """Return the current account."""
        viewers = Viewers(self.sandbox)
        return Snapshot(
            self.sandbox.save(),
            state_of(self.sandbox),
            viewers.readings(),
            viewers.services(),
        )

    def world_at(self, later: timedelta = timedelta()) -> World:
        """Return the ports, at a time this far in the future."""
        return replace(self.world, clock=QuickClock(datetime.now(UTC) + later))


def run(
    stacks: Sequence[Stack],
    world: World,
    allow: frozenset[str],
    *,
    no_wait: bool = False,
    destroying: bool = False,
) -> tuple[Plan, Report]:
    """Plan and apply once, or destroy."""
    plan = make_plan(stacks, world, destroying=destroying)
    return plan, apply_plan(plan, world, RunOptions(allow, no_wait))


def converge(
    stacks: Sequence[Stack], world: World, allow: frozenset[str], *, destroying: bool = False
) -> list[tuple[StepId, ...]]:
    """Run until nothing is pending, or too often.

    Return what was pending before each run, and at the end.
    """
    plan = make_plan(stacks, world, destroying=destroying)
    pending = [_pending(plan)]
    while pending[-1] and len(pending) <= RUNS:
        apply_plan(plan, world, RunOptions(allow))
        plan = make_plan(stacks, world, destroying=destroying)
        pending.append(_pending(plan))
    return pending


def _pending(plan: Plan) -> tuple[StepId, ...]:
    assert not any(stack.problems for stack in plan.stacks)
    return tuple(step.id for stack in plan.stacks for step in stack.steps)
