"""Build pools of sample requests: if any value fulfils the clauses on a key, one in the pool does.

For text, the pool has a value that all clauses share, found by automaton, and for each clause a value that breaks it.
For numbers and networks, it has the edges of every interval and a point between two edges.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol, TypeAlias

from cfstream.access.policy import networks
from cfstream.access.policy.operators import Every, Family, Operator
from cfstream.access.policy.texts import OPAQUE
from cfstream.access.policy.wildcards import (
    Pattern,
    Undecided,
    form,
    has_form,
    has_variable,
    is_wild,
    literal,
    pattern,
    shared,
)
from cfstream.startup.frozen import dataclass


class Unlisted:
    """Requests that the pool could not enumerate."""


Request: TypeAlias = tuple[str, ...] | None


class PoolClause(Protocol):
    """The parts of a clause that a pool needs."""

    @property
    def operator(self) -> Operator | None: ...
    @property
    def values(self) -> tuple[str, ...]: ...


def requests(
    wanted: Sequence[PoolClause], within: Sequence[str], *, optional: bool
) -> Iterator[Request | Unlisted]:
    """Yield requests with values that match `within`, and one without the key if it is `optional`.

    The values that the clauses name come first, so the search for a shared value is rarely needed.
    """
    if optional:
        yield None
    texts = [
        each for each in dict.fromkeys(_values(wanted, within)) if any(has_form(each, one) for one in within)
    ]
    yield from ((each,) for each in texts)
    if any(each.operator and each.operator.every is not Every.NONE for each in wanted):
        yield from _sets(wanted, texts)
    if any(map(is_wild, within)):
        try:
            yield from ((each,) for each in _shared(wanted, within))
        except Undecided:
            yield Unlisted()


def issued(wanted: Sequence[PoolClause], issuable: Sequence[str]) -> Iterator[Request | Unlisted]:
    """Yield values that AWS may happen to issue and that match wildcards in all clauses.

    If `issuable` does not fix the account, the clauses must not fix it either: nobody can choose their account number.
    """
    return (each for one in issuable for each in _issued(wanted, one))


def breaking(wanted: Sequence[PoolClause], issuable: Sequence[str]) -> Iterator[Request | Unlisted]:
    """Yield values that AWS may happen to issue and that break a negated clause."""
    negated = (each for each in wanted if each.operator and each.operator.negated)
    return (found for each in negated for one in issuable for found in _issued([_positive(each)], one))


@dataclass(frozen=True)
class _Turned:
    operator: Operator | None
    values: tuple[str, ...]


def _positive(each: PoolClause) -> PoolClause:
    return _Turned(replace(each.operator, negated=False) if each.operator else None, each.values)


def _issued(wanted: Sequence[PoolClause], issued_form: str) -> Iterator[Request | Unlisted]:
    texts = [each for each in wanted if _is(each, Family.TEXT, Family.ARN)]
    every = [
        [
            _pattern(each, value)
            for value in each.values
            if each.operator.wild and _is_open(each, value, issued_form)
        ]
        for each in texts
        if each.operator and not each.operator.negated
    ]
    none = [one for each in texts if each.operator and each.operator.negated for one in _patterns(each)]
    if not every or not all(every):
        return
    try:
        found = shared([[form(issued_form)], *every], none)
    except Undecided:
        yield Unlisted()
    else:
        if found is not None:
            yield (found,)


def _is_open(each: PoolClause, value: str, issued_form: str) -> bool:
    if not is_wild(value):
        return False
    by_part = _is(each, Family.ARN)
    return _leaves_owner_open(value, by_part=by_part) or not _leaves_owner_open(issued_form, by_part=by_part)


def _leaves_owner_open(value: str, *, by_part: bool) -> bool:
    """Return whether a wildcard leaves open who owns the value: the account of an ARN, the organisation of a path.

    Operators for ARNs compare them `by_part`. For those of text, a wildcard can also stand for several parts.
    """
    parts = value.split(":", 5)
    if len(parts) != 6:
        return is_wild(re.split("[/:]", value, maxsplit=1)[0])
    return is_wild(parts[4] if by_part else ":".join(parts[:5]))


def addresses(
    wanted: Sequence[PoolClause], within: Sequence[str], *, optional: bool, elsewhere: bool
) -> Iterator[Request | Unlisted]:
    """Yield addresses in the networks `within`; with `elsewhere`, outside every narrow network that a clause names."""
    named = [
        value
        for each in wanted
        if each.operator and each.operator.family is Family.NETWORK
        for value in each.values
    ]
    narrow = [each for each in named if not networks.is_wide(each)] if elsewhere else []
    if optional:
        yield None
    yield from (
        (each,)
        for each in dict.fromkeys(networks.edges([*within, *named, "8.0.0.0/8"]))
        if any(networks.contains(one, each) for one in within)
        and not any(networks.contains(one, each) for one in narrow)
    )


def _values(wanted: Sequence[PoolClause], within: Sequence[str]) -> Iterator[str]:
    """Yield the values that the clauses name, values next to them, and one that no clause names."""
    yield from map(_filled, within)
    yield from ("true", "false")
    for each in wanted:
        if each.operator is None:
            continue
        yield from ("".join(literal(value)) for value in each.values)
        if each.operator.wild:
            yield from (_filled(value) for value in each.values)
        if each.operator.family is Family.NETWORK:
            yield from networks.edges([*each.values, "8.0.0.0/8"])
    yield from _numbers(wanted)


def _filled(wanted: str) -> str:
    return "".join(item if len(item) == 1 else "x" for item in pattern(wanted))


def _numbers(wanted: Sequence[PoolClause]) -> Iterator[str]:
    named = sorted(_floats(value for each in wanted if _is(each, Family.NUMBER) for value in each.values))
    if named:
        between = [(one + other) / 2 for one, other in pairwise(named)]
        yield from (f"{each:g}" for each in [named[0] - 1, *named, *between, named[-1] + 1])


def _floats(values: Iterable[str]) -> Iterator[float]:
    for value in values:
        try:
            yield float(value)
        except ValueError:
            continue


def _is(each: PoolClause, *families: Family) -> bool:
    return each.operator is not None and each.operator.family in families


def _sets(wanted: Sequence[PoolClause], texts: list[str]) -> Iterator[Request]:
    """Yield requests with several of the values `texts`: every pair, and all that the clauses require together."""
    yield from ((one, other) for one in texts for other in texts if one < other)
    needed = {
        value for each in wanted if each.operator and not each.operator.negated for value in each.values
    }
    if together := tuple(each for each in texts if each in needed):
        yield together


def _shared(wanted: Sequence[PoolClause], within: Sequence[str]) -> Iterator[str]:
    """Yield a value that fulfils all text clauses, and for each clause one that fulfils it and one that breaks it."""
    texts = [each for each in wanted if _is(each, Family.TEXT, Family.ARN) and not _varies(each)]
    every = [_patterns(each) for each in texts if each.operator and not each.operator.negated]
    none = [one for each in texts if each.operator and each.operator.negated for one in _patterns(each)]
    forms = [form(each) for each in within]
    tries = [([forms, *every], none)]
    for each in texts:
        tries += [([forms, _patterns(each)], []), ([forms], _patterns(each))]
    for groups, against in tries:
        found = shared(groups, against)
        if found is not None and OPAQUE * 2 not in found:
            yield found


def _varies(each: PoolClause) -> bool:
    return any(has_variable(value) for value in each.values)


def _patterns(each: PoolClause) -> list[Pattern]:
    return [_pattern(each, value) for value in each.values]


def _pattern(each: PoolClause, value: str) -> Pattern:
    if _is(each, Family.ARN):
        return form(value)
    return pattern(value) if each.operator and each.operator.wild else literal(value)
