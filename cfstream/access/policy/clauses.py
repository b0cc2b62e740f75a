"""Parse the clauses of a statement's Condition, and decide whether requests of one class fulfil them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, TypeAlias

from cfstream.access.policy import pool
from cfstream.access.policy.context import Absent, Chosen, Fixed, IpAddress, Unknown, Value
from cfstream.access.policy.operators import Operator, holds, operator
from cfstream.access.policy.texts import one_partition, text_of
from cfstream.access.policy.wildcards import has_variable
from cfstream.access.reader import Certainty
from cfstream.startup.frozen import dataclass
from cfstream.values import Json

Request: TypeAlias = tuple[str, ...] | None
"""The values of one key in one request; None if the request lacks the key."""


@dataclass(frozen=True, eq=False)
class Clause:
    """One key with one operator. All clauses of a statement must hold. Compared by identity for speed."""

    key: str
    """In lower case: IAM ignores the case of keys."""
    words: str
    """Its name in reports: ``Condition StringLike aws:PrincipalTag/team``."""
    operator: Operator | None
    """None if cfstream does not know the operator; the clause is then undecided."""
    values: tuple[str, ...]
    """The values, with every ARN converted to one partition."""
    written: tuple[str, ...] = ()
    """The values in the statement's original form."""

    @cached_property
    def varies(self) -> bool:
        """Whether a value has a policy variable."""
        return any(map(has_variable, self.values))

    def holds(self, request: Request) -> bool | None:
        return None if self.operator is None else holds(self.operator, self.values, request)


@dataclass(frozen=True)
class Settled:
    """Whether some request fulfils the clauses, and the clauses that were not decided."""

    verdict: Certainty
    undecided: tuple[str, ...] = ()


def clauses(statement: Json, *, variables: bool = True) -> tuple[Clause, ...]:
    """Return the clauses of a statement's Condition, sorted, so that their order does not matter.

    Without `variables`, ``${`` is plain text, as in a policy of an older Version.
    """
    found = _clauses(statement.get("Condition"), variables=variables)
    return tuple(sorted(found, key=lambda each: (each.key, each.words)))


def _clauses(condition: Any, *, variables: bool) -> Iterator[Clause]:
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
            plain = texts if variables else tuple(each.replace("${", "${$}{") for each in texts)
            same = tuple(dict.fromkeys(map(one_partition, plain)))
            yield Clause(str(key).lower(), f"Condition {name} {key}", operator(str(name)), same, texts)


@lru_cache(maxsize=8192)
def some(value: Value, wanted: tuple[Clause, ...]) -> Settled:
    """Return whether some request fulfils all clauses on one key: one value must fulfil all of them."""
    if isinstance(value, Chosen | IpAddress):
        return _chosen(value, wanted)
    outcomes: set[bool | None] = set()
    issuable = pool.issued(wanted, value.issuable) if isinstance(value, Unknown) else ()
    for request in chain(_requests(value, wanted), issuable):
        outcomes.add(_together(request, wanted))
        if None in outcomes or len(outcomes) > 1:
            return Settled(Certainty.MAYBE, _open(value, wanted))
    return Settled(Certainty.YES if outcomes == {True} else Certainty.NO)


@lru_cache(maxsize=8192)
def every(value: Value, wanted: tuple[Clause, ...]) -> bool:
    """Return whether every request fulfils the clauses on one key."""
    found = _requests(value, wanted)
    issuable = pool.breaking(wanted, value.issuable) if isinstance(value, Chosen | Unknown) else ()
    return all(_together(request, wanted) is True for request in chain(found, issuable))


def _requests(value: Value, wanted: tuple[Clause, ...]) -> Iterable[Request | pool.Unlisted]:
    match value:
        case Fixed(values):
            return [values]
        case Absent():
            return [None]
        case IpAddress(networks, optional, elsewhere):
            return pool.addresses(wanted, networks, optional=optional, elsewhere=elsewhere)
        case Chosen(within, optional) | Unknown(within, optional):
            return pool.requests(wanted, within, optional=optional)


def _chosen(value: Chosen | IpAddress, wanted: tuple[Clause, ...]) -> Settled:
    """Decide for values that the requester chooses. Values that AWS happens to issue are not a choice."""
    undecided = False
    for request in _requests(value, wanted):
        outcome = _together(request, wanted)
        if outcome:
            return Settled(Certainty.YES)
        undecided |= outcome is None
    if not undecided and isinstance(value, Chosen):
        undecided = any(
            _together(request, wanted) is not False for request in pool.issued(wanted, value.issuable)
        )
        if undecided:
            return Settled(Certainty.MAYBE, tuple(each.words for each in wanted))
    return Settled(Certainty.MAYBE, _open(value, wanted)) if undecided else Settled(Certainty.NO)


def _together(request: Request | pool.Unlisted, wanted: Sequence[Clause]) -> bool | None:
    if isinstance(request, pool.Unlisted):
        return None
    outcomes = [clause.holds(request) for clause in wanted]
    if False in outcomes:
        return False
    return None if None in outcomes else True


def _open(value: Value, wanted: tuple[Clause, ...]) -> tuple[str, ...]:
    """Return the clauses that do not hold for every request."""
    return tuple(each.words for each in wanted if not every(value, (each,)))
