"""Name the accounts of a plan or a report: stacks of different accounts may have the same name."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cfstream.planning import Plan, StackPlan


class OfAccount(Protocol):
    """A stack of a plan, a report or a proof."""

    @property
    def name(self) -> str: ...

    @property
    def account(self) -> str: ...


def several(stacks: Iterable[OfAccount]) -> bool:
    """Return whether the stacks are in several accounts."""
    return len({stack.account for stack in stacks}) > 1


def named(stack: OfAccount, *, several: bool) -> str:
    """Return the name of a stack; in a run over several accounts, with its account."""
    return f"{stack.name} ({stack.account})" if several else stack.name


def accounts_of(plan: "Plan") -> str:
    """Return ``account 111122223333``, or ``2 accounts`` for a plan of several."""
    return f"account {plan.account}" if plan.account else f"{len(plan.accounts)} accounts"


def grouped(plan: "Plan") -> Iterator[tuple[str, tuple["StackPlan", ...]]]:
    """Yield the stacks of each account under the title of the account; without a title if there is only one."""
    if plan.account:
        yield "", plan.stacks
        return
    for account in plan.accounts:
        yield f"account {account}", plan.of_account(account)
