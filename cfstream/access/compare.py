"""Compare two evaluations: who can read more, and who can read less. Pure."""

from collections.abc import Hashable, Iterator
from enum import StrEnum
from typing import TypeAlias

from cfstream.access.evaluation import Evaluation, General, ReadAccess, ReadAccesses
from cfstream.access.partition import Cell
from cfstream.access.reader import ANYONE, Reader
from cfstream.startup.frozen import dataclass
from cfstream.values import Known

State: TypeAlias = tuple[bool, tuple[tuple[str, ...], ...]] | None
"""None if the reader may not read. Otherwise whether it is certain, and the undecided clauses of each way."""


class Relation(StrEnum):
    """How much a reader may read afterwards, compared with before."""

    MORE = "more"
    LESS = "less"
    EQUAL = "equal"
    INCOMPARABLE = "incomparable"


@dataclass(frozen=True)
class Difference:
    """What one reader gains and loses, each with a witness key. `witness` is empty if there is no such key."""

    reader: Reader
    relation: Relation
    gained: tuple[Cell, ...] = ()
    lost: tuple[Cell, ...] = ()


def compare(before: Evaluation, after: Evaluation) -> tuple[Difference, ...]:
    """Return the difference in each reader's access. Both evaluations must share their cells."""
    readers = sorted(
        {access.reader for each in (before, after) for accesses in each.accesses for access in accesses},
        key=str,
    )
    found = []
    for reader in readers:
        gained, lost = [], []
        for cell, one, other in cells_of(before, after):
            was, now = state(one, reader), state(other, reader)
            if opens(was, now):
                gained.append(cell)
            if opens(now, was):
                lost.append(cell)
        found.append(Difference(reader, _relation(bool(gained), bool(lost)), tuple(gained), tuple(lost)))
    return tuple(found)


def cells_of(before: Evaluation, after: Evaluation) -> Iterator[tuple[Cell, ReadAccesses, ReadAccesses]]:
    """Yield the shared cells with the ways into them before and after."""
    return zip(before.cells, before.accesses, after.accesses, strict=True)


def state(accesses: ReadAccesses, reader: Reader) -> State:
    """Return whether a reader may read, by the best of its ways."""
    return best(access for access in accesses if access.reader == reader)


def best(accesses: Iterator[ReadAccess]) -> State:
    """Return the best of some ways: a certain one, otherwise the undecided clauses of each."""
    found: set[tuple[str, ...]] = set()
    for access in accesses:
        if access.certain:
            return True, ()
        found.add(tuple(sorted(access.undecided)))
    return (False, tuple(sorted(found))) if found else None


def opens(before: State, after: State) -> bool:
    """Return whether a path opens: it is (perhaps) readable after, and was not (certainly) readable before.

    The same undecided clauses before and after decide both states alike, so nothing opens. A way that depends on more
    clauses than an earlier way does not open anything either.
    """
    if after is None or (before is not None and before[0]):
        return False
    if before is None or after[0]:
        return True
    return not all(any(set(was) <= set(now) for was in before[1]) for now in after[1])


def opened_to_anyone(before: Evaluation, after: Evaluation) -> tuple[tuple[Cell, ReadAccess], ...]:
    """Return the cells that open to anyone, each with the way that opens it."""
    found = []
    for cell, one, other in cells_of(before, after):
        if opens(state(one, ANYONE), state(other, ANYONE)):
            found.append((cell, next(access for access in other if access.reader == ANYONE)))
    return tuple(found)


def others_opened_to_anyone(before: Evaluation, after: Evaluation) -> tuple[General, ...]:
    """Return what opens to anyone except reading: by behavior, and if no way was certain before."""
    former = {True: set[object](), False: set[object]()}
    for each in before.general:
        former[each.certain].add(_what(each) if each.certain else (_what(each), frozenset(each.undecided)))
    return tuple(
        each
        for each in after.general
        if each.reader == ANYONE
        and _what(each) not in former[True]
        and (_what(each), frozenset(each.undecided)) not in former[False]
    )


def _what(each: General) -> Hashable:
    """Return what a reader may do, and through which behavior. The statement that allows it does not matter."""
    place = (
        (each.access.distribution_id, each.access.behavior and each.access.behavior.pattern)
        if each.access
        else ()
    )
    return each.reader, each.may, place


@dataclass(frozen=True)
class Loss:
    """One reader who can no longer read some cells, with the lost way."""

    access: ReadAccess
    cells: tuple[Cell, ...]


def losses(before: Evaluation, after: Evaluation) -> tuple[Loss, ...]:
    """Return who loses access, route by route. Another distribution does not make up for the lost one.

    A signer loses nothing if the path becomes unsigned. A key group loses nothing if its keys still sign through other
    groups. Anonymous requests to S3 itself are left out: closing them is never a loss. An object that does not exist
    is not lost.
    """
    lost: dict[Hashable, tuple[ReadAccess, list[Cell]]] = {}
    for cell, one, other in cells_of(before, after):
        if before.model.bucket.objects.listed and not any(cell.objects):
            continue
        for access in one:
            if access.direct and access.reader == ANYONE:
                continue
            now = best(each for each in other if _replaces(each, access, other))
            if opens(now, best(iter((access,)))):
                lost.setdefault((access.reader, access.distribution_id), (access, []))[1].append(cell)
    return tuple(Loss(access, tuple(cells)) for access, cells in lost.values())


def _replaces(after: ReadAccess, before: ReadAccess, all_after: ReadAccesses) -> bool:
    """Return whether a way serves the reader of an earlier way at the same address."""
    if before.direct:
        return after.direct and after.reader == before.reader
    if after.distribution_id != before.distribution_id:
        return False
    if after.reader in (before.reader, ANYONE):
        return True
    return before.keys is not None and before.keys <= _keys(all_after, after)


def _keys(accesses: ReadAccesses, like: ReadAccess) -> frozenset[Known]:
    """Return every public key that signs for a distribution on one of its ways."""
    mine = (
        access.keys or frozenset()
        for access in accesses
        if access.distribution_id == like.distribution_id and set(access.undecided) <= set(like.undecided)
    )
    return frozenset().union(*mine)


def _relation(gained: bool, lost: bool) -> Relation:  # noqa: FBT001 (two answers to one question)
    if gained and lost:
        return Relation.INCOMPARABLE
    if gained:
        return Relation.MORE
    return Relation.LESS if lost else Relation.EQUAL
