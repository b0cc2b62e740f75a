"""The flow: observe, propose, order, apply. Commands and programs call these functions.

::

    specs ──▶ Stack ──desire──▶ wanted ─┐
                                        ├─propose──▶ steps ──ordered──▶ Plan ──walk──▶ Report
    AWS ───────observe────────▶ live ───┘

A stack with steps is proposed again if more is read because of them (`_observed_more`), and observed and proposed from
the beginning if the tag index or the cache was wrong (`_confirmed`). So stacks without changes need few calls.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from cfstream.access.report import StackAccess
from cfstream.applying import (
    DEFAULT_OPTIONS,
    EventHandler,
    Report,
    Run,
    RunOptions,
    StackEnded,
    StackReport,
    held_up,
    kept_out,
    left_out,
    not_begun,
    quiet,
    walk,
)
from cfstream.errors import CannotAssume, CfstreamError, NoCredentials, Refused, Unreachable
from cfstream.inventory.readers import readers_observed
from cfstream.kinds import KINDS
from cfstream.outputs import freshly_read, names_taken, outputs_after, read_again
from cfstream.planning import (
    Plan,
    StackKey,
    StackPlan,
    in_turn,
    with_companions,
    with_takers,
    without_circles,
)
from cfstream.planning.blocking import Blocked, refusals
from cfstream.planning.current_access import stack_access
from cfstream.planning.draft import Draft, draft, stack_plan
from cfstream.planning.quotas import with_quotas
from cfstream.planning.shared_keys import with_shared_keys
from cfstream.planning.unread import unread
from cfstream.ports import IDENTITY, Role, World
from cfstream.spec.load import Stack
from cfstream.spec.model import Spec
from cfstream.stack.bucket import ONE_AFTER_THE_OTHER
from cfstream.stack.live_state import LiveState
from cfstream.stack.objects import has_object, nearest_keys
from cfstream.stack.owners import account_distributions
from cfstream.stack.placement import (
    StackInAccount,
    StackInContext,
    StackWithoutAccount,
    context_of,
    placed,
    reached,
    session_name,
    specs_by_account,
)
from cfstream.steps.content import canonical
from cfstream.steps.ledger import Ledger
from cfstream.values import Account

if TYPE_CHECKING:
    from cfstream.verification.finding import Proof
    from cfstream.verification.stack import VerificationTools

READERS = 8
"""Stacks and kinds observed at the same time; calls have a limit of their own (`aws`)."""

ACCOUNTS = 8
"""Accounts planned at the same time."""

UNDER_WAY = 32
"""Stacks applied at the same time. Most of them wait for Deployed; those that write take turns."""


def readers() -> Executor:
    """Return the threads that observe stacks and kinds."""
    return ThreadPoolExecutor(READERS)


def make_plan(
    stacks: Sequence[Stack],
    world: World,
    *,
    destroying: bool = False,
    only: Collection[str] | None = None,
) -> Plan:
    """Return the plan of all stacks; with `destroying`, the plan that deletes them. Reads only.

    `world` has the credentials of the caller; a stack with a role is read with those of the role. With `only`, the plan
    of the stacks with these names. The others still count for what specs declare. Raises Refused, Unreachable or
    NoCredentials; but if the stacks are in several accounts, the stacks of that account have the error as a problem,
    and the others are planned.
    """
    beside = specs_by_account(stacks, world)
    accounts: defaultdict[Account, list[StackInAccount | StackWithoutAccount]] = defaultdict(list)
    for each in placed(stacks, world, only):
        accounts[each.account].append(each)
    several = len(accounts) > 1

    def planned(account: Account) -> tuple[StackPlan, ...]:
        return _plan_account(accounts[account], beside[account], destroying=destroying, several=several)

    if several:
        with ThreadPoolExecutor(ACCOUNTS, "cfstream-account") as pool:
            plans = list(pool.map(planned, accounts))
    else:
        plans = [planned(account) for account in accounts]
    one = next(iter(accounts), world.account)
    return Plan(
        None if several else one, with_shared_keys((stack for each in plans for stack in each), stacks)
    )


def _plan_account(
    found: Sequence[StackInAccount | StackWithoutAccount],
    beside: tuple[Spec, ...],
    *,
    destroying: bool,
    several: bool,
) -> tuple[StackPlan, ...]:
    """Return the plans of the stacks of one account, sorted by name."""
    here = [each for each in found if isinstance(each, StackInAccount)]
    contexts = [replace(context_of(each.stack, each.world, beside), destroying=destroying) for each in here]
    plans = [
        unread(each.stack, each.account, each.error, destroying=destroying)
        for each in found
        if isinstance(each, StackWithoutAccount)
    ]
    states = [
        LiveState(each.lists, context, confirmed=False) for each, context in zip(here, contexts, strict=True)
    ]
    try:
        with readers() as pool:
            drafts = _confirmed(pool, _drafts(pool, states))
    except (Refused, Unreachable, NoCredentials, CannotAssume) as error:
        if not several:
            raise
        plans += [
            unread(context.stack, context.account, error, destroying=destroying) for context in contexts
        ]
    else:
        # Only steps count for other stacks. In a run without changes, none is compared with all others.
        writing = [each for each in drafts if each.steps]
        plans += with_quotas([stack_plan(each, writing) for each in drafts], partial(_existing, here))
    return with_takers(with_companions(without_circles(sorted(plans, key=lambda plan: plan.name))))


def _existing(here: Sequence[StackInAccount], kind: str) -> int:
    """Return how many resources of a kind the account has. Every plan has read the lists already."""
    lists = here[0].lists
    owned = next(each.owned for each in KINDS if each.name == kind)
    if owned is None:
        rows = lists.of(account_distributions).all
        return sum(each.delivery.kind == kind for each in rows)
    # Policies of AWS do not count.
    return sum(row.get("Type") != "managed" for row in lists.aws.items(owned.listing))


def _drafts(pool: Executor, states: Sequence[LiveState]) -> list[tuple[LiveState, Draft]]:
    """Observe the stacks, and return each one's live state with its draft."""
    wants = [{kind.name: kind.desire(state.context) for kind in KINDS} for state in states]
    _read_first(pool, states)
    lives = _observed(pool, states, wants)
    return [
        (state, _observed_more(draft(state.context, want, live, state.own), state))
        for state, want, live in zip(states, wants, lives, strict=True)
    ]


