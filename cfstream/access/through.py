"""What viewers can do through the distributions of one model: read, list, write, and change who can read. Pure.

The signers of a behavior decide who its viewers are, and its methods what they can request. Then S3 decides what it
allows CloudFront.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from cfstream.access.evaluation import General, ReadAccess
from cfstream.access.origins import requester_of
from cfstream.access.partition import Cell, Layout, Named
from cfstream.access.points import Point
from cfstream.access.policy import Requester, ResourceType, Statement
from cfstream.access.reader import ANYONE, Certainty, May, Reader, ReaderKind
from cfstream.access.route import ROOT, Candidate, Route
from cfstream.access.statements import OBJECT_ACL, PolicyAnswer, PolicyView, best
from cfstream.domain import CacheBehavior, Distribution, ObjectClass, Origin
from cfstream.values import Known

UNREAD = "the bucket policy could not be read"
ACLS_UNREAD = "the ACLs of objects, which others manage, were not read"

Ask: TypeAlias = Callable[[Route, Origin], PolicyAnswer]
"""S3's answer to a request of CloudFront for an origin."""


class Viewers:
    """The viewers of every distribution of a model."""

    def __init__(self, layout: Layout, view: PolicyView, points: Sequence[Point]) -> None:
        self.layout = layout
        self.model = layout.model
        self.view = view
        self.points = points
        self._requesters: dict[tuple[Known, Origin], Requester] = {}

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes of the enabled distributions."""
        return tuple(route for route in self.layout.routes if route.distribution.enabled)

    def readers(
        self, route: Route, candidate: Candidate, named: tuple[Named, ...], objects: ObjectClass | None
    ) -> Iterator[ReadAccess]:
        """Yield a way for each reader who can request a key through a behavior."""
        return self._through(
            route, candidate, lambda route, origin: self._read(route.distribution, origin, named, objects)
        )

    def others(self, cells: Sequence[Cell]) -> Iterator[General]:
        """Yield everyone who may list, write or manage through a distribution, each once for each behavior."""
        found: dict[General, None] = {}
        for route in self.routes:
            for may, candidate in self._of_bucket(route):
                found.update(
                    dict.fromkeys(self._general(route, candidate, may, ResourceType.BUCKET, self._nothing))
                )
            for candidate, named in self._written(route, cells):
                for may in (May.WRITE, May.MANAGE):
                    found.update(
                        dict.fromkeys(self._general(route, candidate, may, ResourceType.OBJECT, named))
                    )
        yield from found

    def _written(
        self, route: Route, cells: Sequence[Cell]
    ) -> Mapping[tuple[Candidate, tuple[Named, ...]], None]:
        """Yield the behaviors through which viewers can write objects, with the statements that name the keys."""
        views = (self.view, *(each.view for each in self.points))
        if not any(view.allows_more for view in views):
            return {}
        return {
            (candidate, self.layout.named(cell.mask, cell.may)): None
            for cell in cells
            for candidate in route.by_path(cell.mask, cell.may)
            if route.behaviors[candidate.place].writes
        }

    @property
    def _nothing(self) -> tuple[Named, ...]:
        return (Named(0, 0),) * (len(self.points) + 1)

    def _of_bucket(self, route: Route) -> Iterator[tuple[May, Candidate]]:
        """Yield what viewers can request of the bucket itself, with the behavior for ``/``."""
        listing = route.listing()
        if listing is not None:
            yield May.LIST, listing
        if route.root is not None and not route.origin_path and route.behaviors[route.root.place].writes:
            for may in (May.WRITE, May.MANAGE):
                yield may, Candidate(route.root.place, (), ROOT)

    def _general(
        self, route: Route, candidate: Candidate, may: May, on: ResourceType, named: tuple[Named, ...]
    ) -> Iterator[General]:
        def ask(route: Route, origin: Origin) -> PolicyAnswer:
            requester = self._requester(route.distribution, origin)
            if origin.alias is not None:
                return best(each.by_viewers(requester, may, on, named) for each in self._points_of(origin))
            return self.view.by_viewers(requester, may, on, named[0])

        for access in self._through(route, candidate, ask):
            paths = () if on is ResourceType.BUCKET else (route.behaviors[candidate.place].pattern.absolute,)
            yield General(access.reader, may, access.certain, access.undecided, access.by, paths, access)

    def _through(self, route: Route, candidate: Candidate, ask: Ask) -> Iterator[ReadAccess]:
        """Yield a way for each viewer of a behavior and each origin that S3 answers."""
        behavior = route.behaviors[candidate.place]
        for origin in route.origins(behavior, self.layout.reached):
            reading = ask(route, origin)
            if reading.verdict is not Certainty.NO:
                access = ReadAccess(
                    ANYONE,
                    reading.verdict is Certainty.YES and not candidate.undecided,
                    (*candidate.undecided, *reading.undecided),
                    route.distribution,
                    route.distribution.id,
                    behavior,
                    candidate.path,
                    origin,
                    by=reading.by,
                    statements=self._statements(origin, reading),
                )
                yield from self._signed(access, behavior)

    def _statements(self, origin: Origin, reading: PolicyAnswer) -> tuple[Statement, ...]:
        """Return the statements of the bucket's policy that allow a request; none for an access point's."""
        return () if origin.alias is not None else tuple(self.view.statements[n] for n in reading.statements)

    def _signed(self, access: ReadAccess, behavior: CacheBehavior) -> Iterator[ReadAccess]:
        """Return one way for each signer, or one for anyone if no signature is needed."""
        if not behavior.signers:
            yield access
        for account in behavior.signers.accounts:
            named = self.model.account if account == "self" else account
            own = named == self.model.account
            yield replace(access, reader=Reader(ReaderKind.SIGNER, named, own))
        for group in behavior.signers.key_groups:
            state = self.model.groups.get(group)
            reader = Reader(ReaderKind.KEY_GROUP, self.model.group_name(group))
            yield replace(access, reader=reader, keys=state.keys if state else None)

    def _read(
        self, through: Distribution, origin: Origin, named: tuple[Named, ...], objects: ObjectClass | None
    ) -> PolicyAnswer:
        """Return whether S3 answers CloudFront's request for an origin."""
        requester = self._requester(through, origin)
        if origin.alias is not None:
            return best(each.read(requester, named, cloudfront=True) for each in self._points_of(origin))
        reading = self.view.read(requester, named[0], objects, cloudfront=True)
        if reading.verdict is Certainty.YES:
            return reading
        if self.model.bucket.policy_unread:
            return PolicyAnswer(Certainty.MAYBE, (UNREAD,), ("policy",))
        if self.model.bucket.objects.granted_unread and origin.oai_id and through.id == self.model.own:
            return PolicyAnswer(Certainty.MAYBE, (ACLS_UNREAD,), (OBJECT_ACL,))
        return reading

    def _requester(self, through: Distribution, origin: Origin) -> Requester:
        key = (through.id, origin)
        if key not in self._requesters:
            self._requesters[key] = self.view.known(requester_of(self.model, through, origin))
        return self._requesters[key]

    def _points_of(self, origin: Origin) -> Iterator[Point]:
        """Return the access points that an origin leads to."""
        return (each for each in self.points if each.point.alias == origin.alias)
