"""Find the account of each stack, and the connection to it.

A stack with a `role` uses the credentials of that role, any other stack those of the caller. Stacks of one role share a
session, and the lists that were read and parsed with it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from cfstream.errors import CfstreamError, SpecProblems, WrongUsage
from cfstream.indexed import Indexed
from cfstream.ports import Role, World
from cfstream.spec.clashes import clashes_in
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.context import StackContext
from cfstream.stack.live_state import LiveState
from cfstream.startup.frozen import dataclass
from cfstream.values import Account

if TYPE_CHECKING:
    from cfstream.spec.model import Spec
    from cfstream.spec.stack import Stack

SESSIONS = 8
"""Roles assumed at the same time."""


@dataclass(frozen=True)
class StackInAccount:
    """A stack with the connection to its account, and the lists that all stacks of that connection share."""

    stack: "Stack"
    world: World
    lists: AccountLists

    @property
    def account(self) -> Account:
        return self.world.account


@dataclass(frozen=True)
class StackWithoutAccount:
    """A stack whose account must not or cannot be used, and why."""

    stack: "Stack"
    account: Account
    error: CfstreamError


def world_of(stack: "Stack", world: World) -> World:
    """Return the connection to the account of a stack. `world` has the credentials of the caller.

    Raises SpecProblems if `account` is another account than that of the credentials, CannotAssume, NoCredentials or
    Unreachable.
    """
    spec = stack.spec
    found = world.assume(Role(spec.role, session_name([spec.name]))) if spec.role else world
    if error := _mismatch(stack, found):
        raise error
    return found


def session_name(stacks: Sequence[str]) -> str:
    """Return the name of a session for stacks: that of the first one, and how many more there are."""
    first = min(stacks)
    return f"cfstream-{first}+{len(stacks) - 1}" if len(stacks) > 1 else f"cfstream-{first}"


def account_of(spec: "Spec", world: World) -> Account:
    """Return the account of a spec, without a connection to it."""
    return Account(spec.home) if spec.home else world.account


def placed(
    stacks: Sequence["Stack"], world: World, only: Collection[str] | None = None
) -> tuple[StackInAccount | StackWithoutAccount, ...]:
    """Return the stacks with their connections, by account and name; with `only`, the stacks with these names.

    `world` has the credentials of the caller. Raises SpecProblems if two stacks of one account have the same name.
    """
    # Without these fields, `load` has found all clashes.
    if any(stack.spec.home for stack in stacks) and (found := sorted(clashes_in(stacks, world.account))):
        raise SpecProblems(tuple(found))
    chosen = [stack for stack in stacks if only is None or stack.spec.name in only]
    ordered = sorted(chosen, key=lambda stack: (account_of(stack.spec, world), stack.spec.name))
    roles = list(dict.fromkeys(stack.spec.role or "" for stack in ordered))
    names = {role: [each.spec.name for each in ordered if (each.spec.role or "") == role] for role in roles}
    with ThreadPoolExecutor(SESSIONS, "cfstream-role") as pool:
        assumed = pool.map(lambda role: _assumed(world, role, names[role]), roles)
        worlds = dict(zip(roles, assumed, strict=True))
    lists = {
        role: AccountLists(each.reads(), each.clock.aws_now(), _stacks_in(each.account, ordered, world))
        for role, each in worlds.items()
        if isinstance(each, World)
    }
    result: list[StackInAccount | StackWithoutAccount] = []
    for stack in ordered:
        role = stack.spec.role or ""
        own = worlds[role]
        error = own if isinstance(own, CfstreamError) else _mismatch(stack, own)
        if isinstance(own, World) and error is None:
            result.append(StackInAccount(stack, own, lists[role]))
        elif error is not None:
            result.append(StackWithoutAccount(stack, account_of(stack.spec, world), error))
    return tuple(result)


def _stacks_in(account: Account, stacks: Sequence["Stack"], world: World) -> int:
    return sum(1 for stack in stacks if account_of(stack.spec, world) == account)


def refuse_accounts(found: Iterable[StackInAccount | StackWithoutAccount]) -> None:
    """Raise SpecProblems with each stack whose `account` is not that of its credentials."""
    errors = [each.error for each in found if isinstance(each, StackWithoutAccount)]
    problems = [problem for error in errors if isinstance(error, SpecProblems) for problem in error.problems]
    if problems:
        raise SpecProblems(tuple(sorted(problems)))


def context_of(stack: "Stack", own: World, beside: "tuple[Spec, ...]" = ()) -> StackContext:
    """Return the context of a stack as of now: `own` is its account's connection, `beside` are other specs there."""
    return StackContext(
        stack=stack,
        account=own.account,
        partition=own.partition,
        region=own.region,
        now=own.clock.aws_now(),
        real_aws=own.real_aws,
        beside=beside,
        flags=own.flags,
        all_objects=own.all_objects,
    )


def _assumed(world: World, role: str, stacks: Sequence[str]) -> World | CfstreamError:
    """Return the connection of a role, or why there is none; without a role, the caller's."""
    try:
        if not role:
            return world
        return replace(world.assume(Role(role, session_name(stacks))), all_objects=world.all_objects)
    except WrongUsage:
        # A snapshot without this account: no other stack can be planned either.
        raise
    except CfstreamError as error:
        return error


def _mismatch(stack: "Stack", own: World) -> SpecProblems | None:
    """Return the problem of a stack whose account is not that of the connection."""
    account = stack.spec.account
    if not account or account == own.account:
        return None
    what = f"account is {account}, and the credentials are of account {own.account}"
    do = f"use credentials of {account} (check --profile), or add role: arn:aws:iam::{account}:role/…"
    return SpecProblems((stack.problem(what, do, "account"),))


@dataclass(frozen=True)
class StackInContext:
    """A stack in its context, and the connection to its account with the lists that its stacks share."""

    context: StackContext
    world: World
    lists: AccountLists

    @property
    def state(self) -> LiveState:
        """The live state of the stack. Nothing of it is read yet."""
        return LiveState(self.lists, self.context)


def in_context(stacks: Sequence["Stack"], world: World) -> list[StackInContext]:
    """Return each stack with its context, sorted by account and name.

    Raises SpecProblems, CannotAssume, NoCredentials or Unreachable if an account must not or cannot be used.
    """
    found = reached(stacks, world)
    for each in found:
        if isinstance(each, StackWithoutAccount):
            raise each.error
    return [each for each in found if isinstance(each, StackInContext)]


def reached(stacks: Sequence["Stack"], world: World) -> list[StackInContext | StackWithoutAccount]:
    """Return each stack with its context, or why its account cannot be used, sorted by account and name.

    Raises SpecProblems for stacks of another account than that of the credentials.
    """
    beside = specs_by_account(stacks, world)
    found = placed(stacks, world)
    refuse_accounts(found)
    return [
        each
        if isinstance(each, StackWithoutAccount)
        else StackInContext(context_of(each.stack, each.world, beside[each.account]), each.world, each.lists)
        for each in found
    ]


def contexts_of(stacks: Sequence["Stack"], world: World) -> list[StackContext]:
    """Return a context for each stack, sorted by account and name. Raises as `in_context`."""
    return [each.context for each in in_context(stacks, world)]


def specs_by_account(stacks: Sequence["Stack"], world: World) -> "Mapping[Account, Indexed[Spec]]":
    """Return the specs of each account: only those of one account are beside each other."""
    found: defaultdict[Account, list[Spec]] = defaultdict(list)
    for stack in stacks:
        found[account_of(stack.spec, world)].append(stack.spec)
    return {account: Indexed(specs) for account, specs in found.items()}
