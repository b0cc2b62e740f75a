"""Distributions as AWS shows them, for tests that do not call AWS."""

from collections.abc import Mapping
from typing import Any

from cfstream.domain import Delivery, LiveDistribution, distribution_from_reply, document
from cfstream.values import Json

NUMBER = "123456789012"


def shown(
    config: Json, tags: Mapping[str, str] | None = None, id_: str = "E1ABC", **changes: Any
) -> LiveDistribution:
    """Return a distribution with this configuration. `changes` are other members of the reply."""
    delivery = Delivery.RTMP if document.streaming(config) else Delivery.HTTP
    whole = {
        "Id": id_,
        "ARN": f"arn:aws:cloudfront::{NUMBER}:{delivery.kind}/{id_}",
        "Status": "Deployed",
        "DomainName": "d111111abcdef8.cloudfront.net",
        delivery.document: config,
        **changes,
    }
    return distribution_from_reply(delivery, {delivery.resource: whole, "ETag": "E2ETAG"}, tags or {})
