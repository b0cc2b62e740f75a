"""List what is live in a distribution but cannot be in a spec. It stays as it is. Pure.

For headers to the origin, only the names are shown: their values are often secrets.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cfstream.domain import NAME_TAG, Delivery, LiveDistribution, bucket_of, described, document, items
from cfstream.domain.new_document import new_config
from cfstream.kinds.distribution.http_fields import HTTP_FIELDS, Part
from cfstream.kinds.distribution.policies import CACHE
from cfstream.values import Json

LONGEST = 60
"""The longest value that is shown, in characters."""

_NEW = new_config("", "", "")

_DEFAULTS: Mapping[str, Any] = {"ConnectionMode": "direct", "OriginReadTimeout": 30}
"""CloudFront's defaults of members that a new distribution's document does not have."""

_LISTED_OTHERWISE: Mapping[Part, frozenset[str]] = {
    Part.DISTRIBUTION: described.TOP,
    Part.ORIGIN: described.ORIGIN,
    Part.BEHAVIOR: described.BEHAVIOR,
}


def kept(live: LiveDistribution, bucket: str, http: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a line for everything that a spec of this distribution leaves unchanged, the most important first.

    `http` is the section of the spec; what it contains is not listed.
    """
    config = live.config
    lines = []
    if live.delivery is Delivery.HTTP:
        lines += [
            *_origins(config, http),
            *_behaviors(live, bucket, http),
            *_fields(Part.DISTRIBUTION, config, http),
        ]
    lines += _certificate_and_logs(config)
    lines += [f"{name}: {_short(value)}" for name, value in _unusual(config, Part.DISTRIBUTION)]
    return (*lines, *_tags(live))


def _fields(part: Part, raw: Json, written: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields of a part of the configuration that have another value than usual and are not `written`."""
    for each in HTTP_FIELDS:
        if each.part is part and each.policies is not CACHE and each.name not in written:
            value = each.read(raw)
            if value not in each.usual:
                yield f"{each.label}: {each.text(each.shown(value, {}))}"


def _origins(config: Json, http: Mapping[str, Any]) -> Iterator[str]:
    main = document.default_origin(config)
    for origin in document.origins(config):
        name = "the bucket's origin" if origin is main else f"the origin {origin['Id']}"
        if origin is not main:
            sort = "a bucket" if bucket_of(origin["DomainName"]) else "not a bucket"
            yield f"{name}: {origin['DomainName']}, {sort}"
        yield from (
            f"{name}, {line}" for line in _fields(Part.ORIGIN, origin, http if origin is main else {})
        )
        headers = [header["HeaderName"] for header in items(origin.get("CustomHeaders"))]
        if headers:
            yield f"{name} gets the headers {', '.join(headers)}"
        if origin is main:
            settings = _unusual(document.origin_settings(origin), Part.ORIGIN)
            yield from (f"{name}, {field}: {_short(value)}" for field, value in settings)
    for group in items(config.get("OriginGroups")):
        members = ", then ".join(member["OriginId"] for member in items(group["Members"]))
        yield f"the origin group {group['Id']}: {members}"


def _behaviors(live: LiveDistribution, bucket: str, http: Mapping[str, Any]) -> Iterator[str]:
    ours = live.leading_to(bucket)
    sections: dict[str, Mapping[str, Any]] = {
        "": http,
        **{each["path"]: each for each in http.get("behaviors", ())},
    }
    usual = _caching(document.behavior(live.config, "")) if "cache_policy" in http else ""
    raws = document.all_behaviors(live.config)
    for behavior, raw in zip((live.default, *live.named), raws, strict=True):
        name = behavior.path or "the default behavior"
        written = sections.get(behavior.path, {})
        if behavior not in ours:
            yield f"{name} leads to the origin {behavior.target}; its signers are not managed"
        for event, arn in document.lambdas(raw).items():
            yield f"{name} runs Lambda@Edge {arn} at {event}"
        caching = _caching(raw)
        if caching and caching != usual and "cache_policy" not in written:
            yield f"{name} caches {caching}"
        yield from (f"{name}, {line}" for line in _fields(Part.BEHAVIOR, raw, written))
        methods = set(document.allowed_methods(raw)) - {*document.READING}
        if methods:
            yield f"{name} allows {', '.join(sorted(methods))}"
        for field, value in _unusual(raw, Part.BEHAVIOR):
            yield f"{name}, {field}: {_short(value)}"


def _caching(raw: Mapping[str, Any]) -> str:
    if policy := document.cache_policy(raw):
        return f"by the policy {CACHE.name_of(policy, {})}"
    legacy = document.legacy_caching(raw)
    lives = [f"{name} {legacy[name]}" for name in ("MinTTL", "DefaultTTL", "MaxTTL") if name in legacy]
    return f"by the legacy settings: {', '.join(lives)} s" if legacy else ""


def _certificate_and_logs(config: Json) -> Iterator[str]:
    """Yield what the fields of certificates and logs cannot express."""
    certificate = config.get("ViewerCertificate") or {}
    if certificate.get("IAMCertificateId"):
        yield f"certificate of IAM: {certificate['IAMCertificateId']}"
    own = certificate.get("ACMCertificateArn") or certificate.get("IAMCertificateId")
    if own and certificate.get("SSLSupportMethod") in ("vip", "static-ip"):
        support = certificate["SSLSupportMethod"]
        yield f"dedicated IP addresses ({support}), which cost a monthly fee"
    if (config.get("Logging") or {}).get("IncludeCookies"):
        yield "access logs include cookies"


def _unusual(raw: Json, part: Part) -> Iterator[tuple[str, Any]]:
    """Yield the members of a part that are listed nowhere else, unless empty, disabled or as in a new distribution."""
    usual = {**_DEFAULTS, **part.of(_NEW)}
    listed = _LISTED_OTHERWISE[part] | {each.member for each in HTTP_FIELDS if each.part is part}
    for name, value in raw.items():
        if name not in listed and value != usual.get(name) and not _is_empty(value):
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