def _observed(
    pool: Executor, states: Sequence[LiveState], wants: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return what each kind observes, for each stack."""
    if len(states) >= ONE_AFTER_THE_OTHER:
        # Enough stacks are observed at the same time, and a thread for each kind would only take time.
        return list(pool.map(_observed_by_all, states, wants))
    futures = [
        {kind.name: pool.submit(kind.observe, state.aws, state, want[kind.name]) for kind in KINDS}
        for state, want in zip(states, wants, strict=True)
    ]
    return [{name: future.result() for name, future in row.items()} for row in futures]


def _observed_by_all(state: LiveState, want: Mapping[str, Any]) -> dict[str, Any]:
    return {kind.name: kind.observe(state.aws, state, want[kind.name]) for kind in KINDS}


def _confirmed(pool: Executor, drafted: Sequence[tuple[LiveState, Draft]]) -> list[Draft]:
    """Return the drafts. A stack that will be written is observed again if index or cache were wrong."""
    writing = [state for state, each in drafted if each.steps]
    fresh = [replace(state, confirmed=True) for state in writing]
    changed = {
        new.context.name: new
        for old, new, known in zip(writing, fresh, pool.map(_owners, fresh), strict=True)
        if known != _owners(old)
    }
    again = {state.context.name: each for state, each in _drafts(pool, list(changed.values()))}
    return [again.get(each.context.name, each) for _, each in drafted]


def _owners(state: LiveState) -> tuple[object, ...]:
    """Return the owners of distributions, and the stack's own one with its document in whatever order AWS lists it."""
    return state.stacks, state.own, canonical(state.own.config) if state.own else None


def _read_first(pool: Executor, states: Sequence[LiveState]) -> None:
    """Read what every kind of each stack starts from. Raises the first refusal."""
    reads = [pool.submit(read) for each in states for read in (each.read_s3, each.read_cloudfront)]
    for future in reads:
        future.result()


def _observed_more(drafted: Draft, state: LiveState) -> Draft:
    """Return the draft with what matters only because something will be written: other plans read less."""
    live = drafted.results.live
    more = {kind.name: kind.observe_more(state.aws, state, live[kind.name], drafted.steps) for kind in KINDS}
    return draft(drafted.context, drafted.results.wanted, more, state.own) if more != live else drafted


def apply_plan(
    plan: Plan, world: World, options: RunOptions = DEFAULT_OPTIONS, *, tell: EventHandler = quiet
) -> Report:
    """Apply the plan, stacks side by side, and report. An error of a step is reported and never raised."""
    run = Run(world, tell, options)
    # Each account has a ledger of its own: a write that waits in one account does not hold up the others.
    ledgers = {stack.account: Ledger() for stack in plan.stacks}
    refused = refusals(plan.stacks, options.allow)
    gives = names_taken(plan, lambda stack, _: stack.key not in refused)
    with ThreadPoolExecutor(UNDER_WAY) as pool:
        reported: dict[StackKey, Future[StackReport]] = {}
        # A stack that waits for another one is submitted after it, so one of those that run never waits.
        for stack in in_turn(plan.stacks):
            before = [reported[key] for key in stack.keys_before if key in reported]
            own = replace(run, ledger=ledgers[stack.account], gives=gives[stack.key])
            reported[stack.key] = pool.submit(_apply_stack, stack, own, refused.get(stack.key), before)
        return read_again(plan, Report.of(reported[stack.key].result() for stack in plan.stacks), world)


def verify_stacks(stacks: Sequence[Stack], world: World, tools: "VerificationTools") -> "Proof":
    """Return the proof of each stack. Reads AWS and sends viewers' requests; changes nothing.

    Nothing is verified of a stack whose role cannot be assumed. Raises SpecProblems for a stack of another account than
    that of the credentials, Refused, Unreachable, NoCredentials, or CannotSign.
    """
    # Planning does not sign, and the import of what signs takes a tenth of its time.
    from cfstream.verification import Proof, StackProof, verify_stack
    from cfstream.verification.stack import unreached

    found = reached(stacks, world)

    def verified(each: StackInContext | StackWithoutAccount) -> StackProof:
        if isinstance(each, StackWithoutAccount):
            return unreached(each.stack, each.account, each.error)
        return verify_stack(each.state, tools)

    with readers() as pool:
        return Proof(tuple(pool.map(verified, found)))


def access_of(stacks: Sequence[Stack], world: World, key: str | None = None) -> tuple[StackAccess, ...]:
    """Return who can read each stack's bucket now, or one object of it. Reads what `verify` reads of AWS.

    A stack that cannot be read has an `error`. If none can be read, raises the first error: CannotAssume, Refused,
    Unreachable or NoCredentials. Raises SpecProblems for a stack of another account than that of the credentials.
    """
    with readers() as pool:
        found = tuple(pool.map(lambda each: _access(each, key), reached(stacks, world)))
    errors = [each.error for each in found if each.error is not None]
    if errors and len(errors) == len(found):
        raise errors[0]
    return found


def _access(each: StackInContext | StackWithoutAccount, key: str | None) -> StackAccess:
    """Return who can read the bucket of a stack, or why that cannot be read."""
    if isinstance(each, StackWithoutAccount):
        return StackAccess(each.stack.spec.name, each.stack.path, key, account=each.account, error=each.error)
    context = replace(each.context, asked_key=key)
    state = LiveState(each.lists, context)
    try:
        found = stack_access(context, readers_observed(state.aws, state), key)
        if key is not None and state.bucket.usable:
            found = _with_object(found, state, key)
    except (Refused, Unreachable) as error:
        return StackAccess(context.name, context.stack.path, key, account=context.account, error=error)
    return replace(found, account=context.account)


def _with_object(found: StackAccess, state: LiveState, key: str) -> StackAccess:
    """Return `found` with whether the bucket has the object, and the nearest keys if it has not."""
    aws, context, name, region = state.aws, state.context, state.bucket.name, state.bucket.region
    try:
        exists = has_object(aws, context, name, region, key)
    except (Refused, Unreachable):
        return found
    near = () if exists else nearest_keys(aws, context, name, region, key)
    return replace(found, object_exists=exists, nearest=near)


def _apply_stack(
    plan: StackPlan, run: Run, refused: Blocked | None, before: Sequence[Future[StackReport]]
) -> StackReport:
    """Apply one stack after those `before` it, and report."""
    report = _blocked_or_held_up(plan, refused, [each.result() for each in before])
    if report is None and run.failed:
        report = not_begun(plan, run.failed[0])
    if report is None and plan.steps:
        run, report = _entered(plan, run)
    if report is None:
        report, brought = walk(plan, run)
        outputs = outputs_after(plan, report, brought)
        if report.steps:
            outputs |= freshly_read(run.world.aws, plan, outputs, brought.get(report.steps[-1].id))
    else:
        outputs = outputs_after(plan, report, {})
    report = replace(report, outputs=outputs, destroying=plan.destroying, gives=run.gives)
    if run.options.fail_fast and not report.outcome.is_as_specified:
        run.failed.append(report)
    run.tell(StackEnded(report))
    return report


def _blocked_or_held_up(
    plan: StackPlan, why: Blocked | None, before: Sequence[StackReport]
) -> StackReport | None:
    """Return the report of a stack that must not be applied; None for any other."""
    return left_out(plan, why) if why else held_up(plan, before)


def _entered(plan: StackPlan, run: Run) -> tuple[Run, StackReport | None]:
    """Return the run with the connection to the stack's account; if nothing of it may be written, a report.

    AWS is asked again before the first write of every stack: credentials may have changed since the plan. What the plan
    could not check is checked now.
    """
    try:
        role = Role(plan.role, session_name([plan.name])) if plan.role else None
        own = run.world.assume(role) if role else run.world
        caller = own.aws.read(IDENTITY)
    except CfstreamError as error:
        return run, kept_out(plan, error.what)
    account = str(caller.get("Account", ""))
    if account != plan.account:
        what = f"the plan is for account {plan.account}, and the credentials are of account {account}"
        return run, kept_out(plan, what)
    try:
        for check in plan.checks:
            check.before_writing(own.aws)
    except CfstreamError as error:
        return run, kept_out(plan, error.what, error.do)
    return replace(run, world=own), None
