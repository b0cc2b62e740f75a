"""What a deletion by id leaves where it is: what the resource referred to, and what it was granted."""

from collections.abc import Iterator

from cfstream.inventory.entries import IDENTITY
from cfstream.inventory.lookup import Found
from cfstream.kinds.distributions import OAI_PREFIX, bucket_of, items
from cfstream.steps.step import at
from cfstream.values import Json


def remains(found: Found) -> str:
    """A sentence that names what is still there once `found` is deleted. Pure."""
    if found.kind == IDENTITY:
        return "grants to it stay in bucket policies and on objects; they let nobody in any more"
    named = ", ".join(dict.fromkeys(_named(found.config)))
    return f"still there, if nothing else takes them away: {named}"


def _named(config: Json) -> Iterator[str]:
    origins = items(config.get("Origins")) or [config.get("S3Origin") or {}]
    behaviors = [config.get("DefaultCacheBehavior") or {}, *items(config.get("CacheBehaviors"))]
    for origin in origins:
        identity = origin.get("OriginAccessIdentity") or at(origin, "S3OriginConfig.OriginAccessIdentity")
        yield from _if_any("origin access control", origin.get("OriginAccessControlId"))
        yield from _if_any("origin access identity", str(identity or "").removeprefix(OAI_PREFIX))
    for behavior in behaviors:
        for group in items(behavior.get("TrustedKeyGroups")):
            yield f"key group {group}"
        yield from _if_any("response headers policy", behavior.get("ResponseHeadersPolicyId"))
    for origin in origins:
        yield from _if_any("grants in bucket", bucket_of(str(origin.get("DomainName") or "")))
    for alias in items(config.get("Aliases")):
        yield f"DNS records of {alias}"


def _if_any(kind: str, name: str | None) -> Iterator[str]:
    if name:
        yield f"{kind} {name}"
