"""List what is live in a distribution but cannot be in a spec. It stays as it is. Pure.

For headers to the origin, only the names are shown: their values are often secrets.
"""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from cfstream.domain import NAME_TAG, Delivery, LiveDistribution, bucket_of, described, document, items
from cfstream.kinds.distribution.http_fields import HTTP_FIELDS
from cfstream.kinds.distribution.policies import CACHE

LONGEST = 60
"""The longest value that is shown, in characters."""

USUAL: Mapping[str, Any] = {
    "HttpVersion": "http2",
    "ConnectionMode": "direct",
    "OriginReadTimeout": 30,
    "ConnectionAttempts": 3,
    "ConnectionTimeout": 10,
}
"""Values that have no meaning, like empty and disabled ones."""


def kept(live: LiveDistribution, bucket: str, http: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a line for everything that a spec of this distribution leaves unchanged, the most important first.

    `http` is the section of the spec; what it contains is not listed.
    """
    written = {path: _members(section) for path, section in _sections(http)}
    said = written[""]
    config = live.config
    lines = []
    if live.delivery is Delivery.HTTP:
        lines += [*_origins(config, said), *_behaviors(live, bucket, written)]
    lines += [line for member, line in _other_settings(config) if member not in said]
    lines += [f"{name}: {_short(value)}" for name, value in _unusual(config, described.TOP | said)]
    return (*lines, *_tags(live))


def _sections(http: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the section, and that of each behavior, by the path of the behavior."""
    yield "", http
    yield from ((each["path"], each) for each in http.get("behaviors", ()))


def _members(section: Mapping[str, Any]) -> frozenset[str]:
    """Return the members of the configuration whose values a section contains."""
    return frozenset(each.member for each in HTTP_FIELDS if each.name in section)


def _origins(config: Mapping[str, Any], said: Set[str]) -> Iterator[str]:
    main = document.default_origin(config)
    for origin in document.origins(config):
        name = "the bucket's origin" if origin is main else f"the origin {origin['Id']}"
        if origin is not main:
            sort = "a bucket" if bucket_of(origin["DomainName"]) else "not a bucket"
            yield f"{name}: {origin['DomainName']}, {sort}"
        if origin.get("OriginPath") and not (origin is main and "OriginPath" in said):
            yield f"{name} adds the prefix {origin['OriginPath']} to each key"
        headers = [header["HeaderName"] for header in items(origin.get("CustomHeaders"))]
        if headers:
            yield f"{name} gets the headers {', '.join(headers)}"
        if origin is main:
            settings = _unusual(document.origin_settings(origin), described.ORIGIN | said)
            yield from (f"{name}, {field}: {_short(value)}" for field, value in settings)
    for group in items(config.get("OriginGroups")):
        members = ", then ".join(member["OriginId"] for member in items(group["Members"]))
        yield f"the origin group {group['Id']}: {members}"


def _behaviors(live: LiveDistribution, bucket: str, written: Mapping[str, frozenset[str]]) -> Iterator[str]:
    ours = live.leading_to(bucket)
    usual = _caching(document.behavior(live.config, "")) if "CachePolicyId" in written[""] else ""
    raws = document.all_behaviors(live.config)
    for behavior, raw in zip((live.default, *live.named), raws, strict=True):
        name = behavior.path or "the default behavior"
        said = written.get(behavior.path, frozenset())
        if behavior not in ours:
            yield f"{name} leads to the origin {behavior.target}; its signers are not managed"
        for event, arn in document.lambdas(raw).items():
            yield f"{name} runs Lambda@Edge {arn} at {event}"
        for event, arn in document.functions(raw).items() if "FunctionAssociations" not in said else ():
            yield f"{name} runs the function {arn} at {event}"
        caching = _caching(raw)
        if caching and caching != usual and "CachePolicyId" not in said:
            yield f"{name} caches {caching}"
        methods = set(document.allowed_methods(raw)) - {*document.READING}
        if methods:
            yield f"{name} allows {', '.join(sorted(methods))}"
        for field, value in _unusual(raw, described.BEHAVIOR | said):
            yield f"{name}, {field}: {_short(value)}"


def _caching(raw: Mapping[str, Any]) -> str:
    if policy := document.cache_policy(raw):
        return f"by the policy {CACHE.name_of(policy, {})}"
    legacy = document.legacy_caching(raw)
    lives = [f"{name} {legacy[name]}" for name in ("MinTTL", "DefaultTTL", "MaxTTL") if name in legacy]
    return f"by the legacy settings: {', '.join(lives)} s" if legacy else ""


def _other_settings(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the members outside behaviors and origins that a reader looks for, each with its line."""
    if config.get("DefaultRootObject"):
        yield "DefaultRootObject", f"default root object: {config['DefaultRootObject']}"
    if config.get("WebACLId"):
        yield "WebACLId", f"firewall (WAF): {config['WebACLId']}"
    geo = (config.get("Restrictions") or {}).get("GeoRestriction") or {}
    if geo.get("Quantity"):
        yield "Restrictions", f"countries: {geo['RestrictionType']} {', '.join(sorted(items(geo)))}"
    for error in items(config.get("CustomErrorResponses")):
        page = f" -> {error['ResponsePagePath']}" if error.get("ResponsePagePath") else ""
        seconds = error.get("ErrorCachingMinTTL", "the default")
        yield "CustomErrorResponses", f"error {error['ErrorCode']}{page}, cached for {seconds} s"
    certificate = config.get("ViewerCertificate") or {}
    if certificate.get("IAMCertificateId"):
        yield "IAMCertificateId", f"certificate of IAM: {certificate['IAMCertificateId']}"
    own = certificate.get("ACMCertificateArn") or certificate.get("IAMCertificateId")
    if own and certificate.get("SSLSupportMethod") in ("vip", "static-ip"):
        support = certificate["SSLSupportMethod"]
        yield "SSLSupportMethod", f"dedicated IP addresses ({support}), which cost a monthly fee"
    if (config.get("Logging") or {}).get("IncludeCookies"):
        yield "Logging", "access logs include cookies"


def _unusual(raw: Mapping[str, Any], shown: Set[str]) -> Iterator[tuple[str, Any]]:
    """Yield the members that are not `shown` and have a value that matters."""
    for name, value in raw.items():
        if name not in shown and value != USUAL.get(name) and not _is_empty(value):
            yield name, value


def _is_empty(value: Any) -> bool:
    """Return whether the value is empty or disabled at every level."""
    if isinstance(value, Mapping):
        return (
            value.get("Quantity") == 0 or value.get("Enabled") is False or all(map(_is_empty, value.values()))
        )
    return value in ("", False, None, 0, [])


def _short(value: Any) -> str:
    """Return a value on one line; for a nested one, the parts that matter."""
    match value:
        case Mapping():
            inside = ", ".join(f"{k} {_short(v)}" for k, v in value.items() if not _is_empty(v))
            return inside if len(inside) <= LONGEST else f"{inside[:LONGEST]}…"
        case list() | tuple():
            return ", ".join(map(_short, value))
    text = str(value)
    return text if len(text) <= 2 * LONGEST else f"{text[: 2 * LONGEST]}…"


def _tags(live: LiveDistribution) -> Iterator[str]:
    theirs = sorted(key for key in live.tags or () if not key.startswith(NAME_TAG.partition(":")[0] + ":"))
    if theirs:
        yield f"tags: {', '.join(theirs)}"
