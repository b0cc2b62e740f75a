"""Distributions as AWS shows them, for tests that do not call AWS."""

from collections.abc import Mapping
from typing import Any

from cfstream.domain import Delivery, LiveDistribution, distribution_from_reply, document
from cfstream.domain.new_document import new_config
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


def completed(config: Json) -> Json:
    """Return the configuration with the usual values of members that AWS returns even if a create omits them.

    Tests of what is unusual need them: a field that is new in the spec language has its usual value.
    """
    usual = new_config("", "", "")
    behavior = {
        name: value for name, value in usual["DefaultCacheBehavior"].items() if name != "CachePolicyId"
    }
    whole = {**usual, **config, "DefaultCacheBehavior": {**behavior, **config["DefaultCacheBehavior"]}}
    others = whole["CacheBehaviors"].get("Items", [])
    if others:
        whole["CacheBehaviors"] = {
            **whole["CacheBehaviors"],
            "Items": [{**behavior, **each} for each in others],
        }
    return whole
