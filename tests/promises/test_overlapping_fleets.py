"""Two runs at the same time over fleets that have a stack in common."""

from concurrent.futures import ThreadPoolExecutor

from cfstream.workflow import apply_plan
from tests.world.account import SandboxAccount
from tests.world.plans import report_lines
from tests.world.specs import signed

A, B, C = (signed(name=name) for name in "abc")


def test_both_converge_without_duplicates(account: SandboxAccount) -> None:
    """Both made their plans before either wrote. Nothing is created twice, and running again completes the rest."""
    plans = [account.plan(A, B), account.plan(B, C)]
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda plan: apply_plan(plan, account.world), plans))
    assert {report.exit_code for report in reports} <= {0, 1, 4}
    report = account.apply(A, B, C)
    assert report.exit_code == 0, report_lines(report)
    assert account.plan(A, B, C).in_sync
    assert sorted(account.tags(row["ARN"])["cfstream:name"] for row in account.distributions()) == [*"abc"]
    assert {*account.statements()} == {f"cfstream-{name}-oac" for name in "abc"}
    assert len(account.controls()) == 3
