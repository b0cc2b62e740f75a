"""Parse AWS's replies into values of this package. Only this module reads a distribution's document."""

from collections.abc import Mapping
from typing import Any

from cfstream.domain import document
from cfstream.domain.delivery import Delivery
from cfstream.domain.distribution import (
    CacheBehavior,
    Distribution,
    EdgeFunction,
    ErrorPage,
    LiveDistribution,
    Origin,
)
from cfstream.domain.listing import items
from cfstream.domain.path_pattern import PathPattern
from cfstream.domain.unknown_members import unknown_members
from cfstream.values import ETag, Json, Known

ORIGIN_MEMBERS: Mapping[str, str] = {"id": "Id", "domain_name": "DomainName", "path": "OriginPath"}
"""The members that an `Origin` has unchanged, by its attributes."""


def distribution_from_row(delivery: Delivery, row: Json) -> LiveDistribution:
    """Return a distribution from its row in a list (DistributionSummary, StreamingDistributionSummary)."""
    return LiveDistribution(
        delivery=delivery,
        id=row["Id"],
        arn=row["ARN"],
        domain_name=row["DomainName"],
        status=row["Status"],
        etag=ETag(row.get("ETag") or ""),
        row=row,
        **{**_settings(delivery, row), "default_root_object": None},
    )


def distribution_from_reply(
    delivery: Delivery, reply: Json, tags: Mapping[str, str] | None = None
) -> LiveDistribution:
    """Return a distribution from the reply to GetDistribution or GetStreamingDistribution."""
    live = reply[delivery.resource]
    config = live[delivery.document]
    return LiveDistribution(
        delivery=delivery,
        id=live["Id"],
        arn=live["ARN"],
        domain_name=live["DomainName"],
        status=live["Status"],
        etag=ETag(reply["ETag"]),
        tags=tags,
        active_key_groups={
            group["KeyGroupId"]: tuple(sorted(items(group.get("KeyPairIds"))))
            for group in items(live.get("ActiveTrustedKeyGroups"))
        },
        active_signers={
            signer["AwsAccountNumber"]: tuple(sorted(items(signer.get("KeyPairIds"))))
            for signer in items(live.get("ActiveTrustedSigners"))
        },
        last_modified=live.get("LastModifiedTime"),
        config=config,
        unknown_members=unknown_members(reply, f"{delivery.resource}.{delivery.document}"),
        **_settings(delivery, config),
    )


def distribution_from_config(
    delivery: Delivery, distribution_id: Known, arn: Known, config: Json
) -> Distribution:
    """Return the distribution that a configuration will describe once written. Values in it may be Refs."""
    return Distribution(
        delivery=delivery, id=distribution_id, arn=arn, config=config, **_settings(delivery, config)
    )


def _settings(delivery: Delivery, raw: Json) -> dict[str, Any]:
    """Return the fields that a configuration and a list row represent in the same way."""
    origins = _origins(delivery, raw)
    return {
        "enabled": bool(raw["Enabled"]),
        "origins": tuple(origins.values()),
        "behaviors": _behaviors(delivery, raw, origins),
        "aliases": tuple(sorted(alias.lower() for alias in items(raw.get("Aliases")))),
        "comment": raw.get("Comment") or "",
        "price_class": raw.get("PriceClass") or "",
        "error_pages": tuple(_error_page(each) for each in items(raw.get("CustomErrorResponses"))),
        "default_root_object": raw.get("DefaultRootObject") or "",
    }


def _origins(delivery: Delivery, raw: Json) -> dict[str, Origin]:
    if delivery is Delivery.RTMP:
        origin = raw["S3Origin"]
        return {"s3": Origin("s3", origin["DomainName"], oai_id=document.oai(origin))}
    return {
        each["Id"]: Origin(
            **{name: each.get(member) or "" for name, member in ORIGIN_MEMBERS.items()},
            oai_id=document.oai(each),
            oac_id=document.oac(each),
        )
        for each in items(raw["Origins"])
    }


def _behaviors(delivery: Delivery, raw: Json, origins: Mapping[str, Origin]) -> tuple[CacheBehavior, ...]:
    if delivery is Delivery.RTMP:
        return (
            CacheBehavior(
                PathPattern("*"), "s3", tuple(origins.values()), document.signers(raw), default=True
            ),
        )
    groups = {
        group["Id"]: tuple(member["OriginId"] for member in items(group["Members"]))
        for group in items(raw.get("OriginGroups"))
    }
    listed = [*document.named_behaviors(raw), document.behavior(raw, "")]
    return tuple(_behavior(each, groups, origins, default=each is listed[-1]) for each in listed)


def _behavior(
    raw: Json, groups: Mapping[str, tuple[str, ...]], origins: Mapping[str, Origin], *, default: bool
) -> CacheBehavior:
    target = raw["TargetOriginId"]
    return CacheBehavior(
        pattern=PathPattern("*" if default else raw["PathPattern"]),
        target=target,
        origins=tuple(origins[each] for each in groups.get(target, (target,)) if each in origins),
        signers=document.signers(raw),
        default=default,
        viewer_protocol=document.viewer_protocol(raw) or "allow-all",
        cache_policy=document.cache_policy(raw),
        response_headers_policy=document.response_headers_policy(raw),
        functions=tuple(EdgeFunction(event, arn) for event, arn in document.functions(raw).items()),
        lambdas=tuple(EdgeFunction(event, arn) for event, arn in document.lambdas(raw).items()),
        methods=tuple(sorted(document.allowed_methods(raw))) or ("GET", "HEAD"),
    )


def _error_page(raw: Json) -> ErrorPage:
    return ErrorPage(
        int(raw["ErrorCode"]), raw.get("ResponsePagePath") or "", str(raw.get("ResponseCode") or "")
    )
