"""If any one write fails, the same command converges when it runs again, and nobody reads too much on the way."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from tests.faults.running import FaultyRun, ScenarioRunner
from tests.faults.scenarios import SCENARIOS, Scenario
from tests.thorough import one_of_each
from tests.world.faults import FAULTS, Fault, Write, killed, landed_unanswered

Case = tuple[Scenario, Write, Fault]


def every(fault: Fault, writes: Callable[[Write], bool] = lambda _: True) -> list[Case]:
    """Return every scenario with each of its writes, or of those that `writes` accepts, and the fault."""
    return [(scenario, write, fault) for scenario in SCENARIOS for write in filter(writes, scenario.writes)]


def operation(case: Case) -> str:
    """Return what is written: how it meets a fault does not depend on the scenario."""
    return case[1].operation


def scenario_name(case: Case) -> str:
    """Return the name of the scenario."""
    return case[0].name


def where_it_dies(case: Case) -> tuple[str, str]:
    """Return the write that the run dies after, and the next one: another run begins between the two."""
    scenario, write, _ = case
    following = [*scenario.writes, Write("")][scenario.writes.index(write) + 1]
    return write.operation, following.operation


def named_cases(cases: Iterable[Case]) -> list[Any]:
    """Return the cases as parameters with names."""
    return [
        pytest.param(
            case, id=f"{case[0].name}/{case[1]}/{case[2].__name__}".replace("_", "-").replace(" ", "-")
        )
        for case in cases
    ]


def makes(write: Write) -> bool:
    """Return whether this write makes something that could exist twice."""
    return write.operation.startswith("create_")


def deploys(write: Write) -> bool:
    """Return whether a distribution is InProgress after this write."""
    return "distribution" in write.operation or write.operation == "update_key_group"


def named(scenarios: Sequence[Scenario]) -> list[Any]:
    """Return the scenarios as parameters with names."""
    return [pytest.param(each, id=each.name.replace(" ", "-")) for each in scenarios]


def assert_access_kept(result: FaultyRun) -> None:
    """Check that nobody could read too much or too little after any write of all runs."""
    assert result.too_much == frozenset()
    assert result.too_little == frozenset()


@pytest.mark.parametrize(
    "case",
    named_cases(
        [
            *one_of_each(every(killed), where_it_dies),
            *(case for fault in FAULTS for case in one_of_each(every(fault), operation)),
        ]
    ),
)
def test_running_again_is_the_recovery(runner: ScenarioRunner, case: Case) -> None:
    """The same command leaves what a run without faults leaves. A run that exits with 0 left nothing to do."""
    result = runner.with_fault(*case)
    assert result.fault_met
    assert_access_kept(result)
    assert result.left == ()
    assert result.account == runner.without_fault(case[0]).end.account
    if result.report is not None and result.report.exit_code == 0:
        assert result.left_at_once == ()


@pytest.mark.parametrize(
    "case",
    named_cases(
        [
            *one_of_each(every(killed), operation),
            *one_of_each(every(landed_unanswered, makes), operation),
        ]
    ),
)
def test_lists_that_lag(runner: ScenarioRunner, case: Case) -> None:
    """The same is true if reads and lists show the state before each write for a while."""
    result = runner.with_fault(*case, stale_reads=1)
    assert result.fault_met
    assert_access_kept(result)
    assert result.left == ()
    assert result.account == runner.without_fault(case[0]).end.account


@pytest.mark.parametrize(
    "case",
    named_cases(
        one_of_each([case for case in every(killed) if case[0].reversible], scenario_name, operation)
    ),
)
def test_turning_back(runner: ScenarioRunner, case: Case) -> None:
    """Applying the earlier specs after a run that died restores the earlier state."""
    scenario = case[0]
    result = runner.with_fault(*case, then=scenario.before)
    assert result.fault_met
    assert_access_kept(result)
    assert result.left == ()
    assert result.account == runner.without_fault(scenario).start.account


def waits_before(scenario: Scenario) -> frozenset[str]:
    """Return the first write after which a distribution is InProgress, and all writes after it."""
    first = next((number for number, write in enumerate(scenario.writes) if deploys(write)), None)
    return frozenset() if first is None else frozenset(each.operation for each in scenario.writes[first:])


@pytest.mark.parametrize("scenario", named(one_of_each(SCENARIOS, waits_before)))
def test_nobody_waits(runner: ScenarioRunner, scenario: Scenario) -> None:
    """Steps that need Deployed are not run without it, and the next run continues."""
    result = runner.with_fault(scenario, no_wait=True)
    assert_access_kept(result)
    assert result.report is not None
    assert result.report.exit_code in (0, 6)
    assert result.left == ()
    assert result.account == runner.without_fault(scenario).end.account


@pytest.mark.parametrize("scenario", named(one_of_each(SCENARIOS, waits_before)))
def test_deployed_does_not_come(runner: ScenarioRunner, scenario: Scenario) -> None:
    """A wait ends at its deadline, and the next run continues."""
    result = runner.with_fault(scenario, deploy_after_reads=10_000)
    assert_access_kept(result)
    assert result.report is not None
    assert result.report.exit_code in (0, 6)
    assert result.left == ()
    assert result.account == runner.without_fault(scenario).end.account


@pytest.mark.parametrize("case", named_cases(one_of_each(every(killed, deploys), operation)))
def test_nobody_waits_after_a_crash(runner: ScenarioRunner, case: Case) -> None:
    """The next run does not rely on a change that a dead run made and that is not Deployed yet."""
    result = runner.with_fault(*case, first_without_wait=True)
    assert result.fault_met
    assert_access_kept(result)
    assert result.left == ()
    assert result.account == runner.without_fault(case[0]).end.account
