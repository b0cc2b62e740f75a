"""AWS's rules for a distribution's config beyond its model. A violation raises `CloudFrontError`.

Behaviors and aliases have their own modules.
"""

import re

from .aliases import judge_aliases, judge_certificate
from .behaviors import judge_behavior, judge_signers
from .countries import COUNTRIES
from .records import Distribution, Json
from .refusal import CloudFrontError, demand, refuse_unless
from .state import CloudFrontState

_NO_BUCKET = "The parameter Origin DomainName does not refer to a valid S3 bucket."
_BUCKET_DOMAIN = re.compile(
    r"(?P<bucket>[a-z0-9][a-z0-9._-]{1,61}[a-z0-9])\.s3(\.dualstack)?([.-][a-z]{2}(-[a-z]+)+-\d)?\.amazonaws\.com(\.cn)?"
)
# Developer Guide, "Configure standard logging (legacy)".
_WITHOUT_LOGS = {
    "af-south-1",
    "ap-east-1",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
}
# DistributionConfig, WebACLId. WAF keeps web ACLs for CloudFront in us-east-1, with the scope "global".
_WEB_ACL = re.compile(
    r"arn:aws[a-z-]*:wafv2:us-east-1:(?P<account>\d{12}):global/webacl/[\w-]+/[0-9a-f-]{36}"
)
_CLASSIC_ACL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# InvalidRelativePath: too big, not URL-encoded, or without a slash at its start.
_RELATIVE_PATH = re.compile(r"/[A-Za-z0-9_.*$/~\"'@:+&()!,;=%-]{0,254}")
_IDENTITY = re.compile(r"origin-access-identity/cloudfront/(?P<id>[A-Z0-9]+)")
# Optional on create, but required on update (Developer Guide, "Required fields for creating and updating").
_CONFIG_ON_UPDATE = (
    "Aliases",
    "DefaultRootObject",
    "CacheBehaviors",
    "CustomErrorResponses",
    "Logging",
    "PriceClass",
    "ViewerCertificate",
    "Restrictions",
    "WebACLId",
    "HttpVersion",
)
_BEHAVIOR_ON_UPDATE = (
    "AllowedMethods",
    "SmoothStreaming",
    "Compress",
    "LambdaFunctionAssociations",
    "FieldLevelEncryptionId",
)
# Developer Guide, "Use Amazon CloudFront Origin Shield".
_SHIELD_REGIONS = {
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "ap-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "sa-east-1",
    "me-central-1",
}
_ERROR_CODES = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}


def judge_update(sent: Json, live: Json) -> None:
    """Refuse an update that lacks fields which only updates require, or that changes the caller reference."""
    for member in _CONFIG_ON_UPDATE:
        refuse_unless(member in sent, "IllegalUpdate", f"{member} is missing for the resource.")
    for behavior in (sent["DefaultCacheBehavior"], *sent["CacheBehaviors"].get("Items", ())):
        for member in _BEHAVIOR_ON_UPDATE:
            demand(member in behavior, f"The parameter {member} is required.")
        cached = "CachedMethods" in behavior["AllowedMethods"]
        demand(cached, "The parameter CachedMethods is required.")
    for origin in sent["Origins"].get("Items", ()):
        for member in ("OriginPath", "CustomHeaders"):
            demand(member in origin, f"{member} is required for updates.")
        for member in (
            ("OriginReadTimeout", "OriginKeepaliveTimeout") if "CustomOriginConfig" in origin else ()
        ):
            there = member in origin["CustomOriginConfig"]
            demand(there, f"{member} is required for updates.")
    same = sent["CallerReference"] == live["CallerReference"]
    refuse_unless(same, "IllegalUpdate", "You cannot update Origin or CallerReference.")


def judge(state: CloudFrontState, config: Json, own: Distribution | None) -> None:
    """Refuse a config (with defaults) as CreateDistribution would, or UpdateDistribution of `own`."""
    own_id = own.id if own else None
    judge_comment(config["Comment"])
    quota = state.settings.quota
    refuse_unless(config["Aliases"]["Quantity"] <= quota("aliases"), "TooManyDistributionCNAMEs")
    refuse_unless(config["CacheBehaviors"]["Quantity"] <= quota("cache_behaviors"), "TooManyCacheBehaviors")
    origins = _judge_origins(state, config, own_id)
    behaviors = config["CacheBehaviors"].get("Items", [])
    paths = [behavior["PathPattern"] for behavior in behaviors]
    demand(len(set(paths)) == len(paths), "The parameter PathPattern contains duplicates.")
    for behavior in (config["DefaultCacheBehavior"], *behaviors):
        judge_behavior(state, behavior, origins, own_id)
    _judge_furnishings(state, config)
    _judge_web_acl(state, config["WebACLId"])
    aliases = config["Aliases"].get("Items", [])
    judge_certificate(state, config["ViewerCertificate"], aliases)
    judge_aliases(state, aliases, own_id)


