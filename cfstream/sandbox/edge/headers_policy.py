"""Response headers policies: the headers that CloudFront adds to an answer, and removes from it.

Source: Developer Guide, "Understand response headers policies".
"""

from typing import Any

from cfstream.sandbox.edge import conditions
from cfstream.sandbox.edge.viewer import ViewerRequest
from cfstream.sandbox.listener import Answer

Json = dict[str, Any]
Headers = list[tuple[str, str]]


def applied(config: Json, viewer: ViewerRequest, answer: Answer) -> Answer:
    """Return the answer with the policy's headers: CORS for requests with an Origin, then security and custom ones.

    If the origin's answer has the header too, it stays unless the policy overrides it.
    """
    headers = list(answer.headers)
    removed = {item["Header"].lower() for item in _items(config.get("RemoveHeadersConfig"))}
    headers = [pair for pair in headers if pair[0].lower() not in removed]
    cors = config.get("CorsConfig")
    granted = _granted(cors, viewer) if cors and viewer.header("Origin") else []
    more = [(name, value, cors["OriginOverride"]) for name, value in granted] if cors else []
    for name, value, override in (
        *more,
        *_security(config.get("SecurityHeadersConfig", {})),
        *_custom(config),
    ):
        if override or not any(name.lower() == given.lower() for given, _ in headers):
            headers = [*(pair for pair in headers if pair[0].lower() != name.lower()), (name, value)]
    return answer._replace(headers=headers)


def _granted(cors: Json, viewer: ViewerRequest) -> Headers:
    origin, origins = viewer.header("Origin"), _items(cors["AccessControlAllowOrigins"])
    if not any(_is_allowed(origin, allowed) for allowed in origins):
        return []
    credentials = cors["AccessControlAllowCredentials"]
    granted = [("Access-Control-Allow-Origin", "*" if "*" in origins and not credentials else origin)]
    if granted[0][1] != "*":
        granted.append(("Vary", "Origin"))
    if credentials:
        granted.append(("Access-Control-Allow-Credentials", "true"))
    exposed = _items(cors.get("AccessControlExposeHeaders"))
    if exposed:
        granted.append(("Access-Control-Expose-Headers", ", ".join(exposed)))
    if viewer.method == "OPTIONS" and viewer.header("Access-Control-Request-Method"):
        granted += _for_preflight(cors, viewer)
    return granted


def _for_preflight(cors: Json, viewer: ViewerRequest) -> Headers:
    methods = _items(cors["AccessControlAllowMethods"])
    if "ALL" in methods:
        methods = ["GET", "DELETE", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    names = _items(cors["AccessControlAllowHeaders"])
    asked = viewer.header("Access-Control-Request-Headers")
    # For a request with credentials, a browser takes "*" as a header name.
    allowed = asked if "*" in names and cors["AccessControlAllowCredentials"] and asked else ", ".join(names)
    found = [("Access-Control-Allow-Methods", ", ".join(methods)), ("Access-Control-Allow-Headers", allowed)]
    if "AccessControlMaxAgeSec" in cors:
        found.append(("Access-Control-Max-Age", str(cors["AccessControlMaxAgeSec"])))
    return found


def _is_allowed(origin: str, allowed: str) -> bool:
    """An allowed origin may have a wildcard for a subdomain or the port, and may omit the scheme."""
    if allowed in ("*", origin):
        return True
    have = origin if "://" in allowed else origin.partition("://")[2]
    return conditions.wildcards(allowed).fullmatch(have) is not None


def _policy(item: Json) -> str:
    return str(item["ContentSecurityPolicy"])


def _frame(item: Json) -> str:
    return str(item["FrameOption"])


def _referrer(item: Json) -> str:
    return str(item["ReferrerPolicy"])


def _nosniff(_item: Json) -> str:
    return "nosniff"


def _security(config: Json) -> list[tuple[str, str, bool]]:
    found = []
    for member, (header, render) in _SECURITY.items():
        if member in config:
            found.append((header, render(config[member]), bool(config[member]["Override"])))
    return found


def _transport(item: Json) -> str:
    more = "; includeSubDomains" if item.get("IncludeSubdomains") else ""
    return f"max-age={item['AccessControlMaxAgeSec']}{more}{'; preload' if item.get('Preload') else ''}"


def _xss(item: Json) -> str:
    if not item["Protection"]:
        return "0"
    report = f"; report={item['ReportUri']}" if item.get("ReportUri") else ""
    return f"1{'; mode=block' if item.get('ModeBlock') else ''}{report}"


_SECURITY = {
    "ContentSecurityPolicy": ("Content-Security-Policy", _policy),
    "ContentTypeOptions": ("X-Content-Type-Options", _nosniff),
    "FrameOptions": ("X-Frame-Options", _frame),
    "ReferrerPolicy": ("Referrer-Policy", _referrer),
    "StrictTransportSecurity": ("Strict-Transport-Security", _transport),
    "XSSProtection": ("X-XSS-Protection", _xss),
}


def _custom(config: Json) -> list[tuple[str, str, bool]]:
    items = _items(config.get("CustomHeadersConfig"))
    return [(item["Header"], item["Value"], item["Override"]) for item in items]


def _items(listed: Json | None) -> list[Any]:
    return list((listed or {}).get("Items", ()))
