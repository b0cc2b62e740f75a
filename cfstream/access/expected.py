"""Who may read according to the specs of a run, and what they declare public. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from itertools import takewhile

from cfstream.access.evaluate import evaluate, evaluate_key
from cfstream.access.evaluation import Evaluation, ReadAccess, ReadAccesses
from cfstream.access.model import AccessModel
from cfstream.access.partition import Cell
from cfstream.access.policy import Declared
from cfstream.access.reader import ANYONE, Reader
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class Expected:
    """Who may read according to the spec and the other specs of the run."""

    stack: str
    declared: Declared
    signers: frozenset[Reader] = frozenset()
    """The signers of the spec, on any path."""
    promises: tuple[AccessModel, ...] = ()
    """The models that the specs of the run describe. What one of them serves to anyone is declared public."""
    repair: str = ""
    """The end of the fix for what the stack's own distribution opens; empty after a plan, which has closed it."""
    flags: str = ""
    """The flags with which another command reaches the same AWS, with a space before each flag."""
    public: Mapping[Cell, ReadAccesses] = field(default_factory=dict)
    """By cell, the ways in which the promises serve anyone. Filled in by `shared` or `of_key`."""


def shared(expected: Expected, *found: Evaluation) -> tuple[Expected, tuple[Evaluation, ...]]:
    """Return the evaluations over cells that they share with the promises, and what the promises declare public."""
    if not expected.promises:
        return expected, found
    again = evaluate(*(each.model for each in found), *expected.promises)
    return _with_public(expected, again[len(found) :]), again[: len(found)]


def is_public(expected: Expected, model: AccessModel, key: str) -> bool:
    """Return whether a spec of the run certainly lets anyone read one key."""
    wanted, _ = of_key(expected, model, key)
    return any(each.certain for accesses in wanted.public.values() for each in accesses)


def of_key(expected: Expected, model: AccessModel, key: str) -> tuple[Expected, Evaluation]:
    """Return who can read one key, and whether the promises declare it public."""
    found = evaluate_key(model, key)
    promised = (evaluate_key(each, key) for each in expected.promises)
    return _with_public(expected, [replace(each, cells=found.cells) for each in promised]), found


def _with_public(expected: Expected, promised: Iterable[Evaluation]) -> Expected:
    public: dict[Cell, ReadAccesses] = {}
    for cell, access in (row for each in promised for row in each.rows):
        if access.reader == ANYONE and access.behavior is not None:
            public[cell] = (*public.get(cell, ()), access)
    return replace(expected, public=public)


def declared_public(cell: Cell, access: ReadAccess, expected: Expected) -> bool:
    """Return whether a spec of the run declares this public.

    An uncertain promise only covers uncertain access. In a merged cell, the promise and the way
    may be about different keys, unless they use the same behavior of one distribution.
    """
    return any(
        _same_behavior(each, access) if cell.merged else each.certain or not access.certain
        for each in expected.public.get(cell, ())
    )


def _same_behavior(one: ReadAccess, other: ReadAccess) -> bool:
    return one.distribution_id == other.distribution_id and _place(one) == _place(other)


def _place(access: ReadAccess) -> tuple[object, ...]:
    """Return the index of a behavior in its distribution, and the origin path that it leads to."""
    behaviors = access.distribution.behaviors if access.distribution else ()
    before = takewhile(lambda each: each != access.behavior, behaviors)
    own = access.behavior.pattern if access.behavior else None
    return tuple(each.pattern for each in before), own, access.origin.path if access.origin else ""
