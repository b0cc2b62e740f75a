"""Requests through access points. Pure."""

from collections.abc import Callable
from typing import TypeAlias

from cfstream.access.model import AccessModel
from cfstream.access.partition import Named
from cfstream.access.policy import Requester, ResourceType
from cfstream.access.policy.context import fixed
from cfstream.access.reader import Certainty, May
from cfstream.access.statements import PolicyAnswer, PolicyView
from cfstream.domain import AccessPoint

Question: TypeAlias = Callable[[PolicyView, Requester, Named], PolicyAnswer]


class Point:
    """An access point: its own policy decides, and the bucket's policy must also allow the requests."""

    def __init__(self, model: AccessModel, point: AccessPoint, number: int, bucket: PolicyView) -> None:
        self.point = point
        self.view = PolicyView.of_point(model, point)
        self._number = number
        """The place of its statements among those of all policies."""
        self._bucket = bucket
        self._keys = {
            "s3:dataaccesspointaccount": fixed(model.account),
            "s3:dataaccesspointarn": fixed(point.arn),
        }

    def read(
        self, requester: Requester, named: tuple[Named, ...], *, cloudfront: bool = False
    ) -> PolicyAnswer:
        """Return whether a requester may read through the access point."""
        if self.point.unread:
            return PolicyAnswer(Certainty.MAYBE, (f"the policy of the access point {self.point.name}",))
        return self._asked(
            requester, named, lambda view, who, names: view.read(who, names, cloudfront=cloudfront)
        )

    def by_viewers(
        self, requester: Requester, may: May, on: ResourceType, named: tuple[Named, ...]
    ) -> PolicyAnswer:
        """Return whether CloudFront may list, write or manage through the access point at the request of viewers."""
        return self._asked(requester, named, lambda view, who, names: view.by_viewers(who, may, on, names))

    def general(self, requester: Requester, may: May) -> PolicyAnswer:
        """Return whether a requester may list, write or manage through the access point."""
        nothing = (Named(0, 0),) * (self._number + 1)
        return self._asked(requester, nothing, lambda view, who, _: view.general(who, may))

    def _asked(self, requester: Requester, named: tuple[Named, ...], question: Question) -> PolicyAnswer:
        """Return what both policies allow together."""
        mine = question(self.view, self.view.known(requester), named[self._number])
        if mine.verdict is Certainty.NO:
            return mine
        through = question(self._bucket, self._bucket.known(requester.with_keys(self._keys)), named[0])
        if through.verdict is Certainty.NO:
            return through
        vpc = (f"only from {self.point.vpc}",) if self.point.vpc else ()
        certain = mine.verdict is through.verdict is Certainty.YES and not vpc
        undecided = () if certain else tuple(dict.fromkeys((*mine.undecided, *through.undecided, *vpc)))
        return PolicyAnswer(
            Certainty.YES if certain else Certainty.MAYBE, undecided, mine.by, mine.statements
        )
