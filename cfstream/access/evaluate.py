"""Who can read each cell of a bucket's keys, and in which way. Pure.

`evaluate` is the only place that decides: exposure, hazards, the order of steps, what may be revoked, `verify`, `diff`
and ``cfstream access`` all ask it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

from cfstream.access.partition import Candidate, Cell, Layout, Named, Partition, control, of_key, partition
from cfstream.access.policy import Requester, Statement, anonymous, distribution, oai
from cfstream.access.policy.context import fixed
from cfstream.access.reader import ANYONE, May, Reader, ReaderKind, Verdict
from cfstream.access.statements import PolicyView, Reading, best
from cfstream.access.world import World
from cfstream.domain import AccessPoint, Behavior, Delivery, Distribution, ObjectClass, Origin
from cfstream.values import Known

OBJECT_ACL = "object ACL"
UNREAD = "the bucket policy could not be read"
ACLS_UNREAD = "the objects' ACLs, which others manage, were not read"


@dataclass(frozen=True)
class Way:
    """One way in which one reader can read: past CloudFront, or through a behavior of a distribution."""

    reader: Reader
    certain: bool = True
    undecided: tuple[str, ...] = ()
    """The clauses that were not decided, where it is not certain."""
    distribution: Distribution | None = field(default=None, compare=False)
    distribution_id: Known = ""
    behavior: Behavior | None = None
    origin: Origin | None = None
    keys: frozenset[Known] | None = None
    """The public keys that sign for a key group; None where they are not known."""
    by: tuple[str, ...] = ()
    """What lets S3 answer: ``statement cfstream-lectures-oac``, ``object ACL``."""
    requester: Requester | None = field(default=None, compare=False)
    """Who asks S3, for a way past CloudFront."""
    statements: tuple[Statement, ...] = field(default=(), compare=False)

    @property
    def direct(self) -> bool:
        """Whether it leads past CloudFront."""
        return self.behavior is None


Ways: TypeAlias = tuple[Way, ...]


@dataclass(frozen=True)
class Evaluation:
    """Who can read each cell, in one world."""

    world: World
    cells: tuple[Cell, ...]
    ways: tuple[Ways, ...]
    """The ways into each cell, in the order of `cells`."""
    general: tuple["General", ...] = ()
    """Who may list, write or manage."""
    merged: bool = False

    @cached_property
    def rows(self) -> tuple[tuple[Cell, Way], ...]:
        """Every cell with each of its ways."""
        return tuple((cell, way) for cell, ways in zip(self.cells, self.ways, strict=True) for way in ways)


@dataclass(frozen=True)
class General:
    """Somebody who may do something else than read: list, write objects, or change who can read."""

    reader: Reader
    may: May
    certain: bool = True
    undecided: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """The paths of single objects; empty where it is not about single objects."""
    requester: Requester | None = field(default=None, compare=False)
    statements: tuple[Statement, ...] = field(default=(), compare=False)


def evaluate(*worlds: World) -> tuple[Evaluation, ...]:
    """Return who can read what in each of `worlds`, over cells that they share, so that they can be compared."""
    split = partition(*worlds)
    return tuple(_evaluation(split, number) for number in range(len(worlds)))


def evaluate_key(world: World, key: str) -> Evaluation:
    """Return who can read one key."""
    return _evaluation(of_key(world, key), 0)


def _evaluation(split: Partition, number: int) -> Evaluation:
    layout = split.layouts[number]
    judge = _Judge(layout)
    ways = tuple(judge.ways(cell, cell.objects[number]) for cell in split.cells)
    return Evaluation(layout.world, split.cells, ways, tuple(judge.general()), split.merged)


class _Judge:
    """Answers for one world. Answers are kept by what decides them, because most cells differ in one thing only."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.world = layout.world
        self.view = PolicyView.of(layout.world)
        self.points = tuple(
            _Point(layout.world, each, self.view) for each in layout.world.bucket.access_points
        )
        self._requesters: dict[tuple[Known, Origin], Requester] = {}
        self._direct: dict[tuple[object, ...], Ways] = {}
        self._routed: dict[tuple[object, ...], Ways] = {}

    def ways(self, cell: Cell, objects: ObjectClass | None) -> Ways:
        """Return every way into a cell."""
        named = self.layout.named(cell.mask, cell.may)
        found: list[Way] = []
        for number, route in enumerate(self.layout.routes):
            if not route.distribution.enabled:
                continue
            for candidate in route.candidates(cell):
                key = (number, candidate, named, objects)
                if key not in self._routed:
                    self._routed[key] = tuple(self._through(number, candidate, named, objects))
                found.extend(self._routed[key])
        return (*found, *self._directly(named, objects))

    def _through(
        self, number: int, candidate: Candidate, named: tuple[Named, ...], objects: ObjectClass | None
    ) -> Iterator[Way]:
        route = self.layout.routes[number]
        behavior = route.behaviors[candidate.place]
        for origin in route.origins(behavior, self.layout.reached):
            reading = self._read(route.distribution, origin, named, objects)
            if reading.verdict is not Verdict.NO:
                way = Way(
                    ANYONE,
                    reading.verdict is Verdict.YES and not candidate.undecided,
                    (*candidate.undecided, *reading.undecided),
                    route.distribution,
                    route.distribution.id,
                    behavior,
                    origin,
                    by=reading.by,
                )
                yield from self._signed(way, behavior)

    def _signed(self, way: Way, behavior: Behavior) -> Iterator[Way]:
        """One way for each signer; for anyone where nobody needs to sign."""
        if not behavior.signers:
            yield way
        for account in behavior.signers.accounts:
            named = self.world.account if account == "self" else account
            yield replace(way, reader=Reader(ReaderKind.SIGNER, named))
        for group in behavior.signers.key_groups:
            state = self.world.groups.get(group)
            reader = Reader(ReaderKind.KEY_GROUP, self.world.group_name(group))
            yield replace(way, reader=reader, keys=state.keys if state else None)

    def _read(
        self, through: Distribution, origin: Origin, named: tuple[Named, ...], objects: ObjectClass | None
    ) -> Reading:
        """Whether S3 answers CloudFront's request for an origin."""
        key = (through.id, origin)
        if key not in self._requesters:
            self._requesters[key] = self.view.known(requester_of(self.world, through, origin))
        requester = self._requesters[key]
        if origin.alias is not None:
            return best(
                each.read(requester, named, number, cloudfront=True)
                for number, each in self._points_of(origin)
            )
        reading = self.view.read(requester, named[0], objects, cloudfront=True)
        if reading.verdict is Verdict.YES:
            return reading
        if self.world.bucket.policy_unread:
            return Reading(Verdict.MAYBE, (UNREAD,), ("policy",))
        if self.world.bucket.objects.granted_unread and origin.oai_id and through.id == self.world.own:
            return Reading(Verdict.MAYBE, (ACLS_UNREAD,), (OBJECT_ACL,))
        return reading

    def _directly(self, named: tuple[Named, ...], objects: ObjectClass | None) -> Ways:
        """The ways past CloudFront: whoever asks S3, and distributions of other accounts."""
        key = (named, objects)
        if key not in self._direct:
            self._direct[key] = tuple(self._direct_ways(named, objects))
        return self._direct[key]

    def _direct_ways(self, named: tuple[Named, ...], objects: ObjectClass | None) -> Iterator[Way]:
        if self.view.reaches(objects):
            yield from self._by_policies(named)
        for reader, may in self.view.of_acl(objects) if objects is not None else ():
            known = reader.name in self.world.identities
            if may is May.READ and not known and not self.view.denies(reader, named[0]):
                yield Way(reader, by=(OBJECT_ACL,))

    def _by_policies(self, named: tuple[Named, ...]) -> Iterator[Way]:
        for requester in self.view.outsiders:
            reading = self.view.read(requester, named[0])
            yield from _direct_way(requester, reading, self.view)
        for number, point in enumerate(self.points, 1):
            for requester in point.view.outsiders:
                yield from _direct_way(requester, point.read(requester, named, number), point.view)

    def _points_of(self, origin: Origin) -> Iterator[tuple[int, "_Point"]]:
        """The access points that an origin leads to, with the place of their statements."""
        return (
            (number, each) for number, each in enumerate(self.points, 1) if each.point.alias == origin.alias
        )

    def general(self) -> Iterator[General]:
        """Who may list, write objects or change who can read; by policy, or by an ACL."""
        for may in (May.LIST, May.WRITE, May.MANAGE):
            for requester in self.view.outsiders:
                yield from _general(requester, may, self.view.general(requester, may), self.view)
            for point in self.points:
                for requester in point.view.outsiders:
                    yield from _general(requester, may, point.general(requester, may), point.view)
        for reader, may in self.view.of_bucket_acl:
            yield General(reader, may, by=("bucket ACL",))
        yield from self._by_object_acl()

    def _by_object_acl(self) -> Iterator[General]:
        """Grants on objects that let somebody change their ACLs."""
        found: dict[Reader, list[str]] = {}
        for each in self.world.bucket.objects.classes:
            for reader, may in self.view.of_acl(each):
                if may is May.MANAGE and reader.name not in self.world.identities:
                    found.setdefault(reader, []).extend(f"/{key}" for key in each.keys)
        for reader, keys in found.items():
            yield General(reader, May.MANAGE, by=(OBJECT_ACL,), paths=tuple(sorted(keys)))


