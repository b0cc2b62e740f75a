"""The managed policies of AWS as data, with their ids, which are the same in every account.

Ids and values: Developer Guide, "Use managed cache policies", "Use managed origin request policies" and "Use managed
response headers policies". The API's names mostly start with `Managed-`, which the guide omits.
"""

from .records import Json

_DAY, _YEAR = 86400, 31536000


def _names(member: str, behavior: str, items: tuple[str, ...], kind: str) -> Json:
    listed = {member: {"Quantity": len(items), "Items": list(items)}} if items else {}
    return {f"{kind}Behavior": behavior, **listed}


def _parts(headers: tuple[str, ...], cookies: str, queries: str, named: tuple[str, ...] = ()) -> Json:
    return {
        "HeadersConfig": _names("Headers", "whitelist" if headers else "none", headers, "Header"),
        "CookiesConfig": _names("Cookies", cookies, (), "Cookie"),
        "QueryStringsConfig": _names("QueryStrings", "whitelist" if named else queries, named, "QueryString"),
    }


def _cache(name: str, ttls: tuple[int, int, int], compress: str, parts: Json) -> Json:
    key = {
        "EnableAcceptEncodingGzip": "g" in compress,
        "EnableAcceptEncodingBrotli": "b" in compress,
        **parts,
    }
    minimum, default, maximum = ttls
    return {
        "Name": name,
        "Comment": "",
        "MinTTL": minimum,
        "DefaultTTL": default,
        "MaxTTL": maximum,
        "ParametersInCacheKeyAndForwardedToOrigin": key,
    }


_NOTHING = _parts((), "none", "none")
_ORIGIN_DECIDES = ("Host", "Origin", "X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override")
_PACKAGER = ("aws.manifestfilter", "start", "end", "m")
_CORS_TO_S3 = ("Origin", "Access-Control-Request-Headers", "Access-Control-Request-Method")

CACHE_POLICIES: dict[str, Json] = {
    "658327ea-f89d-4fab-a63d-7e88639e58f6": _cache(
        "Managed-CachingOptimized", (1, _DAY, _YEAR), "gb", _NOTHING
    ),
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": _cache("Managed-CachingDisabled", (0, 0, 0), "", _NOTHING),
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": _cache(
        "Managed-CachingOptimizedForUncompressedObjects", (1, _DAY, _YEAR), "", _NOTHING
    ),
    "08627262-05a9-4f76-9ded-b50ca2e3a84f": _cache(
        "Managed-Elemental-MediaPackage",
        (0, _DAY, _YEAR),
        "g",
        _parts(("Origin",), "none", "whitelist", _PACKAGER),
    ),
    "83da9c7e-98b4-4e11-a168-04f0df8e2c65": _cache(
        "UseOriginCacheControlHeaders", (0, 0, _YEAR), "gb", _parts(_ORIGIN_DECIDES, "all", "none")
    ),
    "4cc15a8a-d715-48a4-82b8-cc0b614638fe": _cache(
        "UseOriginCacheControlHeaders-QueryStrings",
        (0, 0, _YEAR),
        "gb",
        _parts(_ORIGIN_DECIDES, "all", "all"),
    ),
}


def _forward(name: str, parts: Json) -> Json:
    return {"Name": f"Managed-{name}", "Comment": "", **parts}


_EVERY_HEADER = {"HeadersConfig": {"HeaderBehavior": "allViewer"}}
_ALL_BUT_HOST = {"HeadersConfig": _names("Headers", "allExcept", ("Host",), "Header")}
_EVERYTHING = _parts((), "all", "all")

ORIGIN_REQUEST_POLICIES: dict[str, Json] = {
    "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": _forward("CORS-S3Origin", _parts(_CORS_TO_S3, "none", "none")),
    "59781a5b-3903-41f3-afcb-af62929ccde1": _forward(
        "CORS-CustomOrigin", _parts(("Origin",), "none", "none")
    ),
    "216adef6-5c7f-47e4-b989-5492eafa07d3": _forward("AllViewer", _EVERYTHING | _EVERY_HEADER),
    "b689b0a8-53d0-40ab-baf2-68738e2966ac": _forward(
        "AllViewerExceptHostHeader", _EVERYTHING | _ALL_BUT_HOST
    ),
    "bf0718e1-ba1e-49d1-88b1-f726733018ae": _forward("HostHeaderOnly", _parts(("Host",), "none", "none")),
    "acba4595-bd28-49b8-b9fe-13317c0390fa": _forward(
        "UserAgentRefererHeaders", _parts(("User-Agent", "Referer"), "none", "none")
    ),
    "775133bc-15f2-49f9-abea-afb2e0bf67d2": _forward(
        "Elemental-MediaTailor-PersonalizedManifests",
        _parts((*_CORS_TO_S3, "User-Agent", "X-Forwarded-For"), "none", "all"),
    ),
}


def _all(*items: str) -> Json:
    return {"Quantity": len(items), "Items": list(items)}


def _cors(methods: tuple[str, ...], expose: tuple[str, ...] = ()) -> Json:
    cors = {
        "AccessControlAllowOrigins": _all("*"),
        "AccessControlAllowHeaders": _all("*"),
        "AccessControlAllowMethods": _all(*methods),
        "AccessControlAllowCredentials": False,
        "OriginOverride": False,
    }
    return {"CorsConfig": {**cors, **({"AccessControlExposeHeaders": _all(*expose)} if expose else {})}}


_SIMPLE = _cors(("GET", "HEAD"))
_PREFLIGHT = _cors(("GET", "DELETE", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"), ("*",))
_SECURITY: Json = {
    "SecurityHeadersConfig": {
        "XSSProtection": {"Override": False, "Protection": True, "ModeBlock": True},
        "FrameOptions": {"Override": False, "FrameOption": "SAMEORIGIN"},
        "ReferrerPolicy": {"Override": False, "ReferrerPolicy": "strict-origin-when-cross-origin"},
        "ContentTypeOptions": {"Override": True},
        "StrictTransportSecurity": {"Override": False, "AccessControlMaxAgeSec": _YEAR},
    }
}

RESPONSE_HEADERS_POLICIES: dict[str, Json] = {
    "60669652-455b-4ae9-85a4-c4c02393f86c": _forward("SimpleCORS", _SIMPLE),
    "5cc3b908-e619-4b99-88e5-2cf7f45965bd": _forward("CORS-With-Preflight", _PREFLIGHT),
    "e61eb60c-9c35-4d20-a928-2b84e02af89c": _forward("CORS-and-SecurityHeadersPolicy", _SIMPLE | _SECURITY),
    "eaab4381-ed33-4a86-88ca-d9558dc6cd63": _forward(
        "CORS-with-preflight-and-SecurityHeadersPolicy", _PREFLIGHT | _SECURITY
    ),
    "67f7725c-6f97-4210-82d7-5512b31e9d03": _forward("SecurityHeadersPolicy", _SECURITY),
}
