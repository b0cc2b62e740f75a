"""Changes that neither open nor close anything cause no alarm in verify or plan."""

from collections.abc import Callable

import pytest

from cfstream.verification import Verdict
from tests.verify import harmless
from tests.verify.account import VerifiedAccount

CHANGES = [
    change
    for name, change in sorted(vars(harmless).items())
    if callable(change)
    and getattr(change, "__module__", "") == harmless.__name__
    and not name.startswith("_")
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_no_alarm_is_raised(account: VerifiedAccount, change: Callable[[VerifiedAccount], None]) -> None:
    """Every check passes, also with a key. The plan is empty, and has no opening."""
    change(account)
    proof = account.proof(key=account.key)
    assert [each for each in proof.findings if each.verdict is not Verdict.HELD] == []
    plan = account.plan(account.spec)
    assert plan.in_sync, account.planned()
    assert plan.stacks[0].exposure.openings == ()
