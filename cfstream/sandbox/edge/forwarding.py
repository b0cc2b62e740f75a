"""Which headers and query strings of a viewer's request the origin gets.

Combines a behavior's cache policy and origin request policy, or its ForwardedValues.
"""

from typing import Any

from cfstream.sandbox.cloudfront.state import CloudFrontState

Json = dict[str, Any]


def passes_header(state: CloudFrontState, behavior: Json, name: str) -> bool:
    """Return whether the origin gets the viewer's header with this name."""
    wanted = name.lower()
    for part in _parts(state, behavior):
        config = part["HeadersConfig"]
        named = wanted in {header.lower() for header in _items(config.get("Headers"))}
        if _fits(config["HeaderBehavior"], named=named):
            return True
    return "*" in _legacy(behavior).get("headers", ()) or wanted in _legacy(behavior).get("headers", ())


def passes_query(state: CloudFrontState, behavior: Json, name: str) -> bool:
    """Return whether the origin gets the query parameter with this name."""
    for part in _parts(state, behavior):
        config = part["QueryStringsConfig"]
        named = name in _items(config.get("QueryStrings"))
        if _fits(config["QueryStringBehavior"], named=named):
            return True
    if "ForwardedValues" not in behavior:
        return False
    forwarded = behavior["ForwardedValues"]
    keys = _items(forwarded["QueryStringCacheKeys"])
    return bool(forwarded["QueryString"]) and (not keys or "*" in keys or name in keys)


def _fits(how: str, *, named: bool) -> bool:
    if how == "allExcept":
        return not named
    return named if how == "whitelist" else how.startswith("all")


def _parts(state: CloudFrontState, behavior: Json) -> list[Json]:
    cache = state.policies["CachePolicy"].find(behavior.get("CachePolicyId", ""))
    origin = state.policies["OriginRequestPolicy"].find(behavior.get("OriginRequestPolicyId", ""))
    found = [cache.config["ParametersInCacheKeyAndForwardedToOrigin"]] if cache else []
    return [*found, *([origin.config] if origin else [])]


def _legacy(behavior: Json) -> dict[str, set[str]]:
    if "ForwardedValues" not in behavior:
        return {}
    return {"headers": {header.lower() for header in _items(behavior["ForwardedValues"]["Headers"])}}


def _items(listed: Json | None) -> list[str]:
    return list((listed or {}).get("Items", ()))
