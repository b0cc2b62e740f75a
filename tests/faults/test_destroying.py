"""A stack is destroyed in runs that fail at any write: in the end it is gone, and nothing of others is."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest

from cfstream.applying import Report
from cfstream.values import StepId
from tests.faults import scenarios as known
from tests.faults.account import BY_HAND, FOREIGN_IDENTITY, state_of
from tests.faults.running import ANY_HAZARD, AccessMonitor, ScenarioRunner, Snapshot, converge, run
from tests.faults.scenarios import (
    HTTP,
    NEW,
    NO_OAC,
    NO_OAI,
    OBJECT_ACLS,
    POLICY,
    UPDATED,
    Spec,
    changed,
    group,
)
from tests.faults.viewers import Readings, Services, Viewers
from tests.thorough import one_of_each
from tests.world.faults import (
    Fault,
    FaultyPort,
    Killed,
    Write,
    killed,
    landed_unanswered,
    numbered,
)

YES = frozenset({"deletes", "cuts-viewers"})

NO_SIGNERS = ("delete_key_group", "delete_public_key")
GONE = "delete_distribution"


@dataclass(frozen=True)
class End:
    """Specs that were applied one after the other, and every write of destroying the last ones."""

    applied: tuple[tuple[Spec, ...], ...]
    writes: tuple[Write, ...]
    crash_at: Write | None = None
    """The write at which the last apply died."""


def end(*writes: str, of: Spec | tuple[Spec, ...], after: Spec | None = None, crash_at: str = "") -> End:
    """Return an end. Its writes are given in words, as in the table of scenarios."""
    words = [word.partition("*") for word in writes]
    counted = [operation for operation, _, times in words for _ in range(int(times or 1))]
    last = of if isinstance(of, tuple) else (of,)
    applied = ((after,), last) if after else (last,)
    return End(applied, numbered(counted), Write(crash_at) if crash_at else None)


OBJECTS_IN_ARCHIVE = changed(known.BY_OBJECTS, bucket="archive-acl")

ENDS: Mapping[str, End] = {
    "by an oac": end(UPDATED, GONE, POLICY, *NO_SIGNERS, NO_OAC, of=HTTP),
    "by an oai": end(UPDATED, GONE, POLICY, *NO_SIGNERS, NO_OAI, of=known.OAI),
    "by objects": end(UPDATED, GONE, OBJECT_ACLS, *NO_SIGNERS, NO_OAI, of=known.BY_OBJECTS),
    "rtmp": end(
        *("update_streaming_distribution", "delete_streaming_distribution", OBJECT_ACLS, NO_OAI),
        of=known.RTMP,
    ),
    "by somebody's oai": end(UPDATED, GONE, POLICY, *NO_SIGNERS, of=known.FOREIGN_OAI),
    "objects by somebody's oai": end(
        *(UPDATED, OBJECT_ACLS, GONE, *NO_SIGNERS), of=changed(known.BY_OBJECTS, oai={"id": FOREIGN_IDENTITY})
    ),
    "adopted": end(UPDATED, GONE, POLICY, NO_OAC, of=known.ADOPTED),
    "left on the way to another bucket": end(
        *(UPDATED, POLICY, GONE, POLICY, *NO_SIGNERS, NO_OAC),
        of=changed(HTTP, bucket="archive"),
        after=HTTP,
        crash_at=UPDATED,
    ),
    "left on the way to another bucket, by objects": end(
        *(UPDATED, OBJECT_ACLS, GONE, OBJECT_ACLS, *NO_SIGNERS, NO_OAI),
        of=OBJECTS_IN_ARCHIVE,
        after=known.BY_OBJECTS,
        crash_at=UPDATED,
    ),
    "two stacks on one bucket": end(
        *(UPDATED, UPDATED, GONE, GONE, POLICY, POLICY, *NO_SIGNERS, *NO_SIGNERS, NO_OAC, NO_OAI),
        of=(HTTP, changed(known.OAI, name="seminars", key_groups=[group("seminar-signers", NEW)])),
    ),
}


@dataclass(frozen=True)
class Destroyed:
    """The result of destroying, in a run in which a write may have failed, repeated until nothing was left."""

    fault_met: bool
    report: Report | None
    operations: tuple[str, ...]
    left: tuple[StepId, ...]
    account: Any
    too_much: Readings
    too_little: Services


@cache
def beginning(runner: ScenarioRunner, name: str) -> Snapshot:
    """Return the account just before the stacks are destroyed."""
    runner.restore(runner.initial)
    each = ENDS[name]
    world = runner.world_at()
    for number, specs in enumerate(each.applied, 1):
        last = number == len(each.applied)
        port = FaultyPort(world.aws, each.crash_at if last else None, killed)
        with suppress(Killed):
            run(runner.load(*specs), replace(world, aws=port), ANY_HAZARD)
    return runner.snapshot()


def destroy(
    runner: ScenarioRunner,
    name: str,
    write: Write | None = None,
    fault: Fault | None = None,
    *,
    no_wait: bool = False,
) -> Destroyed:
    """Destroy, with a fault in one write, then again until nothing is left to do."""
    start = beginning(runner, name)
    runner.restore(start)
    others = frozenset(
        each
        for each in runner.initial.services
        if name != "adopted" or each.place not in ("by-hand", runner.ids[BY_HAND])
    )
    stacks, world = runner.load(*ENDS[name].applied[-1]), runner.world_at()
    port = FaultyPort(world.aws, write, fault)
    report = None
    with AccessMonitor(Viewers(runner.sandbox), start.readings, others) as monitor:
        with suppress(Killed):
            _, report = run(stacks, replace(world, aws=port), YES, no_wait=no_wait, destroying=True)
        left = converge(stacks, world, YES, destroying=True)[-1]
    return Destroyed(
        port.fault_met,
        report,
        tuple(port.operations),
        left,
        state_of(runner.sandbox),
        monitor.too_much,
        monitor.too_little,
    )


def expected(runner: ScenarioRunner, name: str) -> Any:
    """Return the account of others as it was before any stack, without the distribution that was adopted."""
    account = runner.initial.account
    if name != "adopted":
        return account
    kept = [each for each in account["distributions"] if each["config"]["Comment"] != "made by hand"]
    return {**account, "distributions": kept}


def cases() -> Iterator[Any]:
    """Yield every end and every operation with a write at which the process dies; each operation with a lost reply."""
    every = [(name, write) for name, each in ENDS.items() for write in each.writes]
    by_operation = one_of_each(every, lambda each: each[1].operation)
    died = one_of_each(every, lambda each: each[0], lambda each: each[1].operation)
    for name, write, fault in [
        *((*each, killed) for each in died),
        *((*each, landed_unanswered) for each in by_operation),
    ]:
        id_ = f"{name}/{write}/{fault.__name__}".replace("_", "-").replace(" ", "-")
        yield pytest.param(name, write, fault, id=id_)


def assert_access_kept(result: Destroyed) -> None:
    """Check that nobody could read who could not before, and that the readers of others' objects still could."""
    assert result.too_much == frozenset()
    assert result.too_little == frozenset()


