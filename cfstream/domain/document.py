"""Read and change the members that cfstream manages in the raw configuration of a distribution.

An update sends the whole document back, so every function changes only its own member and keeps all others. A behavior
is identified by its path; the empty path is the default one. The configuration of a streaming distribution is its own
default behavior, because it has `TrustedSigners` at the top level.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from cfstream.domain.distribution import Signers
from cfstream.domain.listing import counted, items
from cfstream.domain.path_pattern import PathPattern
from cfstream.values import Joined, Json, Known, Ref, copied, refs_in

OAI_PREFIX: Final = "origin-access-identity/cloudfront/"
READING: Final = ("GET", "HEAD", "OPTIONS")
"""The methods that players need: browsers send OPTIONS before reading (AllowedMethods)."""

LEGACY_CACHING = ("ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL")
"""Cache settings of a behavior without a cache policy."""


def streaming(config: Json) -> bool:
    """Return whether this is the configuration of a streaming distribution."""
    return "S3Origin" in config


def named_behaviors(config: Json) -> list[Any]:
    """Return the behaviors with a path pattern, in order of precedence."""
    return items(config.get("CacheBehaviors"))


def set_named_behaviors(config: dict[str, Any], behaviors: Iterable[Any]) -> None:
    """Replace the behaviors with a path pattern."""
    config["CacheBehaviors"] = counted(behaviors)


def pattern(behavior: Json) -> PathPattern:
    """Return the path pattern of a behavior other than the default one."""
    return PathPattern(behavior["PathPattern"])


def behavior(config: Json, path: str) -> Any:
    """Return the behavior with this path; the default behavior for the empty path."""
    if path:
        return next(each for each in named_behaviors(config) if pattern(each) == PathPattern(path))
    return config if streaming(config) else config["DefaultCacheBehavior"]


def all_behaviors(config: Json) -> list[Any]:
    """Return every behavior, the default one first."""
    return [behavior(config, ""), *named_behaviors(config)]


def new_behavior(config: Json, path: str) -> dict[str, Any]:
    """Return a new behavior for a path, with every setting of the default behavior."""
    made: dict[str, Any] = copied(behavior(config, ""))
    made["PathPattern"] = path
    return made


def signers(behavior: Json) -> Signers:
    """Return the signers of a behavior."""
    return Signers(
        accounts=tuple(sorted(items(behavior.get("TrustedSigners")))),
        key_groups=tuple(sorted(items(behavior.get("TrustedKeyGroups")), key=str)),
    )


def set_trusted_signers(behavior: dict[str, Any], accounts: Iterable[str]) -> None:
    """Replace the accounts whose keys may sign."""
    behavior["TrustedSigners"] = _switched(accounts)


def set_key_groups(behavior: dict[str, Any], groups: Iterable[Known]) -> None:
    """Replace the key groups whose keys may sign."""
    behavior["TrustedKeyGroups"] = _switched(sorted(groups, key=str))


def viewer_protocol(behavior: Json) -> str:
    """Return the viewer protocol policy; empty for a streaming distribution, which has none."""
    return str(behavior.get("ViewerProtocolPolicy") or "")


def set_viewer_protocol(behavior: dict[str, Any], policy: str) -> None:
    """Set the viewer protocol policy."""
    behavior["ViewerProtocolPolicy"] = policy


def cache_policy(behavior: Json) -> str:
    """Return the id of the cache policy; empty if the behavior has the legacy settings."""
    return str(behavior.get("CachePolicyId") or "")


def set_cache_policy(behavior: dict[str, Any], policy: str) -> None:
    """Set the cache policy, and remove the legacy settings, which it excludes (CacheBehavior, `ForwardedValues`)."""
    behavior["CachePolicyId"] = policy
    for legacy in LEGACY_CACHING:
        behavior.pop(legacy, None)


def legacy_caching(behavior: Json) -> Json:
    """Return the legacy cache settings with their durations; empty if the behavior has a cache policy."""
    if "ForwardedValues" not in behavior:
        return {}
    return {name: behavior[name] for name in LEGACY_CACHING if name in behavior}


def response_headers_policy(behavior: Json) -> Known:
    """Return the id of the response headers policy; empty for none."""
    policy: Known = behavior.get("ResponseHeadersPolicyId") or ""
    return policy


def set_response_headers_policy(behavior: dict[str, Any], policy: Known) -> None:
    """Set the response headers policy; empty removes it."""
    behavior["ResponseHeadersPolicyId"] = policy


def functions(behavior: Json) -> dict[str, str]:
    """Return the ARNs of the CloudFront functions, by the event at which each runs, sorted."""
    found = items(behavior.get("FunctionAssociations"))
    return dict(sorted((each["EventType"], each["FunctionARN"]) for each in found))


def set_functions(behavior: dict[str, Any], functions: Mapping[str, str]) -> None:
    """Replace the CloudFront functions, given as ARNs by event."""
    behavior["FunctionAssociations"] = counted(
        {"EventType": event, "FunctionARN": arn} for event, arn in sorted(functions.items())
    )


def lambdas(behavior: Json) -> dict[str, str]:
    """Return the ARNs of the Lambda@Edge functions, by the event at which each runs, sorted."""
    found = items(behavior.get("LambdaFunctionAssociations"))
    return dict(sorted((each["EventType"], each["LambdaFunctionARN"]) for each in found))


def allowed_methods(behavior: Json) -> tuple[str, ...]:
    """Return the HTTP methods that CloudFront forwards."""
    return tuple(items(behavior.get("AllowedMethods")))


def allow_reading_methods(behavior: dict[str, Any]) -> None:
    """Allow GET, HEAD and OPTIONS. Do not change which of them are cached."""
    behavior["AllowedMethods"] = {**(behavior.get("AllowedMethods") or {}), **counted(READING)}


def origins(config: Json) -> list[Any]:
    """Return every origin. A streaming distribution has one, without an id."""
    return [config["S3Origin"]] if streaming(config) else items(config["Origins"])


def default_origin(config: Json) -> Any:
    """Return the origin of the default behavior; for an origin group, the first one."""
    if streaming(config):
        return config["S3Origin"]
    target = behavior(config, "")["TargetOriginId"]
    for group in items(config.get("OriginGroups")):
        if group["Id"] == target:
            target = items(group["Members"])[0]["OriginId"]
    return next(each for each in origins(config) if each["Id"] == target)


def origin_settings(origin: Json) -> Json:
    """Return the settings of an origin, including those of its S3 part."""
    return {**origin, **(origin.get("S3OriginConfig") or {})}


def takes_identity(origin: Json) -> bool:
    """Return whether the origin is an S3 origin, which CloudFront can read with an OAC or an OAI."""
    return "S3OriginConfig" in origin or "OriginAccessIdentity" in origin


def oac(origin: Json) -> Known:
    """Return the id of the origin's OAC; empty for none."""
    identity: Known = origin.get("OriginAccessControlId") or ""
    return identity


