"""Judge a requester against statements. The resource is the caller's question: it differs by key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cfstream.access.policy.actions import Action, actions
from cfstream.access.policy.clauses import Clause, every, some
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


def concerns(statement: Statement, requester: Requester) -> bool:
    """Return whether a statement can count for the requester, whatever the action: whether it names who asks."""
    return _named(statement, requester) if statement.allow else _all_named(statement, requester)


def forbids(
    statement: Statement, requester: Requester, may: May, *, only: Sequence[Action] | None = None
) -> bool:
    """Return whether a Deny applies to every request of the requester. The resource is not considered."""
    return all(_denies(statement, requester, action) for action in (actions(may) if only is None else only))


@dataclass(frozen=True)
class Case:
    """A requester before a policy, judged except for the resources. One case serves for every key."""

    rulings: tuple[tuple[tuple[tuple[int, Judgement], ...], tuple[int, ...]], ...]
    """For each action: the statements that allow it, and those that deny every request for it."""
    stays: Verdict
    """Whether Block Public Access leaves the requester what the policy allows."""

    def judge(self, matched_certain: Callable[[int], bool], matched_may: Callable[[int], bool]) -> Judgement:
        """Judge with the resources of one key.

        `matched_certain` and `matched_may` say of a statement's index whether its resource matches.
        """
        found = [_judge_action(*each, matched_certain, matched_may) for each in self.rulings]
        best = max(found, key=_rank, default=NO)
        if best.verdict is Verdict.NO or self.stays is Verdict.NO:
            return replace(NO, denied_by=tuple(sorted({index for each in found for index in each.denied_by})))
        if self.stays is Verdict.YES:
            return best
        return replace(best, verdict=Verdict.MAYBE, undecided=(*best.undecided, RESTRICTED))


def case(
    policy: Sequence[Statement],
    requester: Requester,
    may: May,
    *,
    only: Sequence[Action] | None = None,
    block: Block | None = None,
    account: str = "",
) -> Case:
    """Return the case of a requester.

    `only` limits the actions: those on objects and those on the bucket have different resources. `account` is the
    bucket's.
    """
    if account:
        requester = in_account(requester, account)
    rulings = tuple(_ruling(policy, requester, each) for each in (actions(may) if only is None else only))
    return Case(rulings, _stays(policy, requester, block, account))


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
    """Judge all statements of a policy together, for one key. For several keys, `case` is faster."""
    made = case(policy, requester, may, only=only, block=block, account=account)
    return made.judge(matched_certain, matched_may)


def in_account(requester: Requester, account: str) -> Requester:
    """Return the requester with what every request to a bucket of the account has."""
    return requester.with_keys({"aws:resourceaccount": fixed(account), "s3:resourceaccount": fixed(account)})


def _ruling(
    policy: Sequence[Statement], requester: Requester, action: Action
) -> tuple[tuple[tuple[int, Judgement], ...], tuple[int, ...]]:
    allows = tuple(
        (index, found)
        for index, each in enumerate(policy)
        if each.allow and each.names_action(action) and _named(each, requester)
        if (found := _fulfilled(each, requester, action)).verdict is not Verdict.NO
    )
    if not allows:
        return (), ()
    return allows, tuple(index for index, each in enumerate(policy) if _denies(each, requester, action))


def _judge_action(
    allows: Sequence[tuple[int, Judgement]],
    denies: Sequence[int],
    matched_certain: Callable[[int], bool],
    matched_may: Callable[[int], bool],
) -> Judgement:
    matching = [(index, found) for index, found in allows if matched_may(index)]
    if not matching:
        return NO
    denied = tuple(filter(matched_certain, denies))
    if denied:
        return replace(NO, denied_by=denied)
    found = [
        (index, each if matched_certain(index) else Judgement(Verdict.MAYBE, (RESOURCE, *each.undecided)))
        for index, each in matching
    ]
    best = max(_rank(each) for _, each in found)
    alike = [(index, each) for index, each in found if _rank(each) == best]
    undecided = tuple(dict.fromkeys(clause for _, each in alike for clause in each.undecided))
    return Judgement(_ORDER[best], undecided, tuple(index for index, _ in alike))


def _stays(policy: Sequence[Statement], requester: Requester, block: Block | None, account: str) -> Verdict:
    """Return whether RestrictPublicBuckets leaves the requester its access."""
    if block is None or not block.restrict:
        return Verdict.YES
    public, survives = publicity(policy), survives_restriction(requester, account)
    if public is Verdict.NO or survives is Verdict.YES:
        return Verdict.YES
    return Verdict.NO if public is Verdict.YES and survives is Verdict.NO else Verdict.MAYBE


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
        every(requester.value(key, action), _spelled(each, requester)) for key, each in statement.by_key
    )


def _fulfilled(statement: Statement, requester: Requester, action: Action) -> Judgement:
    """Return whether some request for `action` fulfils the statement's clauses."""
    settled = [
        some(requester.value(key, action), _spelled(each, requester)) for key, each in statement.by_key
    ]
    verdicts = {each.verdict for each in settled}
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
        if requester.spelled.keys() & set(each.values)
        else each
        for each in wanted
    )