@pytest.mark.parametrize("name", ENDS)
def test_one_run_does_all_of_it(runner: ScenarioRunner, name: str) -> None:
    """Nothing of the stack is left, nothing of others is gone, and the table lists every write."""
    result = destroy(runner, name)
    assert result.report is not None
    assert result.report.exit_code == 0
    assert sorted(result.operations) == sorted(write.operation for write in ENDS[name].writes)
    assert result.left == ()
    assert result.account == expected(runner, name)
    assert_access_kept(result)


@pytest.mark.parametrize(("name", "write", "fault"), list(cases()))
def test_running_again_is_the_recovery(runner: ScenarioRunner, name: str, write: Write, fault: Fault) -> None:
    """Whichever write fails, the same command ends with the result of a run without faults."""
    result = destroy(runner, name, write, fault)
    assert result.fault_met
    assert result.left == ()
    assert result.account == expected(runner, name)
    assert_access_kept(result)


@pytest.mark.parametrize("name", ENDS)
def test_without_waiting(runner: ScenarioRunner, name: str) -> None:
    """Steps that need the distribution to be disabled at every edge are left for the next run."""
    result = destroy(runner, name, no_wait=True)
    assert result.report is not None
    assert result.report.exit_code in (0, 6)
    assert result.left == ()
    assert result.account == expected(runner, name)
    assert_access_kept(result)
