"""The stage of the scenarios: a sandbox that takes its time, set back to any moment, and what is seen of a play."""

import io
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cfstream.applying import Report
from cfstream.planning import Plan
from cfstream.ports import World
from cfstream.sandbox import state
from cfstream.sandbox.server import Sandbox
from cfstream.spec.load import Stack, load
from cfstream.values import StepId
from cfstream.workflow import apply_plan, make_plan
from tests.faults.account import furnish, photograph
from tests.faults.doors import Killed, Watched, Write
from tests.faults.scenarios import Scenario, Spec
from tests.faults.viewers import Reading, Readings, Viewers
from tests.sandboxed import Clients
from tests.worlds import Fault, QuickClock, Silent, world_of

DEPLOY_AFTER_READS = 6
"""More than a plan makes: what must wait for Deployed, and does not, is seen, in the run after a crash too."""

RUNS = 3
"""In so many runs after the disturbed one everything must be as the specs say."""

ANY_HAZARD = frozenset({"makes-public", "cuts-viewers", "widens-grant", "weakens-tls"})


@dataclass(frozen=True)
class Moment:
    """The account at one moment, and who can read then."""

    frozen: bytes
    account: Any
    some: Readings
    every: Readings


@dataclass(frozen=True)
class Undisturbed:
    """A scenario in which nothing goes wrong."""

    start: Moment
    end: Moment
    plan: Plan
    report: Report
    operations: tuple[str, ...]
    left: tuple[StepId, ...]
    """The steps that are pending in the end."""
    too_much: Readings
    too_little: Readings


@dataclass(frozen=True)
class Disturbed:
    """What came of a scenario in which a write went wrong, and that was run again."""

    struck: bool
    """Whether the write that was to go wrong was made."""
    report: Report | None
    """Of the disturbed run; None when it was killed."""
    left_at_once: tuple[StepId, ...]
    """The steps that were pending when that run had ended."""
    left: tuple[StepId, ...]
    """The steps that are pending in the end."""
    account: Any
    too_much: Readings
    too_little: Readings


class Guard:
    """Looks on, and notes who reads too much or too little after any one write."""

    def __init__(self, viewers: Viewers, may: Readings, must: Readings) -> None:
        self._viewers = viewers
        self._may = may
        self._must = must
        self.too_much: Readings = frozenset()
        self.too_little: Readings = frozenset()

    def look(self) -> None:
        self._viewers.look()
        self.too_much |= self._viewers.at_some_edge() - self._may
        self.too_little |= self._must - self._viewers.at_every_edge()


