"""Judge a requester against statements. The resource is the caller's question: it differs by key."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from cfstream.access.policy.actions import Action, actions
from cfstream.access.policy.clauses import Clause, settle
from cfstream.access.policy.context import fixed
from cfstream.access.policy.principals import Covers, covers
from cfstream.access.policy.public import publicity, survives_restriction
from cfstream.access.policy.requester import Requester
from cfstream.access.policy.statement import Statement
from cfstream.access.reader import May, Verdict
from cfstream.domain import Block

RESTRICTED = "RestrictPublicBuckets"
RESOURCE = "Resource"

_ORDER = (Verdict.NO, Verdict.MAYBE, Verdict.YES)


@dataclass(frozen=True)
class Judgement:
    """An answer, and what it rests on."""

    verdict: Verdict
    undecided: tuple[str, ...] = ()
    """The clauses that were not decided, in words. Empty for yes and no."""
    allowed_by: tuple[int, ...] = ()
    """Indices of the statements that allow."""
    denied_by: tuple[int, ...] = ()
    """Indices of the statements that deny what another one allows."""


NO = Judgement(Verdict.NO)


def admits(
    statement: Statement, requester: Requester, may: May, *, only: Sequence[Action] | None = None
) -> Judgement:
    """Return whether an Allow applies to some request of the requester. The resource is not considered."""
    if not statement.allow or not _named(statement, requester):
        return NO
    found = [
        _fulfilled(statement, requester, action)
        for action in (actions(may) if only is None else only)
        if statement.names_action(action)
    ]
    return max(found, key=_rank, default=NO)


def forbids(
    statement: Statement, requester: Requester, may: May, *, only: Sequence[Action] | None = None
) -> bool:
    """Return whether a Deny applies to every request of the requester. The resource is not considered."""
    return all(_denies(statement, requester, action) for action in (actions(may) if only is None else only))


def judge(
    policy: Sequence[Statement],
    requester: Requester,
    may: May,
    matched_certain: Callable[[int], bool],
    matched_may: Callable[[int], bool],
    *,
    only: Sequence[Action] | None = None,
    block: Block | None = None,
    account: str = "",
) -> Judgement:
    """Judge all statements of a policy together.

    `matched_certain` and `matched_may` say of a statement's index whether its resource matches. `only` limits the
    actions: those on objects and those on the bucket have different resources. `account` is the bucket's.
    """
    if account:
        requester = in_account(requester, account)
    found = [
        _judge_action(policy, requester, action, matched_certain, matched_may)
        for action in (actions(may) if only is None else only)
    ]
    best = max(found, key=_rank, default=NO)
    if best.verdict is Verdict.NO:
        denied = tuple(sorted({index for each in found for index in each.denied_by}))
        return replace(NO, denied_by=denied)
    return _restricted(best, policy, requester, account) if block and block.restrict else best


def in_account(requester: Requester, account: str) -> Requester:
    """Return the requester with what every request to a bucket of the account has."""
    return requester.with_keys({"aws:resourceaccount": fixed(account), "s3:resourceaccount": fixed(account)})


def _judge_action(
    policy: Sequence[Statement],
    requester: Requester,
    action: Action,
    matched_certain: Callable[[int], bool],
    matched_may: Callable[[int], bool],
) -> Judgement:
    allows = list(_allows(policy, requester, action, matched_certain, matched_may))
    if not allows:
        return NO
    denied = tuple(
        index
        for index, each in enumerate(policy)
        if not each.allow and _denies(each, requester, action) and matched_certain(index)
    )
    if denied:
        return replace(NO, denied_by=denied)
    best = max((each for _, each in allows), key=_rank)
    alike = [(index, each) for index, each in allows if each.verdict is best.verdict]
    undecided = tuple(dict.fromkeys(clause for _, each in alike for clause in each.undecided))
    return Judgement(best.verdict, undecided, tuple(index for index, _ in alike))


def _allows(
    policy: Sequence[Statement],
    requester: Requester,
    action: Action,
    matched_certain: Callable[[int], bool],
    matched_may: Callable[[int], bool],
) -> Iterator[tuple[int, Judgement]]:
    for index, each in enumerate(policy):
        if not (each.allow and matched_may(index) and each.names_action(action) and _named(each, requester)):
            continue
        found = _fulfilled(each, requester, action)
        if found.verdict is Verdict.NO:
            continue
        if not matched_certain(index):
            found = Judgement(Verdict.MAYBE, (RESOURCE, *found.undecided))
        yield index, found


def _restricted(
    found: Judgement, policy: Sequence[Statement], requester: Requester, account: str
) -> Judgement:
    public = publicity(policy)
    stays = survives_restriction(requester, account)
    if public is Verdict.NO or stays is Verdict.YES:
        return found
    if public is Verdict.YES and stays is Verdict.NO:
        return NO
    return replace(found, verdict=Verdict.MAYBE, undecided=(*found.undecided, RESTRICTED))


def _rank(found: Judgement) -> int:
    return _ORDER.index(found.verdict)


def _named(statement: Statement, requester: Requester) -> bool:
    """Return whether an Allow names the requester. A principal of an account is a requester of its own."""
    found = [covers(each, requester.principal) for each in statement.principals]
    return (Covers.ALL in found) is not statement.negated if found or statement.negated else False


def _all_named(statement: Statement, requester: Requester) -> bool:
    """Return whether a Deny names every request of the requester."""
    found = [covers(each, requester.principal) for each in statement.principals]
    return all(each is Covers.NONE for each in found) if statement.negated else Covers.ALL in found


def _denies(statement: Statement, requester: Requester, action: Action) -> bool:
    if statement.allow or not statement.names_action(action) or not _all_named(statement, requester):
        return False
    return all(
        settle(requester.value(key, action), _spelled(each, requester)).every
        for key, each in statement.by_key.items()
    )


def _fulfilled(statement: Statement, requester: Requester, action: Action) -> Judgement:
    """Return whether some request for `action` fulfils the statement's clauses."""
    settled = [
        settle(requester.value(key, action), _spelled(each, requester))
        for key, each in statement.by_key.items()
    ]
    verdicts = {each.some for each in settled}
    if Verdict.NO in verdicts:
        return NO
    undecided = tuple(clause for each in settled for clause in each.undecided)
    return Judgement(Verdict.MAYBE if Verdict.MAYBE in verdicts else Verdict.YES, undecided)


def _spelled(wanted: tuple[Clause, ...], requester: Requester) -> tuple[Clause, ...]:
    """Return the clauses with ids that are not known yet in the form that AWS will give them."""
    if not requester.spelled:
        return wanted
    return tuple(
        replace(each, values=tuple(requester.spelled.get(value, value) for value in each.values))
        for each in wanted
    )
