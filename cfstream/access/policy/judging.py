"""Judge a requester against statements. The caller decides which resources match, because that differs by key."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property

from cfstream.access.policy.actions import Action
from cfstream.access.policy.clauses import Clause, every, some
from cfstream.access.policy.context import fixed
from cfstream.access.policy.principals import Covers, covers
from cfstream.access.policy.public import publicity, survives_restriction
from cfstream.access.policy.requester import Requester
from cfstream.access.policy.statement import Statement
from cfstream.access.policy.variables import replaced
from cfstream.access.reader import Certainty
from cfstream.domain import Block
from cfstream.startup.frozen import dataclass

RESTRICTED = "RestrictPublicBuckets"
RESOURCE = "Resource"


@dataclass(frozen=True)
class Judgement:
    """An answer and its basis. Statements are identified by their index in the policy."""

    verdict: Certainty
    allowed_by: tuple[int, ...] = ()
    """The statements that allow it, certainly or perhaps."""
    denied_by: tuple[int, ...] = ()
    """The statements that deny every request."""
    clauses: tuple[tuple[int, str], ...] = ()
    """The undecided parts: the statement, and the clause as text or `RESOURCE`."""
    restricted: bool = False
    """Whether it is undecided if RestrictPublicBuckets still allows the requester."""

    @property
    def undecided(self) -> tuple[str, ...]:
        """Return the undecided parts as text, each once. Empty if the verdict is yes or no."""
        words = [clause for _, clause in self.clauses]
        return tuple(dict.fromkeys([*words, RESTRICTED] if self.restricted else words))


NO = Judgement(Certainty.NO)


@dataclass(frozen=True)
class _StatementMasks:
    """The effect of every Allow on one requester and one action, for any resource. Statements are bits."""

    allowed: int = 0
    maybe: int = 0
    clauses: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """The undecided clauses of each statement in `maybe`, by its index."""


_NEVER = _StatementMasks()


@dataclass
class Judge:
    """One policy on a bucket of `account`, under `block`. Caches its answers, so use one judge for all keys."""

    statements: tuple[Statement, ...]
    block: Block
    account: str

    def __post_init__(self) -> None:
        self._bits: dict[tuple[int, str], _StatementMasks] = {}
        self._forbidden: dict[tuple[int, str], int] = {}
        self._concerning: dict[int, int] = {}
        self._naming: dict[str, int] = {}
        self._allowing = sum(each.allow << index for index, each in enumerate(self.statements))
        self._unconditional = sum(each.unconditional << index for index, each in enumerate(self.statements))
        self._kept: list[Requester] = []

    def known(self, requester: Requester) -> Requester:
        """Return the requester with this bucket's context, cached so that it is judged once."""
        mine = in_account(requester, self.account)
        for each in self._kept:
            if each == mine:
                return each
        self._kept.append(mine)
        return mine

    def decide(
        self, requester: Requester, action: Action, may: int, certain: int, forbidding: int | None = None
    ) -> Judgement:
        """Return whether a requester returned by `known` may perform the action.

        The first two masks are the statements whose Resource may match, and those whose Resource certainly matches.
        `forbidding` are those of a Deny whose Resource certainly matches; the default is `certain`.
        """
        bits = self._judged(requester, action)
        allowed = bits.allowed & certain
        unsure = bits.allowed & may & ~certain | bits.maybe & may
        if not allowed and not unsure:
            return NO
        if denied := self.forbidden(requester, action) & (certain if forbidding is None else forbidding):
            return replace(NO, denied_by=_indices(denied))
        restriction = self._restriction(requester)
        if restriction is Certainty.NO:
            return NO
        indices = _indices(allowed or unsure)
        if allowed and restriction is Certainty.YES:
            return Judgement(Certainty.YES, indices)
        clauses = () if allowed else tuple(_clauses(bits, indices, certain))
        return Judgement(Certainty.MAYBE, indices, clauses=clauses, restricted=restriction is Certainty.MAYBE)

    def forbidden(self, requester: Requester, action: Action) -> int:
        """Return, as bits, the statements that deny every request of a requester of `known`, if the resources match."""
        key = (id(requester), action.name)
        if key not in self._forbidden:
            denying = self._about(requester, action) & ~self._allowing
            self._forbidden[key] = denying & self._unconditional | sum(
                _denies(self.statements[index], requester, action) << index
                for index in _indices(denying & ~self._unconditional)
            )
        return self._forbidden[key]

    @cached_property
    def _publicity(self) -> Certainty:
        return publicity(self.statements) if self.block.restrict else Certainty.NO

    def _restriction(self, requester: Requester) -> Certainty:
        """Decide whether RestrictPublicBuckets allows a requester. Certain only if the policy is certainly public."""
        if self._publicity is Certainty.NO:
            return Certainty.YES
        survives = survives_restriction(requester, self.account)
        if survives is Certainty.YES or self._publicity is Certainty.YES:
            return survives
        return Certainty.MAYBE

    def _judged(self, requester: Requester, action: Action) -> _StatementMasks:
        key = (id(requester), action.name)
        if key not in self._bits:
            allowing = self._about(requester, action) & self._allowing
            self._bits[key] = self._judge(requester, action, allowing) if allowing else _NEVER
        return self._bits[key]

    def _judge(self, requester: Requester, action: Action, allowing: int) -> _StatementMasks:
        allowed, maybe = allowing & self._unconditional, 0
        clauses: dict[int, tuple[str, ...]] = {}
        for index in _indices(allowing & ~self._unconditional):
            verdict, undecided = _fulfilled(self.statements[index], requester, action)
            if verdict is Certainty.YES:
                allowed |= 1 << index
            elif verdict is Certainty.MAYBE:
                maybe |= 1 << index
                clauses[index] = undecided
        return _StatementMasks(allowed, maybe, clauses)

    def deciding(self, requester: Requester, asked: Iterable[Action]) -> int:
        """Return, as bits, the statements that can decide whether a requester of `known` may do any of `asked`."""
        found = 0
        for action in asked:
            bits = self._judged(requester, action)
            found |= bits.allowed | bits.maybe | self.forbidden(requester, action)
        return found

    def _about(self, requester: Requester, action: Action) -> int:
        """Return, as bits, the statements that name both the requester and the action."""
        if action.name not in self._naming:
            self._naming[action.name] = sum(
                each.names_action(action) << index for index, each in enumerate(self.statements)
            )
        if id(requester) not in self._concerning:
            self._concerning[id(requester)] = sum(
                _concerns(each, requester) << index for index, each in enumerate(self.statements)
            )
        return self._naming[action.name] & self._concerning[id(requester)]