class Stage:
    """One sandbox, on which scenarios are played one after the other."""

    def __init__(self, sandbox: Sandbox, clients: Clients) -> None:
        self.sandbox = sandbox
        self._world = world_of(sandbox)
        sandbox.reset()
        sandbox.cloudfront.settings.deploy_after_reads = DEPLOY_AFTER_READS
        self._ids = furnish(clients)
        self.furnished = self.moment()
        self._known: dict[str, Undisturbed] = {}
        self._readers: dict[str, Readings] = {}

    def readers(self, spec: Spec) -> Readings:
        """Who reads when nothing but this spec was ever applied; the account of others apart."""
        key = json.dumps(spec)
        if key not in self._readers:
            self.set_back(self.furnished)
            run(self.stacks([spec]), self.world_at(), ANY_HAZARD)
            self._readers[key] = self.readers_now()
        return self._readers[key]

    def readers_now(self) -> Readings:
        """Who reads now, the account of others apart."""
        return Viewers(self.sandbox).at_every_edge() - self.furnished.every

    def undisturbed(self, scenario: Scenario) -> Undisturbed:
        """The scenario as it goes when nothing goes wrong; played once."""
        if scenario.name not in self._known:
            self._known[scenario.name] = self._undisturbed(scenario)
        return self._known[scenario.name]

    def _undisturbed(self, scenario: Scenario) -> Undisturbed:
        self.set_back(self.furnished)
        if scenario.before:
            run(self.stacks(scenario.before), self.world_at(), ANY_HAZARD)
        start = self.moment()
        readers = frozenset(
            Reading(scenario.bucket, key, who) for key, all_of in scenario.readers.items() for who in all_of
        )
        guard = Guard(Viewers(self.sandbox), start.some | readers, start.every & readers)
        world, stacks = self.world_at(scenario.later), self.stacks(scenario.after)
        door = Watched(world.aws, guard.look)
        plan, report = run(stacks, replace(world, aws=door), scenario.allow)
        end = self.moment()
        left = _pending(make_plan(stacks, world))
        operations = tuple(door.operations)
        return Undisturbed(start, end, plan, report, operations, left, guard.too_much, guard.too_little)

    def disturbed(
        self,
        scenario: Scenario,
        write: Write | None = None,
        fault: Fault | None = None,
        *,
        then: Sequence[Spec] = (),
        stale_reads: int = 0,
        no_wait: bool = False,
        deploy_after_reads: int = DEPLOY_AFTER_READS,
        in_a_hurry: bool = False,
    ) -> Disturbed:
        """The scenario with a fault in one of its writes; then the same again, or other specs, until all is done.

        In all runs so many reads are stale. In the first one nobody waits, or a distribution is Deployed so late;
        after it comes one in which somebody in a hurry does not wait.
        """
        known = self.undisturbed(scenario)
        self.set_back(known.start)
        settings = self.sandbox.cloudfront.settings
        settings.stale_reads, settings.deploy_after_reads = stale_reads, deploy_after_reads
        guard = Guard(
            Viewers(self.sandbox), known.start.some | known.end.some, known.start.every & known.end.every
        )
        world = self.world_at(scenario.later)
        door = Watched(world.aws, guard.look, write, fault)
        report = None
        with suppress(Killed):
            stacks = self.stacks(scenario.after)
            _, report = run(stacks, replace(world, aws=door), scenario.allow, no_wait=no_wait)
        settings.deploy_after_reads = DEPLOY_AFTER_READS
        stacks = self.stacks(then or scenario.after)
        again = replace(world, aws=Watched(world.aws, guard.look))
        allow = ANY_HAZARD if then else scenario.allow
        if in_a_hurry:
            run(stacks, again, allow, no_wait=True)
        pending = converge(stacks, again, allow)
        return Disturbed(
            door.struck,
            report,
            left_at_once=pending[0],
            left=self._pending_without_lag(stacks, world) if stale_reads else pending[-1],
            account=photograph(self.sandbox),
            too_much=guard.too_much,
            too_little=guard.too_little,
        )

    def _pending_without_lag(self, stacks: Sequence[Stack], world: World) -> tuple[StepId, ...]:
        self.sandbox.cloudfront.settings.stale_reads = 0
        make_plan(stacks, world)  # reads what still lags a last time
        return _pending(make_plan(stacks, world))

    def set_back(self, moment: Moment) -> None:
        """The account as it was at a moment."""
        self.sandbox.reset()
        empty, kept = self.sandbox.cloudfront, state.thaw(moment.frozen)
        kept.bucket_exists, kept.certificate = empty.bucket_exists, empty.certificate
        self.sandbox.cloudfront = kept

    def moment(self) -> Moment:
        """The account as it is now."""
        viewers = Viewers(self.sandbox)
        return Moment(
            state.freeze(self.sandbox.cloudfront),
            photograph(self.sandbox),
            viewers.at_some_edge(),
            viewers.at_every_edge(),
        )

    def stacks(self, specs: Iterable[Spec]) -> tuple[Stack, ...]:
        """The specs, loaded, with ids in place of what stands for them."""
        text = "\n---\n".join(json.dumps(spec) for spec in specs)
        for stand_in, id_ in self._ids.items():
            text = text.replace(stand_in, id_)
        return load(["-"], stdin=io.StringIO(text))

    def world_at(self, later: timedelta = timedelta()) -> World:
        """The outside, so long from now."""
        return replace(self._world, clock=QuickClock(datetime.now(UTC) + later))


def run(
    stacks: Sequence[Stack],
    world: World,
    allow: frozenset[str],
    *,
    no_wait: bool = False,
    destroying: bool = False,
) -> tuple[Plan, Report]:
    """Plans and applies, once; or destroys."""
    plan = make_plan(stacks, world, destroying=destroying)
    return plan, apply_plan(plan, world, tell=Silent(), allow=allow, no_wait=no_wait)


def converge(
    stacks: Sequence[Stack], world: World, allow: frozenset[str], *, destroying: bool = False
) -> list[tuple[StepId, ...]]:
    """Runs until nothing is pending, or too often; what was pending before each run, and in the end."""
    plan = make_plan(stacks, world, destroying=destroying)
    pending = [_pending(plan)]
    while pending[-1] and len(pending) <= RUNS:
        apply_plan(plan, world, tell=Silent(), allow=allow)
        plan = make_plan(stacks, world, destroying=destroying)
        pending.append(_pending(plan))
    return pending


def _pending(plan: Plan) -> tuple[StepId, ...]:
    assert not any(stack.problems for stack in plan.stacks)
    return tuple(step.id for stack in plan.stacks for step in stack.steps)
