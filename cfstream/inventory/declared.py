"""Compare what an account has with what specs declare. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import field

from cfstream.errors import CfstreamError
from cfstream.spec.stack import Stack
from cfstream.stack.identities import IDENTITY
from cfstream.stack.shown import ListEntry
from cfstream.startup.frozen import dataclass
from cfstream.values import Account


@dataclass(frozen=True)
class ListedAccount:
    """One account beside the specs of its stacks."""

    account: Account
    entries: tuple[ListEntry, ...] = ()
    declared: Mapping[str, Stack] = field(default_factory=dict)
    """The stack whose spec declares an entry, by the entry's id."""
    missing: tuple[Stack, ...] = ()
    """The stacks without a distribution."""
    error: CfstreamError | None = None
    """Why the account cannot be read; then nothing else is known."""

    @property
    def undeclared(self) -> tuple[ListEntry, ...]:
        """The entries that no spec declares."""
        return tuple(each for each in self.entries if each.id not in self.declared)


def beside_specs(account: Account, entries: Sequence[ListEntry], stacks: Sequence[Stack]) -> ListedAccount:
    """Return the entries of an account with the specs that declare them.

    A spec declares what it adopts or names by id, and what its stack owns.
    """
    by_name = {stack.spec.name: stack for stack in stacks}
    by_id = {stack.spec.adopt: stack for stack in stacks if stack.spec.adopt}
    by_id |= {stack.spec.oai.id: stack for stack in stacks if stack.spec.oai and stack.spec.oai.id}
    declared = {}
    for each in entries:
        stack = by_id.get(each.id) or by_name.get(each.owner or "")
        if stack is not None:
            declared[each.id] = stack
    live = {
        declared[each.id].spec.name for each in entries if each.kind != IDENTITY.kind and each.id in declared
    }
    missing = tuple(stack for stack in stacks if stack.spec.name not in live)
    return ListedAccount(account, tuple(entries), declared, missing)
