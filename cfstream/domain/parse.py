"""AWS's replies as values of this package: the one place that reads a distribution's document."""

from collections.abc import Mapping
from typing import Any

from cfstream.domain.delivery import Delivery
from cfstream.domain.distribution import Behavior, Distribution, ErrorPage, Origin, Signers
from cfstream.domain.listing import items
from cfstream.domain.path_pattern import PathPattern
from cfstream.values import ETag, Joined, Json, Known, Ref

OAI_PREFIX = "origin-access-identity/cloudfront/"


def distribution_from_row(delivery: Delivery, row: Json) -> Distribution:
    """Return a distribution as a list shows it (DistributionSummary, StreamingDistributionSummary)."""
    return Distribution(
        delivery=delivery,
        id=row["Id"],
        arn=row["ARN"],
        domain_name=row["DomainName"],
        status=row["Status"],
        etag=ETag(row["ETag"]) if row.get("ETag") else None,
        row=row,
        **_settings(delivery, row),
    )


def distribution_from_reply(
    delivery: Delivery, reply: Json, tags: Mapping[str, str] | None = None
) -> Distribution:
    """Return a distribution from the reply to GetDistribution or GetStreamingDistribution."""
    live = reply[delivery.resource]
    config = live[delivery.document]
    return Distribution(
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
        unknown_members=tuple(reply.get("UnknownMembers", ())),
        **_settings(delivery, config),
    )


def distribution_from_config(
    delivery: Delivery, distribution_id: Known, arn: Known, config: Json
) -> Distribution:
    """Return the distribution that a configuration describes once it is written. Values in it may be Refs."""
    return Distribution(
        delivery=delivery, id=distribution_id, arn=arn, config=config, **_settings(delivery, config)
    )


def _settings(delivery: Delivery, raw: Json) -> dict[str, Any]:
    """What a configuration and a list row spell in the same way."""
    origins = _origins(delivery, raw)
    return {
        "enabled": bool(raw["Enabled"]),
        "origins": tuple(origins.values()),
        "behaviors": _behaviors(delivery, raw, origins),
        "aliases": tuple(sorted(alias.lower() for alias in items(raw.get("Aliases")))),
        "comment": raw.get("Comment") or "",
        "price_class": raw.get("PriceClass") or "",
        "error_pages": tuple(_error_page(each) for each in items(raw.get("CustomErrorResponses"))),
        "default_root_object": raw.get("DefaultRootObject"),
    }


def _origins(delivery: Delivery, raw: Json) -> dict[str, Origin]:
    if delivery is Delivery.RTMP:
        origin = raw["S3Origin"]
        return {"s3": Origin("s3", origin["DomainName"], oai_id=_oai(origin))}
    return {
        each["Id"]: Origin(
            id=each["Id"],
            domain_name=each["DomainName"],
            path=each.get("OriginPath") or "",
            oai_id=_oai(each.get("S3OriginConfig") or {}),
            oac_id=each.get("OriginAccessControlId") or "",
        )
        for each in items(raw["Origins"])
    }


def _oai(s3_origin: Json) -> Known:
    match s3_origin.get("OriginAccessIdentity") or "":
        case Joined((str(), Ref() as ref)):
            return ref
        case str() as path:
            return path.removeprefix(OAI_PREFIX)
        case Ref() | Joined() as ref:
            return ref
    raise TypeError(f"not an origin access identity: {s3_origin!r}")


def _behaviors(delivery: Delivery, raw: Json, origins: Mapping[str, Origin]) -> tuple[Behavior, ...]:
    if delivery is Delivery.RTMP:
        return (Behavior(PathPattern("*"), "s3", tuple(origins.values()), _signers(raw), default=True),)
    groups = {
        group["Id"]: tuple(member["OriginId"] for member in items(group["Members"]))
        for group in items(raw.get("OriginGroups"))
    }
    listed = [*items(raw.get("CacheBehaviors")), raw["DefaultCacheBehavior"]]
    return tuple(_behavior(each, groups, origins, default=each is listed[-1]) for each in listed)


def _behavior(
    raw: Json, groups: Mapping[str, tuple[str, ...]], origins: Mapping[str, Origin], *, default: bool
) -> Behavior:
    target = raw["TargetOriginId"]
    return Behavior(
        pattern=PathPattern("*" if default else raw["PathPattern"]),
        target=target,
        origins=tuple(origins[each] for each in groups.get(target, (target,)) if each in origins),
        signers=_signers(raw),
        default=default,
        viewer_protocol=raw.get("ViewerProtocolPolicy") or "allow-all",
        functions=(
            *(each["FunctionARN"] for each in items(raw.get("FunctionAssociations"))),
            *(each["LambdaFunctionARN"] for each in items(raw.get("LambdaFunctionAssociations"))),
        ),
    )


def _signers(raw: Json) -> Signers:
    return Signers(
        accounts=tuple(sorted(items(raw.get("TrustedSigners")))),
        key_groups=tuple(sorted(items(raw.get("TrustedKeyGroups")), key=str)),
    )


def _error_page(raw: Json) -> ErrorPage:
    return ErrorPage(
        int(raw["ErrorCode"]), raw.get("ResponsePagePath") or "", str(raw.get("ResponseCode") or "")
    )