def in_account(requester: Requester, account: str) -> Requester:
    """Return the requester with the context of every request to a bucket of the account."""
    return requester.with_keys({"aws:resourceaccount": fixed(account), "s3:resourceaccount": fixed(account)})


def _clauses(bits: _StatementMasks, unsure: Sequence[int], certain: int) -> Iterator[tuple[int, str]]:
    for index in unsure:
        yield from ((index, clause) for clause in bits.clauses.get(index, ()))
        if not certain >> index & 1:
            yield index, RESOURCE


def _indices(mask: int) -> tuple[int, ...]:
    return tuple(index for index in range(mask.bit_length()) if mask >> index & 1)


def _concerns(statement: Statement, requester: Requester) -> bool:
    """Return whether an Allow names some request of the requester, or a Deny names every one."""
    return _named(statement, requester) if statement.allow else _all_named(statement, requester)


def _named(statement: Statement, requester: Requester) -> bool:
    """Return whether an Allow names the requester. A principal of an account is a separate requester."""
    found = [covers(each, requester.principal) for each in statement.principals]
    return (Covers.ALL in found) is not statement.negated if found or statement.negated else False


def _all_named(statement: Statement, requester: Requester) -> bool:
    """Return whether a Deny names every request of the requester."""
    found = [covers(each, requester.principal) for each in statement.principals]
    return all(each is Covers.NONE for each in found) if statement.negated else Covers.ALL in found


def _denies(statement: Statement, requester: Requester, action: Action) -> bool:
    """Return whether the clauses of a Deny hold for every request for `action`."""
    return all(
        every(requester.value(key, action), _read(each, requester, action)) for key, each in statement.by_key
    )


def _fulfilled(
    statement: Statement, requester: Requester, action: Action
) -> tuple[Certainty, tuple[str, ...]]:
    """Return whether some request for `action` fulfils the clauses of an Allow, and which were not decided."""
    settled = [
        some(requester.value(key, action), _read(each, requester, action)) for key, each in statement.by_key
    ]
    verdicts = {each.verdict for each in settled}
    if Certainty.NO in verdicts:
        return Certainty.NO, ()
    undecided = tuple(clause for each in settled for clause in each.undecided)
    if _may_be_excepted(statement, requester):
        return Certainty.MAYBE, (*undecided, "NotPrincipal")
    return (Certainty.MAYBE if Certainty.MAYBE in verdicts else Certainty.YES), undecided


def _may_be_excepted(statement: Statement, requester: Requester) -> bool:
    """Return whether NotPrincipal lists a canonical user that may be the requester's account."""
    return any(covers(each, requester.principal) is Covers.PART for each in statement.excepted_users)


def _read(wanted: tuple[Clause, ...], requester: Requester, action: Action) -> tuple[Clause, ...]:
    """Return the clauses as AWS reads them for a requester: with the ids that it will know, and variables replaced."""
    if not requester.written and not any(each.varies for each in wanted):
        return wanted
    return tuple(_replaced(each, requester, action) for each in wanted)


def _replaced(clause: Clause, requester: Requester, action: Action) -> Clause:
    texts = [requester.written.get(each, each) for each in clause.values]
    if clause.varies:
        known = [replaced(each, lambda key: requester.value(key, action)) for each in texts]
        negated = clause.operator is not None and clause.operator.negated
        # Without a value AWS may ignore the statement: what a negated clause then does is not decided.
        texts = [
            text if now is None else now
            for text, now in zip(texts, known, strict=True)
            if negated or now is not None
        ]
    return clause if tuple(texts) == clause.values else replace(clause, values=tuple(texts))
