"""Finds live resources by the stack of a spec, or by id."""

import re
from collections.abc import Mapping

from cfstream.domain import Delivery, LiveDistribution, distribution_from_reply
from cfstream.errors import CfstreamError, Missing, Refused
from cfstream.inventory.entries import SHOWN
from cfstream.ports import Reads
from cfstream.spec.wording import write_nearest
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.context import StackContext
from cfstream.stack.live_state import LiveState
from cfstream.stack.shown import Shown
from cfstream.stack.survey import listed_distributions
from cfstream.startup.frozen import dataclass
from cfstream.values import ETag, Json

BY_KIND: Mapping[str, Shown] = {shown.kind: shown for shown in SHOWN}


@dataclass(frozen=True)
class Found:
    """One live resource, as AWS shows it."""

    kind: str
    id: str
    etag: ETag
    live: Json
    """The resource in the reply, with its status, domain name and config."""

    @property
    def shown(self) -> Shown:
        """How the API names its kind."""
        return BY_KIND[self.kind]

    @property
    def config(self) -> Json:
        """The document that an update would replace."""
        config: Json = self.live[self.shown.config]
        return config

    @property
    def distribution(self) -> LiveDistribution:
        """The resource as a distribution. Raises KeyError for an identity."""
        delivery = Delivery.of_kind(self.kind)
        return distribution_from_reply(delivery, {delivery.resource: self.live, "ETag": self.etag})

    @property
    def name(self) -> str:
        """Its name in a sentence."""
        return f"{self.kind.replace('-', ' ')} {self.id}"


def is_id(text: str) -> bool:
    """Return whether `text` looks like an id of CloudFront, or its start: ``E``, then capitals and digits."""
    return re.fullmatch(r"E[A-Z0-9]+", text) is not None


def by_id(aws: Reads, resource_id: str) -> Found:
    """Return the distribution or the identity with this id. Requests all kinds at the same time.

    Raises CfstreamError if there is none, or Refused.
    """
    answers = aws.together([shown.get(resource_id) for shown in SHOWN])
    for shown, answer in zip(SHOWN, answers, strict=True):
        if not isinstance(answer, Refused):
            return _found(shown.kind, answer)
    for answer in answers:
        if isinstance(answer, Refused) and not isinstance(answer, Missing):
            raise answer
    there = [row.id for row in listed_distributions(aws)]
    raise CfstreamError(
        f"no distribution or origin access identity in this account has the id {resource_id}",
        write_nearest(resource_id, there, "see the ids: cfstream list", "a distribution of this account"),
    )


def by_context(aws: Reads, context: StackContext) -> Found:
    """Return the stack's own distribution. Raises CfstreamError if it does not exist yet."""
    return of_stack(LiveState(AccountLists(aws, context.now), context))


def of_stack(state: LiveState) -> Found:
    """Return the stack's own distribution, with lists that were read already. Raises as `by_context`."""
    context = state.context
    for each in state.claims[:1]:
        return _found(each.delivery.kind, state.aws.read(each.delivery.get(each.id)))
    raise CfstreamError(
        f"{context.name} has no distribution in account {context.account}",
        f"create it; {context.applying}",
    )


def _found(kind: str, reply: Json) -> Found:
    live = reply[BY_KIND[kind].resource]
    return Found(kind, live["Id"], ETag(reply["ETag"]), live)
