"""Credentials of a role expire, and are refreshed before they do."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cfstream.applying import StackOutcome
from cfstream.aws import roles
from cfstream.errors import CannotAssume
from cfstream.ports import IDENTITY
from cfstream.workflow import apply_plan
from tests.accounts.two import HERE, OTHER, THERE, TwoAccounts, role, without_role
from tests.world.plans import report_lines


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let all credentials expire within a minute, so that each call refreshes them. Return the keys, in order."""
    found: list[str] = []
    original = roles._credentials

    def expiring(reply: Mapping[str, Any]) -> Mapping[str, str]:
        credentials = {**original(reply)}
        credentials["expiry_time"] = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
        found.append(credentials["access_key"])
        return credentials

    monkeypatch.setattr(roles, "_credentials", expiring)
    return found


def test_a_run_outlives_its_credentials(accounts: TwoAccounts, fetched: list[str]) -> None:
    """Every step has credentials, and all are of the same session name."""
    report = apply_plan(accounts.plan(HERE, THERE), accounts.world())
    assert report.exit_code == 0, report_lines(report)
    assert len({*fetched}) > 10
    assert accounts.plan(HERE, THERE).in_sync


def test_a_role_that_is_revoked_during_a_run(accounts: TwoAccounts, fetched: list[str]) -> None:
    """Credentials that cannot be refreshed end the stack with the reason; the other account's stack is applied."""
    world = accounts.world()
    plan = accounts.plan(HERE, THERE, world=world)
    with without_role(accounts.sandbox):
        with pytest.raises(CannotAssume, match="cannot be assumed"):
            world.assume(role()).aws.read(IDENTITY)
        report = apply_plan(plan, world)
    here, there = report.stacks
    assert here.outcome is StackOutcome.APPLIED
    assert there.outcome is StackOutcome.FAILED
    assert "cannot be assumed" in there.why
    assert accounts.distributions(OTHER) == []
    assert len(fetched) > 1