def set_oac(origin: dict[str, Any], identity: Known) -> None:
    """Set the origin's OAC; empty removes it."""
    origin["OriginAccessControlId"] = identity


def oai(origin: Json) -> Known:
    """Return the id of the origin's OAI; empty for none."""
    path: str | Joined = (origin.get("S3OriginConfig") or origin).get("OriginAccessIdentity") or ""
    return refs_in(path)[0] if isinstance(path, Joined) else path.removeprefix(OAI_PREFIX)


def set_oai(config: dict[str, Any], identity: Known) -> None:
    """Set the OAI of the default behavior's origin; empty removes it."""
    member = {"OriginAccessIdentity": oai_path(identity)}
    origin = default_origin(config)
    if streaming(config):
        config["S3Origin"] = {**origin, **member}
    else:
        origin["S3OriginConfig"] = {**origin.get("S3OriginConfig", {}), **member}


def oai_path(identity: Known) -> Known:
    """Return the text with which an origin names an OAI; empty for none."""
    match identity:
        case "":
            return ""
        case Ref():
            return Joined((OAI_PREFIX, identity))
    return f"{OAI_PREFIX}{identity}"


def aliases(config: Json) -> frozenset[str]:
    """Return the host names, in lower case."""
    return frozenset(alias.lower() for alias in items(config.get("Aliases")))


def set_aliases(config: dict[str, Any], names: Iterable[str]) -> None:
    """Replace the host names."""
    config["Aliases"] = counted(sorted(names))


def own_certificate(config: Json) -> Mapping[str, str]:
    """Return the viewer certificate if it is a custom one; empty otherwise."""
    live = config.get("ViewerCertificate") or {}
    return live if live.get("ACMCertificateArn") or live.get("IAMCertificateId") else {}


def _switched(values: Iterable[Any]) -> dict[str, Any]:
    """Return a list of signers as AWS expects it: `Enabled` is true if the list is not empty (TrustedKeyGroups)."""
    listed = counted(values)
    return {"Enabled": bool(listed["Quantity"]), **listed}
