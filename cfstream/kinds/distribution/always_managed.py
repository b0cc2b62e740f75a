"""The fields that every spec manages, such as the bucket and the viewer protocol.

The optional fields are in `http_fields`; signers and other behaviors are in `behaviors`.
"""

from collections.abc import Callable, Set
from typing import Any

from cfstream.domain import Delivery, Distribution, bucket_of, distribution_from_config, document
from cfstream.domain.tls import TLS_FROM_WEAKEST
from cfstream.kinds.distribution.http_fields import managed
from cfstream.kinds.distribution.policies import OwnPolicies
from cfstream.stack.context import StackContext
from cfstream.stack.distribution_fields import common_fields
from cfstream.stack.fields import OwnedField
from cfstream.steps.hazards import Hazard, HazardName
from cfstream.values import Json, Known


def origin_domain(bucket: str, region: str, partition: str) -> str:
    """Return the regional name of a bucket.

    The global one fails for new buckets and newer regions (Developer Guide, "Origin settings").
    """
    return f"{bucket}.s3.{region}.amazonaws.com" + (".cn" if partition == "aws-cn" else "")


def settings(config: Json) -> Distribution:
    """Return the distribution that a configuration describes; its id is not known yet."""
    return distribution_from_config(Delivery.HTTP, "", "", config)


def top_fields(
    context: StackContext,
    domain: str,
    identity: Known | None,
    policies: OwnPolicies,
    *,
    certificate: str,
    apart: Set[str],
) -> list[OwnedField]:
    """Return the owned fields, except signers and other behaviors.

    An empty `certificate` keeps the live one. Separate calls add and remove the names in `apart`.
    """
    http = context.stack.spec.http
    return [
        *common_fields(context, apart),
        _bucket(context.stack.spec.bucket.name, domain),
        *_identity(context, identity),
        _viewer_protocol(http.viewer_protocol),
        *(each.at("", "http.") for each in managed(http, policies)),
        *([_certificate(certificate)] if certificate else []),
    ]


def minimum_tls(config: Json, want: str) -> list[OwnedField]:
    """Return the field for the security policy; none without a custom certificate: AWS then fixes it to TLSv1."""
    if not document.own_certificate(config):
        return []

    def write(config: dict[str, Any], value: Any) -> None:
        config["ViewerCertificate"] = {**config["ViewerCertificate"], "MinimumProtocolVersion": value}

    def hazards(before: Any, after: Any) -> tuple[Hazard, ...]:
        ranks = {name: rank for rank, name in enumerate(TLS_FROM_WEAKEST)}
        # A policy that is not known here is newer than all that are: any other may be weaker.
        if not before or (before in ranks and ranks[after] >= ranks[before]):
            return ()
        return (
            Hazard(
                HazardName.WEAKENS_TLS,
                f"viewers can connect with TLS versions or ciphers that {before} refuses",
            ),
        )

    read = _from_certificate("MinimumProtocolVersion")
    return [OwnedField("http.minimum_tls", want, read, write, hazards=hazards)]


def _bucket(bucket: str, domain: str) -> OwnedField:
    def read(config: Json) -> str | None:
        return bucket_of(document.default_origin(config)["DomainName"])

    def write(config: dict[str, Any], _value: Any) -> None:
        document.default_origin(config)["DomainName"] = domain

    return OwnedField("bucket", bucket, read, write)


def _identity(context: StackContext, identity: Known | None) -> list[OwnedField]:
    """Return the fields of the identity with which CloudFront reads the bucket: an OAC, an OAI, or neither.

    AWS refuses both at once (IllegalOriginAccessConfiguration).
    """
    wanted = context.stack.spec.identity

    def set_oac(config: dict[str, Any], value: Known) -> None:
        document.set_oac(document.default_origin(config), value)

    return [
        _identity_field("oac", identity if wanted == "oac" else "", document.oac, set_oac),
        _identity_field("oai", identity if wanted == "oai" else "", document.oai, document.set_oai),
    ]


def _identity_field(path: str, want: Any, read: Callable[[Json], Known], write: Any) -> OwnedField:
    def shown(value: Any) -> Any:
        return value or None

    return OwnedField(path, want, lambda config: read(document.default_origin(config)), write, show=shown)


def _viewer_protocol(want: str) -> OwnedField:
    def read(config: Json) -> str:
        return document.viewer_protocol(document.behavior(config, ""))

    def write(config: dict[str, Any], value: Any) -> None:
        document.set_viewer_protocol(document.behavior(config, ""), value)

    def hazards(_before: Any, after: Any) -> tuple[Hazard, ...]:
        if after != "allow-all":
            return ()
        return (Hazard(HazardName.WEAKENS_TLS, "signed URLs and cookies may be sent over plain http"),)

    return OwnedField("http.viewer_protocol", want, read, write, hazards=hazards)


def _certificate(arn: str) -> OwnedField:
    def write(config: dict[str, Any], value: Any) -> None:
        live = config.get("ViewerCertificate") or {}
        own = bool(live.get("ACMCertificateArn") or live.get("IAMCertificateId"))
        config["ViewerCertificate"] = {
            "ACMCertificateArn": value,
            # A dedicated IP (vip) has a monthly fee, so cfstream keeps it, but never chooses it.
            "SSLSupportMethod": live.get("SSLSupportMethod", "sni-only") if own else "sni-only",
            "MinimumProtocolVersion": live.get("MinimumProtocolVersion", "TLSv1.2_2021")
            if own
            else "TLSv1.2_2021",
            "CloudFrontDefaultCertificate": False,
        }

    return OwnedField("http.certificate", arn, _from_certificate("ACMCertificateArn"), write)


def _from_certificate(name: str) -> Any:
    return lambda config: (config.get("ViewerCertificate") or {}).get(name, "")
