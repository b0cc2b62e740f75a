"""The result of each scenario without a fault, with which all runs with faults are compared."""

from datetime import timedelta

import pytest

from cfstream.applying import StackOutcome
from tests.faults.account import OBJECTS_OF, leftovers, of_others
from tests.faults.running import FaultlessRun, ScenarioRunner
from tests.faults.scenarios import SCENARIOS, Scenario
from tests.faults.test_faults import named
from tests.faults.viewers import lost

GRACE = timedelta(hours=24)


@pytest.fixture(params=[pytest.param(each, id=each.name.replace(" ", "-")) for each in SCENARIOS])
def scenario(request: pytest.FixtureRequest) -> Scenario:
    """Each scenario of the table."""
    chosen: Scenario = request.param
    return chosen


@pytest.fixture
def result(runner: ScenarioRunner, scenario: Scenario) -> FaultlessRun:
    """The result of the scenario."""
    return runner.without_fault(scenario)


def test_done(result: FaultlessRun) -> None:
    """One run does everything, and nothing is pending afterwards."""
    assert {stack.outcome for stack in result.report.stacks} == {StackOutcome.APPLIED}
    assert result.left == ()


def test_hazards(result: FaultlessRun, scenario: Scenario) -> None:
    """The plan has exactly the hazards of the scenario."""
    assert {hazard.name for stack in result.plan.stacks for hazard, _ in stack.hazards} == scenario.allow


def test_writes(result: FaultlessRun, scenario: Scenario) -> None:
    """The table lists every write of the scenario, so that each of them can fail."""
    assert sorted(result.operations) == sorted(write.operation for write in scenario.writes)


def test_readers(result: FaultlessRun, scenario: Scenario) -> None:
    """At the end exactly the readers of the spec can read."""
    named = {(key, who) for key, everybody in scenario.readers.items() for who in everybody}
    objects = OBJECTS_OF.get(scenario.bucket, ())
    readings = {
        each for each in result.end.readings if each.bucket == scenario.bucket and each.key in objects
    }
    assert {(each.key, each.who) for each in readings} == named


def test_nobody_on_the_way(result: FaultlessRun) -> None:
    """After each write, only earlier readers and those of the spec can read."""
    assert result.too_much == frozenset()


def test_nobody_cut_off_on_the_way(result: FaultlessRun) -> None:
    """After each write, earlier readers that the spec names can still read."""
    assert result.too_little == frozenset()


def may_lose_access(scenario: Scenario) -> bool:
    """Return whether readers may lose access: the plan has a hazard, or the grace period of a key is over."""
    return "cuts-viewers" in scenario.allow or scenario.later > GRACE


@pytest.mark.parametrize("each", named([each for each in SCENARIOS if not may_lose_access(each)]))
def test_nobody_loses_access_without_a_hazard(runner: ScenarioRunner, each: Scenario) -> None:
    """Everyone who was served before is served at the end, unless the plan has a hazard."""
    result = runner.without_fault(each)
    objects = OBJECTS_OF[each.before[0]["bucket"]] if each.before else ()
    assert lost(result.start.services, result.end.services, objects) == frozenset()


def test_others_lose_nothing(result: FaultlessRun) -> None:
    """Resources that cfstream does not own are unchanged at the end, byte for byte."""
    before, after = of_others(result.start.account), of_others(result.end.account)
    for kind in ("identities", "controls", "public keys", "key groups"):
        assert after[kind] == before[kind]
    for kind in ("statements", "grants"):
        assert {name: after[kind][name] for name in before[kind]} == before[kind]


def test_nothing_is_duplicated_or_unused(result: FaultlessRun) -> None:
    """There is one of each resource, and each is used."""
    assert leftovers(result.end.account) == []
