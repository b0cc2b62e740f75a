"""Decides what S3 allows one requester to read, regardless of its viewers. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from cfstream.access.compare import State, opens
from cfstream.access.model import AccessModel
from cfstream.access.partition import Cell, Partition, partition
from cfstream.access.policy import Requester
from cfstream.access.reader import Certainty
from cfstream.access.statements import PolicyView

Reach: TypeAlias = Mapping[Cell, State]
"""The cells that a requester may read, certainly or perhaps."""


def reach(models: Sequence[AccessModel], requesters: Sequence[Requester | None]) -> tuple[Reach, ...]:
    """Return what S3 allows each requester to read, each in its model. None as a requester reads nothing.

    All results share their cells, so they can be compared.
    """
    split = partition(*models)
    return tuple(
        dict(_reached(split, number, requester)) if requester is not None else {}
        for number, requester in enumerate(requesters)
    )


def gained(before: Reach, after: Reach) -> tuple[Cell, ...]:
    """Return the cells that open, the one with the shortest witness first.

    As in every comparison of models, an undecided condition before counts as a refusal.
    """
    found = [cell for cell, now in after.items() if opens(before.get(cell), now)]
    return tuple(sorted(found, key=lambda cell: (len(cell.witness), cell.witness)))


def _reached(split: Partition, number: int, requester: Requester) -> Iterator[tuple[Cell, State]]:
    layout = split.layouts[number]
    view = PolicyView.of(layout.model)
    known = view.known(requester)
    for cell in split.cells:
        named = layout.named(cell.mask, cell.may)
        reading = view.read(known, named[0], cell.objects[number])
        if reading.verdict is not Certainty.NO:
            yield cell, (reading.verdict is Certainty.YES, (reading.undecided,))