class _Point:
    """Requests through an access point: its own policy decides, and the bucket's policy must let them through."""

    def __init__(self, world: World, point: AccessPoint, bucket: PolicyView) -> None:
        self.point = point
        self.view = PolicyView.of_point(world, point)
        self._bucket = bucket
        self._keys = {
            "s3:dataaccesspointaccount": fixed(world.account),
            "s3:dataaccesspointarn": fixed(point.arn),
        }

    def read(
        self, requester: Requester, named: tuple[Named, ...], number: int, *, cloudfront: bool = False
    ) -> Reading:
        """Return whether a requester may read through the access point."""
        if self.point.unread:
            return Reading(Verdict.MAYBE, (f"the policy of the access point {self.point.name}",))
        mine = self.view.read(self.view.known(requester), named[number], cloudfront=cloudfront)
        if mine.verdict is Verdict.NO:
            return mine
        return self._together(
            mine, self._bucket.read(self._through(requester), named[0], cloudfront=cloudfront)
        )

    def general(self, requester: Requester, may: May) -> Reading:
        """Return whether a requester may list, write or manage through the access point."""
        mine = self.view.general(self.view.known(requester), may)
        if mine.verdict is Verdict.NO:
            return mine
        return self._together(mine, self._bucket.general(self._through(requester), may))

    def _through(self, requester: Requester) -> Requester:
        """The requester as the bucket's policy sees it."""
        return self._bucket.known(requester.with_keys(self._keys))

    def _together(self, mine: Reading, through: Reading) -> Reading:
        """What both policies allow together."""
        if through.verdict is Verdict.NO:
            return through
        vpc = (f"only from {self.point.vpc}",) if self.point.vpc else ()
        certain = mine.verdict is through.verdict is Verdict.YES and not vpc
        undecided = () if certain else tuple(dict.fromkeys((*mine.undecided, *through.undecided, *vpc)))
        return Reading(Verdict.YES if certain else Verdict.MAYBE, undecided, mine.by, mine.statements)


