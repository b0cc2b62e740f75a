"""The raw config of a distribution: what a new one starts from, and the fields of it that lie outside its behaviors."""

from collections.abc import Mapping, Set
from typing import Any

from cfstream.kinds.cache_policies import MANAGED
from cfstream.kinds.distribution.behaviors import cache_policy_field
from cfstream.kinds.distributions import OAI_PREFIX, Origin, behaviors_in, bucket_of, items, origin_of
from cfstream.kinds.fields import Field, common_fields, scalar
from cfstream.kinds.kind import Scene
from cfstream.steps.step import Hazard
from cfstream.values import Joined, Json, Known, Ref

TLS_FROM_WEAKEST = (
    "SSLv3",
    "TLSv1",
    "TLSv1_2016",
    "TLSv1.1_2016",
    "TLSv1.2_2018",
    "TLSv1.2_2019",
    "TLSv1.2_2021",
    "TLSv1.2_2025",
    "TLSv1.3_2025",
)


def new_config(reference: str, origin_domain: str) -> dict[str, Any]:
    """The config of a new distribution before the spec is laid over it.

    It names every field that an update requires though a create does not (Developer Guide, "Required fields for
    creating and updating distributions"), so that what is created can be sent back.
    """
    none: dict[str, Any] = {"Quantity": 0}
    return {
        "CallerReference": reference,
        "Comment": "",
        "Enabled": True,
        "Aliases": none,
        "DefaultRootObject": "",
        "Origins": {"Quantity": 1, "Items": [_new_origin(origin_domain)]},
        "OriginGroups": none,
        "DefaultCacheBehavior": _new_default_behavior(),
        "CacheBehaviors": none,
        "CustomErrorResponses": none,
        "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
        "PriceClass": "PriceClass_All",
        "HttpVersion": "http2",
        "IsIPV6Enabled": True,
        "WebACLId": "",
        "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    }


def _new_origin(domain: str) -> dict[str, Any]:
    return {
        "Id": "s3",
        "DomainName": domain,
        "OriginPath": "",
        "CustomHeaders": {"Quantity": 0},
        "S3OriginConfig": {"OriginAccessIdentity": ""},
        "OriginAccessControlId": "",
        "ConnectionAttempts": 3,
        "ConnectionTimeout": 10,
        "OriginShield": {"Enabled": False},
    }


def _new_default_behavior() -> dict[str, Any]:
    none = {"Quantity": 0}
    readable = {"Quantity": 2, "Items": ["GET", "HEAD"]}
    return {
        "TargetOriginId": "s3",
        "ViewerProtocolPolicy": "redirect-to-https",
        # OPTIONS, so that players in web pages may ask before they read (AllowedMethods).
        "AllowedMethods": {"Quantity": 3, "Items": ["GET", "HEAD", "OPTIONS"], "CachedMethods": readable},
        "TrustedSigners": {"Enabled": False, "Quantity": 0},
        "TrustedKeyGroups": {"Enabled": False, "Quantity": 0},
        "SmoothStreaming": False,
        "Compress": True,
        "FieldLevelEncryptionId": "",
        "LambdaFunctionAssociations": none,
        "FunctionAssociations": none,
        "CachePolicyId": MANAGED["CachingOptimized"],
    }


def origin_domain(bucket: str, region: str, partition: str) -> str:
    """The regional name of a bucket: the global one fails young buckets and regions (DG "Origin settings")."""
    return f"{bucket}.s3.{region}.amazonaws.com" + (".cn" if partition == "aws-cn" else "")


def default_origin(config: Json) -> Any:
    """The raw origin that the default behavior leads to; of an origin group the one that is asked first."""
    target = behaviors_in(config)[0].origin_ids[0]
    return next(raw for raw in items(config["Origins"]) if raw["Id"] == target)


def our_origins(config: Json, bucket: str) -> frozenset[str]:
    """Ids of the origins that lead to our bucket: by its name, or as the default behavior's origin, which we own."""
    named = {raw["Id"] for raw in items(config["Origins"]) if bucket_of(raw["DomainName"]) == bucket}
    return frozenset({*named, default_origin(config)["Id"]})


def our_paths(config: Json, bucket: str) -> frozenset[str]:
    """The paths whose behaviors lead to our bucket, be it as one of an origin group; empty for the default one."""
    ours = our_origins(config, bucket)
    return frozenset(row.path for row in behaviors_in(config) if ours & {*row.origin_ids})


def top_fields(
    scene: Scene,
    domain: str,
    identity: Known | None,
    policy_id: str | None,
    policy_names: Mapping[str, str],
    *,
    certificate: str,
    apart: Set[str],
) -> list[Field]:
    """The owned fields outside signers and further behaviors. An empty `certificate` leaves the one in place, and names
    that are `apart` come and go by a call of their own.
    """
    http = scene.stack.spec.http
    fields = [
        *common_fields(scene, apart),
        _bucket(scene.stack.spec.bucket.name, domain),
        *_identity(scene, identity),
    ]
    fields.append(_viewer_protocol(http.viewer_protocol))
    if http.default_root_object is not None:
        fields.append(scalar("http.default_root_object", "DefaultRootObject", http.default_root_object))
    if http.ipv6 is not None:
        fields.append(scalar("http.ipv6", "IsIPV6Enabled", http.ipv6))
    if policy_id is not None:
        fields.append(cache_policy_field("", policy_id, policy_names))
    if certificate:
        fields.append(_certificate(certificate))
    return fields


def minimum_tls(config: Json, want: str) -> list[Field]:
    """The security policy; it has no effect, and AWS fixes it to TLSv1, without a certificate of one's own."""
    live = config.get("ViewerCertificate") or {}
    if not (live.get("ACMCertificateArn") or live.get("IAMCertificateId")):
        return []

    def write(config: dict[str, Any], value: Any) -> None:
        config["ViewerCertificate"] = {**config["ViewerCertificate"], "MinimumProtocolVersion": value}

    def danger(before: Any, after: Any) -> tuple[Hazard, ...]:
        ranks = {name: rank for rank, name in enumerate(TLS_FROM_WEAKEST)}
        if ranks.get(after, 0) >= ranks.get(before, 0):
            return ()
        return (Hazard("weakens-tls", f"viewers may connect with what {before} refuses"),)

    read = _from_certificate("MinimumProtocolVersion")
    return [Field("http.minimum_tls", want, read, write, danger=danger)]


def _bucket(bucket: str, domain: str) -> Field:
    def write(config: dict[str, Any], _value: Any) -> None:
        default_origin(config)["DomainName"] = domain

    return Field("bucket", bucket, lambda config: bucket_of(default_origin(config)["DomainName"]), write)


def _identity(scene: Scene, identity: Known | None) -> list[Field]:
    """Which identity CloudFront reads the bucket with: one of the two, or neither; both at once AWS refuses
    (IllegalOriginAccessConfiguration).
    """
    wanted = scene.stack.spec.identity
    return [
        _identity_field("oac", identity if wanted == "oac" else "", lambda origin: origin.oac_id, _write_oac),
        _identity_field("oai", identity if wanted == "oai" else "", lambda origin: origin.oai_id, _write_oai),
    ]


def _identity_field(path: str, want: Any, read: Any, write: Any) -> Field:
    def shown(value: Any) -> Any:
        return value or None

    def read_live(config: Json) -> Any:
        origin: Origin = origin_of(default_origin(config))
        return read(origin)

    return Field(path, want, read_live, write, show=shown)


def _write_oac(config: dict[str, Any], value: Known) -> None:
    default_origin(config)["OriginAccessControlId"] = value


def _write_oai(config: dict[str, Any], value: Known) -> None:
    origin = default_origin(config)
    origin["S3OriginConfig"] = {**origin.get("S3OriginConfig", {}), "OriginAccessIdentity": oai_path(value)}


def oai_path(identity: Known) -> Known:
    """An OAI as an origin names it (S3OriginConfig); empty for none."""
    match identity:
        case "":
            return ""
        case Ref():
            return Joined((OAI_PREFIX, identity))
    return f"{OAI_PREFIX}{identity}"


def _viewer_protocol(want: str) -> Field:
    def write(config: dict[str, Any], value: Any) -> None:
        config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] = value

    def danger(_before: Any, after: Any) -> tuple[Hazard, ...]:
        if after != "allow-all":
            return ()
        return (Hazard("weakens-tls", "signed URLs and cookies may then travel over plain http"),)

    return Field(
        "http.viewer_protocol",
        want,
        lambda config: config["DefaultCacheBehavior"]["ViewerProtocolPolicy"],
        write,
        danger=danger,
    )


def _certificate(arn: str) -> Field:
    def write(config: dict[str, Any], value: Any) -> None:
        live = config.get("ViewerCertificate") or {}
        own = bool(live.get("ACMCertificateArn") or live.get("IAMCertificateId"))
        config["ViewerCertificate"] = {
            "ACMCertificateArn": value,
            # A dedicated IP (vip) costs a monthly fee: kept where somebody chose it, never chosen by us.
            "SSLSupportMethod": live.get("SSLSupportMethod", "sni-only") if own else "sni-only",
            "MinimumProtocolVersion": live.get("MinimumProtocolVersion", "TLSv1.2_2021")
            if own
            else "TLSv1.2_2021",
            "CloudFrontDefaultCertificate": False,
        }

    return Field("http.certificate", arn, _from_certificate("ACMCertificateArn"), write)


def _from_certificate(name: str) -> Any:
    return lambda config: (config.get("ViewerCertificate") or {}).get(name, "")
