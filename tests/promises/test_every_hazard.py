"""Every hazard blocks apply until it is allowed by name. A new member of `HazardName` needs an example here."""

from collections.abc import Callable

import pytest

from cfstream.planning import Plan
from cfstream.steps.hazards import HazardName
from cfstream.workflow import make_plan
from tests.promises.account import snapshot
from tests.promises.batched import by_job, ready, share
from tests.world.account import SandboxAccount
from tests.world.plans import hazards, outcome, report_lines
from tests.world.specs import Json, signed, without


def changed(before: Json, after: Json) -> Callable[[SandboxAccount], Plan]:
    """Return a function that applies the first spec and returns the plan of the second one."""

    def plan(account: SandboxAccount) -> Plan:
        account.bucket("media", "a/one.mp4", "b/two.mp4")
        account.converge(before)
        return account.plan(after)

    return plan


def _destroyed(account: SandboxAccount) -> Plan:
    account.bucket("media", "a/one.mp4")
    account.converge(signed())
    return make_plan(account.load(signed()), account.world, destroying=True)


def _job_over_grants_of_others(account: SandboxAccount) -> Plan:
    share(ready(account))
    return account.plan(by_job())


EXAMPLES: dict[HazardName, Callable[[SandboxAccount], Plan]] = {
    HazardName.MAKES_PUBLIC: changed(signed(), {**without(signed(), "trusted_signers"), "public": True}),
    HazardName.CUTS_VIEWERS: changed(signed(), signed(enabled=False)),
    HazardName.WIDENS_GRANT: changed(signed(grant={"prefix": "a/"}), signed()),
    HazardName.WEAKENS_TLS: changed(signed(), signed(http={"viewer_protocol": "allow-all"})),
    HazardName.LOSES_FIREWALL: changed(signed(http={"geo": {"allow": ["US"]}}), signed(http={"geo": {}})),
    HazardName.REPLACES_ACLS: _job_over_grants_of_others,
    HazardName.DELETES: _destroyed,
}
"""Return the plan of a change that has the hazard, in an empty account."""


def test_every_hazard_has_an_example() -> None:
    """No hazard is without a test that shows that it blocks."""
    missing = ", ".join(name for name in HazardName if name not in EXAMPLES)
    assert not missing, f"add a change that has the hazard {missing} to EXAMPLES"


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_blocks_until_it_is_allowed(empty: SandboxAccount, name: HazardName) -> None:
    """Nothing is written if all other hazards are allowed. If it is allowed as well, the same plan is applied."""
    plan = EXAMPLES[name](empty)
    assert name in hazards(plan.stacks[0])
    live = snapshot(empty)
    report = empty.run(plan, allow=[other for other in HazardName if other is not name])
    assert (report.exit_code, outcome(report)) == (5, "blocked"), report_lines(report)
    assert snapshot(empty) == live
    report = empty.run(plan, allow=tuple(HazardName))
    assert (report.exit_code, outcome(report)) == (0, "applied"), report_lines(report)
    assert snapshot(empty) != live
