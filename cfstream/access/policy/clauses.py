"""The clauses of a statement's Condition, and whether requests of one class fulfil them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from cfstream.access.policy import pool
from cfstream.access.policy.context import Absent, Address, Chosen, Fixed, Unknown, Value
from cfstream.access.policy.operators import Operator, holds, operator
from cfstream.access.policy.texts import one_partition, text_of
from cfstream.access.reader import Verdict
from cfstream.values import Json

Request: TypeAlias = tuple[str, ...] | None
"""The values of one key in one request; None without the key."""


@dataclass(frozen=True)
class Clause:
    """One key under one operator. All clauses of a statement must hold."""

    key: str
    """In lower case: IAM compares keys in any case."""
    words: str
    """How a report names it: ``Condition StringLike aws:PrincipalTag/team``."""
    operator: Operator | None
    """None if cfstream does not know the operator; the clause is then undecided."""
    values: tuple[str, ...]
    """With every ARN in one partition."""
    spelled: tuple[str, ...] = ()
    """The values as the statement spells them."""

    def holds(self, request: Request) -> bool | None:
        return None if self.operator is None else holds(self.operator, self.values, request)


@dataclass(frozen=True)
class Settled:
    """Whether some request fulfils the clauses, whether every one does, and the clauses that were not decided."""

    some: Verdict
    every: bool
    undecided: tuple[str, ...] = ()


FULFILLED = Settled(Verdict.YES, every=True)


def clauses(statement: Json) -> tuple[Clause, ...]:
    """Return the clauses of a statement's Condition, sorted, so that their order does not matter."""
    return tuple(sorted(_clauses(statement.get("Condition")), key=lambda each: (each.key, each.words)))


def _clauses(condition: Any) -> Iterator[Clause]:
    if not isinstance(condition, Mapping):
        if condition:
            yield Clause("", "Condition", None, ())
        return
    for name, tests in condition.items():
        if not isinstance(tests, Mapping):
            yield Clause("", f"Condition {name}", None, ())
            continue
        for key, values in tests.items():
            listed = values if isinstance(values, list | tuple) else [values]
            texts = tuple(sorted({text_of(each) for each in listed}))
            same = tuple(dict.fromkeys(map(one_partition, texts)))
            yield Clause(str(key).lower(), f"Condition {name} {key}", operator(str(name)), same, texts)


@lru_cache(maxsize=8192)
def settle(value: Value, wanted: tuple[Clause, ...]) -> Settled:
    """Judge the clauses on one key together: one value must fulfil all of them."""
    match value:
        case Fixed(values):
            return _of_requests([values], wanted, free=False)
        case Absent():
            return _of_requests([None], wanted, free=False)
        case Unknown(within, optional):
            return _of_requests(pool.requests(wanted, within, optional=optional), wanted, free=False)
        case Address(networks, optional, elsewhere):
            found = pool.addresses(wanted, networks, optional=optional, elsewhere=elsewhere)
            return _of_requests(found, wanted, free=True)
        case Chosen(within, optional, lucky):
            chosen = _of_requests(pool.requests(wanted, within, optional=optional), wanted, free=True)
            return _with_luck(chosen, pool.issued(wanted, lucky), wanted)


def _of_requests(requests: pool.Pool, wanted: Sequence[Clause], *, free: bool) -> Settled:
    """`free`: whoever asks picks the request. Otherwise any of the requests may come."""
    outcomes = {_together(request, wanted) for request in requests}
    if not outcomes:
        return Settled(Verdict.NO, every=True)
    every = outcomes == {True}
    if every or (free and True in outcomes):
        return Settled(Verdict.YES, every)
    if outcomes == {False}:
        return Settled(Verdict.NO, every=False)
    return Settled(Verdict.MAYBE, every=False, undecided=_open(requests, wanted))


def _with_luck(chosen: Settled, lucky: pool.Pool, wanted: Sequence[Clause]) -> Settled:
    outcomes = [_together(request, wanted) for request in lucky]
    every = chosen.every and all(outcomes)
    if chosen.some is Verdict.NO and any(each is not False for each in outcomes):
        return Settled(Verdict.MAYBE, every=False, undecided=tuple(each.words for each in wanted))
    return Settled(chosen.some, every, chosen.undecided)


def _together(request: Request | pool.Unlisted, wanted: Sequence[Clause]) -> bool | None:
    if isinstance(request, pool.Unlisted):
        return None
    outcomes = [clause.holds(request) for clause in wanted]
    if False in outcomes:
        return False
    return None if None in outcomes else True


def _open(requests: pool.Pool, wanted: Sequence[Clause]) -> tuple[str, ...]:
    """Return the clauses that do not hold for every request."""
    return tuple(
        each.words for each in wanted if any(_together(request, [each]) is not True for request in requests)
    )
