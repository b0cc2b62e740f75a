"""Lists the accounts of specs, and compares each with its specs."""

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from cfstream.errors import Refused, Unreachable

if TYPE_CHECKING:
    from cfstream.connection import Connection
    from cfstream.inventory.declared import ListedAccount
    from cfstream.spec.load import Stack
    from cfstream.stack.placement import StackInAccount, StackWithoutAccount
    from cfstream.values import Account

ACCOUNTS = 8
"""Accounts listed at the same time."""


def list_accounts(stacks: "Sequence[Stack]", connection: "Connection") -> "tuple[ListedAccount, ...]":
    """Return the account of each stack, with what it has, and what its specs declare.

    An account that cannot be read has an `error`. If none can be read, raises the first error: SpecProblems for another
    account than that of the credentials, CannotAssume, Refused or Unreachable.
    """
    from cfstream.stack.placement import placed

    accounts: defaultdict[Account, list[StackInAccount | StackWithoutAccount]] = defaultdict(list)
    for each in placed(stacks, connection.world()):
        accounts[each.account].append(each)
    with ThreadPoolExecutor(ACCOUNTS, "cfstream-account") as pool:
        found = tuple(pool.map(_listed, accounts, accounts.values()))
    errors = [each.error for each in found if each.error is not None]
    if errors and len(errors) == len(found):
        raise errors[0]
    return found


def _listed(account: "Account", stacks: "Sequence[StackInAccount | StackWithoutAccount]") -> "ListedAccount":
    """Return one account, read with the first of its connections."""
    from cfstream.inventory.declared import ListedAccount, beside_specs
    from cfstream.inventory.entries import list_all
    from cfstream.stack.placement import StackInAccount, StackWithoutAccount

    reached = [each for each in stacks if isinstance(each, StackInAccount)]
    if not reached:
        error = next(each.error for each in stacks if isinstance(each, StackWithoutAccount))
        return ListedAccount(account, error=error)
    try:
        entries = list_all(reached[0].lists.aws)
    except (Refused, Unreachable) as error:
        return ListedAccount(account, error=error)
    return beside_specs(account, entries, [each.stack for each in stacks])