def judge_streaming(state: CloudFrontState, config: Json, own: Distribution | None) -> None:
    """Refuse a streaming distribution's config (with defaults) as its create or its update would."""
    judge_comment(config["Comment"])
    limit = state.settings.quota("aliases")
    refuse_unless(config["Aliases"]["Quantity"] <= limit, "TooManyStreamingDistributionCNAMEs")
    _judge_bucket(state, config["S3Origin"]["DomainName"])
    _judge_identity(state, config["S3Origin"]["OriginAccessIdentity"])
    judge_signers(state, config["TrustedSigners"])
    judge_logging(state, config["Logging"])
    judge_aliases(state, config["Aliases"].get("Items", []), own.id if own else None)


def judge_comment(comment: str) -> None:
    """Refuse a comment of more than 128 characters (InvalidArgument)."""
    demand(len(comment) <= 128, "The parameter Comment is longer than 128 characters.")


def judge_logging(state: CloudFrontState, logging: Json) -> None:
    """Refuse logs to a bucket that does not exist, has no ACLs, or is in a region without delivery.

    Codes and messages: the CloudFront Developer Guide, "Configure standard logging (legacy)", and reports of its users.
    """
    if not logging["Enabled"]:
        return
    address = logging.get("Bucket", "")
    match = _BUCKET_DOMAIN.fullmatch(address)
    demand(match, "The parameter Logging Bucket does not refer to a valid S3 bucket.")
    if match is None or state.log_bucket is None:
        return
    found = state.log_bucket(match["bucket"])
    words = "The S3 bucket that you specified for CloudFront logs"
    if found is None:
        raise CloudFrontError("InvalidArgument", f"{words} doesn't exist: {address}")
    region, acls = found
    demand(acls, f"{words} does not enable ACL access: {address}")
    denied = f"You don't have permission to access the S3 bucket for CloudFront logs: {address}"
    refuse_unless(region not in _WITHOUT_LOGS, "AccessDenied", denied)


def identity_of(origin_access_identity: str) -> str | None:
    """Return the id in `origin-access-identity/cloudfront/<id>`; None for any other spelling."""
    match = _IDENTITY.fullmatch(origin_access_identity)
    return match["id"] if match else None


def _judge_identity(state: CloudFrontState, origin_access_identity: str) -> None:
    if origin_access_identity:
        found = state.identities.find(identity_of(origin_access_identity) or "")
        refuse_unless(found, "InvalidOriginAccessIdentity")


def _judge_bucket(state: CloudFrontState, domain: str) -> None:
    match = _BUCKET_DOMAIN.fullmatch(domain)
    known = match and (state.bucket_exists is None or state.bucket_exists(match["bucket"]))
    demand(known, _NO_BUCKET)


def _judge_origins(state: CloudFrontState, config: Json, own_id: str | None) -> dict[str, Json]:
    """Return the valid origins and origin groups by id."""
    items = config["Origins"].get("Items", [])
    demand(items, "The parameter Origins must hold at least one origin.")
    refuse_unless(len(items) <= state.settings.quota("origins"), "TooManyOrigins")
    for origin in items:
        _judge_origin(state, origin, own_id)
    groups = config["OriginGroups"].get("Items", [])
    limit = state.settings.quota("origin_groups")
    refuse_unless(len(groups) <= limit, "TooManyOriginGroupsPerDistribution")
    ids = [item["Id"] for item in (*items, *groups)]
    demand(len(set(ids)) == len(ids), "The parameter Id of origins contains duplicates.")
    origins = {item["Id"]: item for item in items}
    for group in groups:
        for member in group["Members"].get("Items", ()):
            refuse_unless(member["OriginId"] in origins, "NoSuchOrigin")
    return {**origins, **{group["Id"]: group for group in groups}}