def _general(requester: Requester, may: May, reading: Reading, view: PolicyView) -> Iterator["General"]:
    if reading.verdict is not Verdict.NO:
        yield General(
            requester.reader,
            may,
            reading.verdict is Verdict.YES,
            reading.undecided,
            reading.by,
            (),
            requester,
            tuple(view.statements[index] for index in reading.statements),
        )


def _direct_way(requester: Requester, reading: Reading, view: PolicyView) -> Iterator[Way]:
    if reading.verdict is not Verdict.NO:
        yield Way(
            requester.reader,
            reading.verdict is Verdict.YES,
            reading.undecided,
            by=reading.by,
            requester=requester,
            statements=tuple(view.statements[index] for index in reading.statements),
        )


def requester_of(world: World, through: Distribution, origin: Origin) -> Requester:
    """Return who S3 sees when CloudFront reads an origin for a distribution."""
    if origin.oai_id:
        users = [user for user, known in world.identities.items() if known == origin.oai_id]
        return oai(origin.oai_id, users[0] if users else "")
    if through.delivery is Delivery.HTTP and control(origin, world):
        return distribution(through.arn, world.account)
    return anonymous()


def readers_of(ways: Sequence[Way]) -> frozenset[Reader]:
    """Return the distinct readers of some ways."""
    return frozenset(way.reader for way in ways)
