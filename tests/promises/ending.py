"""Destroying stacks in tests of promises."""

from typing import Any

from cfstream.applying import Report
from cfstream.planning import StackPlan
from cfstream.workflow import make_plan
from tests.world.account import SandboxAccount
from tests.world.plans import report_lines, steps
from tests.world.specs import Json

YES = ("deletes", "cuts-viewers")


def ending(account: SandboxAccount, document: Json) -> StackPlan:
    """Return the plan that destroys this stack."""
    return make_plan(account.load(document), account.world, destroying=True).stacks[0]


def destroy(account: SandboxAccount, *documents: Json, **options: Any) -> Report:
    """Destroy these stacks, with confirmation."""
    return account.run(
        make_plan(account.load(*documents), account.world, destroying=True), **{"allow": YES, **options}
    )


def assert_destroyed(account: SandboxAccount, *documents: Json) -> None:
    """Destroy these stacks, and check that everything is done and nothing is left to do."""
    report = destroy(account, *documents)
    assert report.exit_code == 0, report_lines(report)
    for document in documents:
        assert steps(ending(account, document)) == []


def verbs(plan: StackPlan) -> list[str]:
    """Return verb and kind of each step, in order."""
    return [f"{step.verb} {step.address.kind}" for step in plan.steps]


def notices(plan: StackPlan) -> str:
    """Return the text of all notices."""
    return "\n".join(notice.text for notice in plan.notices)
