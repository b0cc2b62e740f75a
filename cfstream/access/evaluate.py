"""Decide who can read each cell of a bucket's keys, and in which way. Pure.

All decisions about access come from `evaluate`: exposure, hazards, the order of steps, revocation, `verify`, `diff`
and ``cfstream access``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cfstream.access.evaluation import Evaluation, General, ReadAccess, ReadAccesses
from cfstream.access.model import AccessModel
from cfstream.access.origins import unplaced
from cfstream.access.partition import Cell, Layout, Named, Partition, of_key, partition
from cfstream.access.points import Point
from cfstream.access.policy import Requester
from cfstream.access.reader import Certainty, May, Reader
from cfstream.access.statements import BUCKET_ACL, OBJECT_ACL, PolicyAnswer, PolicyView
from cfstream.access.through import Viewers
from cfstream.domain import ObjectClass


def evaluate(*models: AccessModel) -> tuple[Evaluation, ...]:
    """Return who can read what in each of `models`. The results share their cells, so they can be compared."""
    split = partition(*models)
    return tuple(_evaluation(split, number) for number in range(len(models)))


def evaluate_key(model: AccessModel, key: str) -> Evaluation:
    """Return who can read one key."""
    return replace(_evaluation(of_key(model, key), 0), key=key)


def _evaluation(split: Partition, number: int) -> Evaluation:
    layout = split.layouts[number]
    judge = _Judge(layout)
    accesses = tuple(judge.accesses(cell, cell.objects[number]) for cell in split.cells)
    return Evaluation(layout.model, split.cells, accesses, tuple(judge.general(split.cells)), split.merged)


class _Judge:
    """Answers for one model. Caches answers by the facts that decide them, because most cells differ in only one."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.model = layout.model
        self.view = PolicyView.of(layout.model)
        self.points = tuple(
            Point(layout.model, each, number, self.view)
            for number, each in enumerate(layout.model.bucket.access_points, 1)
        )
        self.viewers = Viewers(layout, self.view, self.points)
        self.unplaced = unplaced(layout.model)
        self._direct: dict[tuple[object, ...], ReadAccesses] = {}
        self._routed: dict[tuple[object, ...], ReadAccesses] = {}

    def accesses(self, cell: Cell, objects: ObjectClass | None) -> ReadAccesses:
        """Return every way into a cell."""
        named = self.layout.named(cell.mask, cell.may)
        found: list[ReadAccess] = []
        for number, route in enumerate(self.viewers.routes):
            for candidate in route.reading(cell.mask, cell.may):
                key = (number, candidate, named, objects)
                if key not in self._routed:
                    self._routed[key] = tuple(self.viewers.readers(route, candidate, named, objects))
                found.extend(self._routed[key])
        return (*found, *self._directly(named, objects))

    def _directly(self, named: tuple[Named, ...], objects: ObjectClass | None) -> ReadAccesses:
        """Return the ways that bypass the account's CloudFront: requests to S3, and distributions of other accounts."""
        key = (named, objects)
        if key not in self._direct:
            self._direct[key] = tuple(self._bypassing(named, objects))
        return self._direct[key]

    def _bypassing(self, named: tuple[Named, ...], objects: ObjectClass | None) -> Iterator[ReadAccess]:
        if self.view.reaches(objects):
            yield from self._by_policies(named)
        for reader, may in self.view.of_acl(objects) if objects is not None else ():
            known = reader.name in self.model.identities
            if may is May.READ and not known and not self.view.denies(reader, named[0]):
                yield ReadAccess(reader, by=(OBJECT_ACL,))

    def _by_policies(self, named: tuple[Named, ...]) -> Iterator[ReadAccess]:
        for requester in self.view.outsiders:
            reading = self.view.read(requester, named[0])
            yield from _by_request(requester, self._perhaps(requester, reading), self.view)
        for point in self.points:
            for requester in point.view.outsiders:
                reading = self._perhaps(requester, point.read(requester, named))
                yield from _by_request(requester, reading, point.view)

    def _perhaps(self, requester: Requester, reading: PolicyAnswer) -> PolicyAnswer:
        """Return the access, uncertain if it is unknown whether the distribution's origins lead to the bucket."""
        origins = self.unplaced.get(requester.reader.name, ())
        if not origins or reading.verdict is Certainty.NO:
            return reading
        clauses = (
            f"it is unknown whether its origin {each.domain_name} leads to this bucket" for each in origins
        )
        return replace(reading, verdict=Certainty.MAYBE, undecided=(*reading.undecided, *clauses))

    def general(self, cells: Sequence[Cell]) -> Iterator[General]:
        """Return who may list, write objects or change who can read: through a distribution, a policy or an ACL."""
        yield from self.viewers.others(cells)
        for may in (May.LIST, May.WRITE, May.MANAGE):
            for requester in self.view.outsiders:
                reading = self._perhaps(requester, self.view.general(requester, may))
                yield from _general(requester, may, reading, self.view)
            for point in self.points:
                for requester in point.view.outsiders:
                    reading = self._perhaps(requester, point.general(requester, may))
                    yield from _general(requester, may, reading, point.view)
        for reader, may in self.view.of_bucket_acl:
            yield General(reader, may, by=(BUCKET_ACL,))
        yield from self._by_object_acl()

    def _by_object_acl(self) -> Iterator[General]:
        """Yield the grants on objects that allow a reader to change their ACLs."""
        found: dict[Reader, list[str]] = {}
        for each in self.model.bucket.objects.classes:
            for reader, may in self.view.of_acl(each):
                if may is May.MANAGE and reader.name not in self.model.identities:
                    found.setdefault(reader, []).extend(f"/{key}" for key in each.keys)
        for reader, keys in found.items():
            yield General(reader, May.MANAGE, by=(OBJECT_ACL,), paths=tuple(sorted(keys)))


def _general(requester: Requester, may: May, reading: PolicyAnswer, view: PolicyView) -> Iterator[General]:
    if reading.verdict is not Certainty.NO:
        yield General(
            requester.reader,
            may,
            reading.verdict is Certainty.YES,
            reading.undecided,
            reading.by,
            requester=requester,
            statements=tuple(view.statements[index] for index in reading.statements),
        )


def _by_request(requester: Requester, reading: PolicyAnswer, view: PolicyView) -> Iterator[ReadAccess]:
    if reading.verdict is not Certainty.NO:
        yield ReadAccess(
            requester.reader,
            reading.verdict is Certainty.YES,
            reading.undecided,
            by=reading.by,
            requester=requester,
            statements=tuple(view.statements[index] for index in reading.statements),
        )


def readers_of(accesses: Sequence[ReadAccess]) -> frozenset[Reader]:
    """Return the distinct readers of some ways."""
    return frozenset(access.reader for access in accesses)
