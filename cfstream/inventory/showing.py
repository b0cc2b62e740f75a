"""Reads one distribution or identity and everything it refers to, and arranges it as `details`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC
from typing import Any

from cfstream.errors import Refused
from cfstream.inventory.details import (
    ActiveSigners,
    BehaviorDetails,
    Details,
    DistributionDetails,
    IdentityDetails,
    Named,
    OriginDetails,
    Tls,
)
from cfstream.inventory.entries import IDENTITY, owner_by_mark, users_of_identity
from cfstream.inventory.grants import grants_of
from cfstream.inventory.lookup import IDENTITY_RESOURCE, Found
from cfstream.kinds.cache_policies import name_of
from cfstream.kinds.distributions import (
    ACL_TAG,
    NAME_TAG,
    all_distributions,
    behavior_of,
    items,
    origin_of,
    tags_of,
)
from cfstream.ports import Call, Reads
from cfstream.steps.step import at
from cfstream.values import Json


def details_of(aws: Reads, found: Found) -> Details:
    """All settings of what was found, with the names of what it refers to.

    What the caller may not read of other resources (names, policies) becomes a note; raises as `Reads.read`
    for the rest.
    """
    return _identity(aws, found) if found.kind == IDENTITY else _distribution(aws, found)


def _identity(aws: Reads, found: Found) -> IdentityDetails:
    comment = found.config.get("Comment") or ""
    return IdentityDetails(
        id=found.id,
        etag=found.etag,
        owner=owner_by_mark(comment),
        canonical_user=found.live["S3CanonicalUserId"],
        comment=comment,
        caller_reference=found.config["CallerReference"],
        used_by=users_of_identity(found.id, all_distributions(aws)),
    )


def _distribution(aws: Reads, found: Found) -> DistributionDetails:
    config, live = found.config, found.live
    tags = tags_of(aws.read(Call("cloudfront", "list_tags_for_resource", {"Resource": live["ARN"]})))
    owner = tags.get(NAME_TAG)
    names = _Names(aws, live)
    origins = tuple(names.origin(raw) for raw in _origins(found))
    grants, notes = grants_of(aws, live["ARN"], owner, origins, marked=ACL_TAG in tags)
    return DistributionDetails(
        kind=found.kind,
        id=found.id,
        arn=live["ARN"],
        etag=found.etag,
        owner=owner,
        status=live["Status"],
        enabled=bool(config["Enabled"]),
        domain_name=live["DomainName"],
        cnames=tuple(sorted(items(config.get("Aliases")))),
        comment=config.get("Comment") or "",
        last_modified=_utc(live.get("LastModifiedTime")),
        caller_reference=config["CallerReference"],
        price_class=config.get("PriceClass") or "",
        origins=origins,
        behaviors=tuple(names.behavior(raw) for raw in _behaviors(found)),
        active_signers=tuple(names.active()),
        grants=grants,
        logging=_logging(config),
        tls=_tls(config.get("ViewerCertificate")),
        http_version=config.get("HttpVersion") or "",
        ipv6=config.get("IsIPV6Enabled"),
        default_root_object=config.get("DefaultRootObject") or "",
        web_acl=config.get("WebACLId") or "",
        tags=dict(sorted(tags.items())),
        notes=(*names.notes, *notes),
    )


class _Names:
    """The names behind the ids of one distribution, and notes of those that could not be read."""

    def __init__(self, aws: Reads, live: Json) -> None:
        self._aws = aws
        self._live = live
        self.notes: list[str] = []
        used = _uses_key_groups(live)
        self._groups = self._named("list_key_groups", _group_name) if used else {}
        self._keys = self._named("list_public_keys", lambda row: (row["Id"], row["Name"])) if used else {}

    def _named(self, operation: str, name: Any) -> Mapping[str, str]:
        try:
            return dict(name(row) for row in self._aws.items(Call("cloudfront", operation)))
        except Refused as refusal:
            self.notes.append(f"names are missing: {refusal.what}")
            return {}

    def origin(self, raw: Json) -> OriginDetails:
        origin = origin_of(raw)
        plain = OriginDetails(origin.id, origin.domain_name, raw.get("OriginPath") or "")
        if origin.oac_id:
            control = self._one("get_origin_access_control", origin.oac_id)
            name = at(control, "OriginAccessControl.OriginAccessControlConfig.Name") or ""
            return replace(plain, access="oac", identity=Named(origin.oac_id, name))
        if origin.oai_id:
            identity = self._one("get_cloud_front_origin_access_identity", origin.oai_id)
            live = (identity or {}).get(IDENTITY_RESOURCE, {})
            comment = at(live, f"{IDENTITY_RESOURCE}Config.Comment") or ""
            canonical = live.get("S3CanonicalUserId", "")
            named = Named(origin.oai_id, comment)
            return replace(plain, access="oai", identity=named, canonical_user=canonical)
        return plain

    def _one(self, operation: str, resource_id: str) -> Json | None:
        answer = self._aws.together([Call("cloudfront", operation, {"Id": resource_id})])[0]
        if isinstance(answer, Refused):
            self.notes.append(f"{resource_id} could not be read: {answer.what}")
            return None
        return answer

    def behavior(self, raw: Json) -> BehaviorDetails:
        behavior = behavior_of(raw)
        return BehaviorDetails(
            path=behavior.path,
            origin_id=behavior.origin_id,
            trusted_signers=behavior.signers,
            key_groups=tuple(Named(each, self._groups.get(each, "")) for each in behavior.key_groups),
            viewer_protocol=raw.get("ViewerProtocolPolicy") or "",
            cache_policy=name_of(raw.get("CachePolicyId") or "", {}),
        )

    def active(self) -> Iterable[ActiveSigners]:
        for signer in items(self._live.get("ActiveTrustedSigners")):
            keys = sorted(items(signer.get("KeyPairIds")))
            yield ActiveSigners(Named(signer["AwsAccountNumber"]), tuple(Named(key) for key in keys))
        for group in items(self._live.get("ActiveTrustedKeyGroups")):
            keys = sorted(items(group.get("KeyPairIds")))
            yield ActiveSigners(
                Named(group["KeyGroupId"], self._groups.get(group["KeyGroupId"], "")),
                tuple(Named(key, self._keys.get(key, "")) for key in keys),
            )


def _uses_key_groups(live: Json) -> bool:
    config = live.get("DistributionConfig", {})
    behaviors = [config.get("DefaultCacheBehavior", {}), *items(config.get("CacheBehaviors"))]
    return bool(items(live.get("ActiveTrustedKeyGroups"))) or any(
        items(each.get("TrustedKeyGroups")) for each in behaviors
    )


def _group_name(row: Json) -> tuple[str, str]:
    return row["KeyGroup"]["Id"], row["KeyGroup"]["KeyGroupConfig"]["Name"]


def _origins(found: Found) -> list[Json]:
    """The origins as a distribution has them; a streaming distribution has one, without an id."""
    if found.kind == "distribution":
        return items(found.config["Origins"])
    origin = found.config["S3Origin"]
    identity = {"OriginAccessIdentity": origin.get("OriginAccessIdentity", "")}
    return [{"Id": "s3", "DomainName": origin["DomainName"], "S3OriginConfig": identity}]


def _behaviors(found: Found) -> list[Json]:
    if found.kind == "distribution":
        return [found.config["DefaultCacheBehavior"], *items(found.config.get("CacheBehaviors"))]
    return [{"TargetOriginId": "s3", "TrustedSigners": found.config.get("TrustedSigners")}]


def _logging(config: Json) -> str:
    logging = config.get("Logging") or {}
    return f"{logging.get('Bucket', '')}/{logging.get('Prefix', '')}" if logging.get("Enabled") else ""


def _tls(certificate: Any) -> Tls | None:
    if not certificate:
        return None
    named = certificate.get("ACMCertificateArn") or certificate.get("IAMCertificateId") or "cloudfront"
    return Tls(
        named, certificate.get("MinimumProtocolVersion") or "", certificate.get("SSLSupportMethod") or ""
    )


def _utc(time: Any) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if time is not None else ""
