"""From what a person names, a spec's stack or an id, to what is live under it."""

import re
from dataclasses import dataclass

from cfstream.domain import Delivery, LiveDistribution, distribution_from_reply
from cfstream.errors import CfstreamError, Missing, Refused
from cfstream.inventory.entries import IDENTITY
from cfstream.ports import Call, Reads
from cfstream.stack.scene import Scene
from cfstream.stack.surroundings import Surroundings
from cfstream.values import ETag, Json

IDENTITY_RESOURCE = "CloudFrontOriginAccessIdentity"

GETS = {
    **{delivery.kind: f"get_{delivery.operation_noun}" for delivery in Delivery},
    IDENTITY: "get_cloud_front_origin_access_identity",
}
"""The operation that reads one of each kind."""

RESOURCES = {**{delivery.kind: delivery.resource for delivery in Delivery}, IDENTITY: IDENTITY_RESOURCE}
"""The top key of the replies, by kind."""


@dataclass(frozen=True)
class Found:
    """One live resource, as AWS shows it."""

    kind: str
    id: str
    etag: ETag
    live: Json
    """The resource out of the reply: status, domain name, and the config inside."""

    @property
    def config(self) -> Json:
        """The document that an update would replace."""
        config: Json = self.live[f"{RESOURCES[self.kind]}Config"]
        return config

    @property
    def distribution(self) -> LiveDistribution:
        """The distribution that this is. Raises ValueError for an identity."""
        delivery = Delivery.of_kind(self.kind)
        return distribution_from_reply(delivery, {delivery.resource: self.live, "ETag": self.etag})

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return f"{self.kind.replace('-', ' ')} {self.id}"


def is_id(text: str) -> bool:
    """Whether `text` looks like an id that CloudFront gives (``E`` and capitals and digits), be it cut short."""
    return re.fullmatch(r"E[A-Z0-9]+", text) is not None


def get(kind: str, resource_id: str) -> Call:
    """The call that reads one resource."""
    return Call("cloudfront", GETS[kind], {"Id": resource_id})


def by_id(aws: Reads, resource_id: str) -> Found:
    """The distribution of either kind or the identity of this id; asks for all three at the same time.

    Raises CfstreamError when there is none, Refused when AWS refuses to say.
    """
    answers = aws.together([get(kind, resource_id) for kind in GETS])
    for kind, answer in zip(GETS, answers, strict=True):
        if not isinstance(answer, Refused):
            return _found(kind, answer)
    for answer in answers:
        if isinstance(answer, Refused) and not isinstance(answer, Missing):
            raise answer
    raise CfstreamError(
        f"{resource_id} is no distribution and no origin access identity of this account",
        "cfstream list shows those that there are",
    )


def by_scene(aws: Reads, scene: Scene) -> Found:
    """The stack's own distribution. Raises CfstreamError when there is none yet."""
    for each in Surroundings(aws, scene).claims[:1]:
        return _found(each.delivery.kind, aws.read(each.delivery.get(each.id)))
    raise CfstreamError(
        f"{scene.name} has no distribution in account {scene.account}",
        f"make it with: {scene.command('apply')}",
    )


def _found(kind: str, reply: Json) -> Found:
    live = reply[RESOURCES[kind]]
    return Found(kind, live["Id"], ETag(reply["ETag"]), live)