def _judge_origin(state: CloudFrontState, origin: Json, own_id: str | None) -> None:
    kinds = [kind for kind in ("S3OriginConfig", "CustomOriginConfig", "VpcOriginConfig") if kind in origin]
    one = len(kinds) == 1
    demand(
        one,
        "An origin must have one of S3OriginConfig, CustomOriginConfig, VpcOriginConfig.",
    )
    path = origin["OriginPath"]
    demand(not path.endswith("/"), "The parameter OriginPath must not end with '/'.")
    refuse_unless(not path or _RELATIVE_PATH.fullmatch(path), "InvalidRelativePath")
    limit = state.settings.quota("origin_custom_headers")
    refuse_unless(origin["CustomHeaders"]["Quantity"] <= limit, "TooManyOriginCustomHeaders")
    fine = origin["ConnectionAttempts"] in range(1, 4) and origin["ConnectionTimeout"] in range(1, 11)
    demand(fine, "The parameters ConnectionAttempts and ConnectionTimeout are out of range.")
    shield = origin["OriginShield"]
    fine = not shield["Enabled"] or shield.get("OriginShieldRegion") in _SHIELD_REGIONS
    demand(fine, "The parameter OriginShieldRegion must name a region that has Origin Shield.")
    control = origin["OriginAccessControlId"]
    if "S3OriginConfig" in origin:
        identity = origin["S3OriginConfig"]["OriginAccessIdentity"]
        refuse_unless(not (identity and control), "IllegalOriginAccessConfiguration")
        _judge_bucket(state, origin["DomainName"])
        _judge_identity(state, identity)
    if control:
        _judge_control(state, control, origin["DomainName"], own_id)


def _judge_control(state: CloudFrontState, control: str, domain: str, own_id: str | None) -> None:
    record = state.controls.find(control)
    if record is None:
        raise CloudFrontError("InvalidOriginAccessControl")
    for_s3 = record.config["OriginAccessControlOriginType"] == "s3"
    refuse_unless(not for_s3 or _BUCKET_DOMAIN.fullmatch(domain), "InvalidDomainNameForOriginAccessControl")
    others = [user for user in control_users(state, control) if user.id != own_id]
    limit = state.settings.quota("distributions_per_origin_access_control")
    refuse_unless(len(others) < limit, "TooManyDistributionsAssociatedToOriginAccessControl")


def control_users(state: CloudFrontState, control: str) -> list[Distribution]:
    """Return the distributions with an origin that uses this origin access control."""
    return [
        record
        for record in state.distributions
        if any(origin["OriginAccessControlId"] == control for origin in state.origins(record))
    ]


def _judge_web_acl(state: CloudFrontState, web_acl: str) -> None:
    """Refuse what is neither an id of WAF Classic nor the ARN of a WAFv2 web ACL for CloudFront that exists."""
    if not web_acl or _CLASSIC_ACL.fullmatch(web_acl):
        return
    found = _WEB_ACL.fullmatch(web_acl)
    refuse_unless(found and found["account"] == state.account, "InvalidWebACLId")
    refuse_unless(state.web_acl_exists is None or state.web_acl_exists(web_acl), "InvalidWebACLId")


def _judge_furnishings(state: CloudFrontState, config: Json) -> None:
    root = config["DefaultRootObject"]
    refuse_unless(len(root) <= 255 and not root.startswith("/"), "InvalidDefaultRootObject")
    judge_logging(state, config["Logging"])
    geo = config["Restrictions"]["GeoRestriction"]
    refuse_unless(
        (geo["RestrictionType"] == "none") == (geo["Quantity"] == 0), "InvalidGeoRestrictionParameter"
    )
    refuse_unless(COUNTRIES.issuperset(geo.get("Items", ())), "InvalidLocationCode")
    for response in config["CustomErrorResponses"].get("Items", ()):
        refuse_unless(response["ErrorCode"] in _ERROR_CODES, "InvalidErrorCode")
        status = response["ResponseCode"]
        refuse_unless(status in ("", "200", *map(str, _ERROR_CODES)), "InvalidResponseCode")
        page = response["ResponsePagePath"]
        demand(not page or page.startswith("/"), "The parameter ResponsePagePath must begin with '/'.")
        both = bool(response["ResponsePagePath"]) == bool(response["ResponseCode"])
        demand(both, "ResponsePagePath and ResponseCode are given together or not at all.")
