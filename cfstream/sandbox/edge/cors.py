"""Cross-origin headers of S3, from a bucket's CORS configuration.

CloudFront's own CORS headers are in ``headers_policy``.
"""

from collections.abc import Callable

from moto.s3.models import CorsRule, FakeBucket

from cfstream.sandbox.edge import conditions, documents
from cfstream.sandbox.listener import Answer

_VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"

Header = Callable[[str], str]


def headers(bucket: FakeBucket, method: str, header: Header) -> list[tuple[str, str]]:
    """Return the headers that S3 adds to an answer; none if no rule matches the request's Origin and method."""
    rule = _rule(bucket, header("Origin"), method, ())
    return _granted(rule, header("Origin"), ()) if rule else []


def preflight(bucket: FakeBucket | None, header: Header) -> Answer:
    """Return the answer to OPTIONS: 200 with the headers of the first matching rule, or S3's 403.

    The answer does not depend on the requester or on whether the object exists (S3 API, "OPTIONS object").
    """
    origin, method = header("Origin"), header("Access-Control-Request-Method")
    if not origin or not method:
        return documents.s3_error(
            400, "BadRequest", "Insufficient information. Origin request header needed."
        )
    asked = tuple(
        filter(None, (name.strip() for name in header("Access-Control-Request-Headers").split(",")))
    )
    rule = _rule(bucket, origin, method, asked) if bucket else None
    if rule:
        return Answer(200, [("Server", "AmazonS3"), *_granted(rule, origin, asked)])
    why = (
        "This CORS request is not allowed. This is usually because the evalution of Origin, request method / "
        "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's "
        "CORS spec."
        if bucket and bucket.cors
        else "CORS is not enabled for this bucket."
    )
    return documents.s3_error(
        403, "AccessForbidden", f"CORSResponse: {why}", Method=method, ResourceType="OBJECT"
    )


def _rule(bucket: FakeBucket, origin: str, method: str, asked: tuple[str, ...]) -> CorsRule | None:
    if not origin:
        return None
    for rule in bucket.cors:
        fits = any(_like(origin, allowed) for allowed in rule.allowed_origins or ())
        fits = fits and method in (rule.allowed_methods or ())
        if fits and all(_allows(rule, name) for name in asked):
            return rule
    return None


def _allows(rule: CorsRule, name: str) -> bool:
    return any(_like(name.lower(), allowed.lower()) for allowed in rule.allowed_headers or ())


def _granted(rule: CorsRule, origin: str, asked: tuple[str, ...]) -> list[tuple[str, str]]:
    anybody = "*" in rule.allowed_origins
    granted = [
        ("Access-Control-Allow-Origin", "*" if anybody else origin),
        ("Access-Control-Allow-Methods", ", ".join(rule.allowed_methods)),
        ("Vary", _VARY),
    ]
    if asked:
        granted.append(("Access-Control-Allow-Headers", ", ".join(name.lower() for name in asked)))
    if rule.exposed_headers:
        granted.append(("Access-Control-Expose-Headers", ", ".join(rule.exposed_headers)))
    if rule.max_age_seconds:
        granted.append(("Access-Control-Max-Age", str(rule.max_age_seconds)))
    if not anybody:
        granted.append(("Access-Control-Allow-Credentials", "true"))
    return granted


def _like(text: str, pattern: str) -> bool:
    return conditions.wildcards(pattern).fullmatch(text) is not None
