"""The fields under ``http`` about what all viewers get: HTTP versions, the firewall, countries, and error pages."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from cfstream.spec.countries import COUNTRIES
from cfstream.spec.durations import duration, spell
from cfstream.spec.fields import Many, fault
from cfstream.spec.section import AlsoCalled, Fields, Section
from cfstream.spec.wording import shown

HttpVersion = Literal["http1.1", "http2", "http3", "http2and3"]
"""The versions of HTTP that viewers may use (shape HttpVersion)."""

_WEB_ACL = re.compile(
    r"arn:aws[a-z-]*:wafv2:(?P<region>[a-z0-9-]+):[0-9]{12}:(?P<scope>global|regional)/webacl/[\w-]+/\S+"
)
_CLASSIC_ACL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _web_acl(text: str) -> str:
    found = _WEB_ACL.fullmatch(text)
    if not text or _CLASSIC_ACL.fullmatch(text):
        return text
    example = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/NAME/ID"
    if found is None:
        what = f"{shown(text)} is not the ARN of a web ACL, nor the id of one of WAF Classic"
        raise fault(what, f"write one like {example}")
    if found["region"] != "us-east-1" or found["scope"] != "global":
        place = found["region"] + ("" if found["scope"] == "global" else ", for regional resources")
        what = f"the web ACL is in {place}; CloudFront needs one of the scope CLOUDFRONT in us-east-1"
        raise fault(what, f"create one with that scope, and write its ARN, like {example}")
    return text


WebAcl = Annotated[
    str,
    AfterValidator(_web_acl),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(?:|arn:aws[a-z-]*:wafv2:us-east-1:[0-9]{12}:global/webacl/.+|[0-9a-f-]{36})$",
            "examples": [
                "arn:aws:wafv2:us-east-1:111122223333:global/webacl/viewers/a1b2c3d4-5678-90ab-cdef-111111111111"
            ],
        }
    ),
]


def _country(code: str) -> str:
    if code in COUNTRIES:
        return code
    what = f"{shown(code)} is not the code of a country (ISO 3166-1, two capital letters)"
    known = {"UK": "GB", "EL": "GR"}.get(code.upper(), code.upper())
    raise fault(what, f"write {known}" if known in COUNTRIES else "write a code like US, DE or JP")


Country = Annotated[
    str,
    AfterValidator(_country),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$", "examples": ["US", "CA"]}),
]


class Geo(Section):
    """The countries in which viewers are served: only some, or all except some. {}: all."""

    allow: Annotated[Many[Country] | None, AlsoCalled("whitelist", "allowlist")] = Field(
        default=None,
        min_length=1,
        description="Only viewers in these countries are served: codes of two capital letters (ISO 3166-1).",
        examples=[["US", "CA"]],
    )
    block: Annotated[Many[Country] | None, AlsoCalled("blacklist", "blocklist", "denylist", "deny")] = Field(
        default=None,
        min_length=1,
        description="Viewers in these countries are refused: codes of two capital letters (ISO 3166-1).",
        examples=[["KP"]],
    )

    @model_validator(mode="after")
    def _one_way(self) -> "Geo":
        if self.allow and self.block:
            raise fault("allow and block exclude each other", "delete allow or block")
        return self


ErrorCode = Literal[400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]
"""The errors that can have a page (Developer Guide, "Change response codes returned by CloudFront")."""

ResponseCode = Literal[200, 400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]


def _page(path: str) -> str:
    if not path.startswith("/"):
        raise fault(f"{shown(path)} is not a path of this distribution", f"write /{path or '404.html'}")
    if odd := re.search(r"[^!-~]", path):
        raise fault(
            f"{shown(odd.group())} is not allowed in the path of an error page", "write it as in a URL"
        )
    return path


def _cache_time(value: Any) -> str:
    return value if value == "0s" else spell(duration(value))


CacheTime = Annotated[
    str,
    BeforeValidator(_cache_time),
    WithJsonSchema(
        {"type": "string", "pattern": "^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$", "examples": ["10s"]}
    ),
]
"""A length of time, 0s included, in its shortest spelling."""


class ErrorResponse(Section):
    """What viewers get in place of an error: a page, another status, or the same answer for some time."""

    model_config = ConfigDict(json_schema_extra={"dependentRequired": {"response_code": ["page"]}})

    code: Annotated[ErrorCode, AlsoCalled("error_code")] = Field(
        description="The status of the error, from the bucket or from CloudFront: 403 for an object that does not "
        "exist."
    )
    page: Annotated[Annotated[str, AfterValidator(_page)] | None, AlsoCalled("response_page_path")] = Field(
        default=None,
        description="Path of the page, like /errors/403.html. It should be on a public path: viewers get it without a "
        "signature. Absent: no page.",
        examples=["/errors/403.html"],
    )
    response_code: ResponseCode | None = Field(
        default=None, description="Status that viewers get with the page. Absent: the status of the error."
    )
    cache: Annotated[CacheTime, AlsoCalled("error_caching_min_ttl")] = Field(
        default="10s",
        description="The shortest time for which CloudFront caches the error.",
        examples=["10s", "5m"],
    )

    @model_validator(mode="after")
    def _with_page(self) -> "ErrorResponse":
        if self.response_code is not None and self.page is None:
            raise fault("a response_code needs a page", "add page, or delete response_code")
        return self


def _once_each(pages: tuple[ErrorResponse, ...]) -> tuple[ErrorResponse, ...]:
    codes = [page.code for page in pages]
    twice = next((code for number, code in enumerate(codes) if code in codes[:number]), None)
    if twice is not None:
        raise fault(f"the error {twice} is listed more than once", "keep one entry for it")
    return pages


ErrorPages = Annotated[Many[ErrorResponse], AfterValidator(_once_each)]


class ViewerFields(Fields):
    """What all viewers get."""

    http_version: HttpVersion | None = Field(
        default=None,
        description="The newest version of HTTP that viewers may use. http2and3 is the fastest for players that "
        "support it; all others use an older version. Absent: not managed; a new distribution has http2.",
    )
    web_acl: Annotated[WebAcl | None, AlsoCalled("web_acl_id", "waf", "web_acl_arn", "firewall")] = Field(
        default=None,
        description="The web ACL (firewall) of AWS WAF that checks all requests: the ARN of a WAFv2 web ACL of the "
        'scope CLOUDFRONT, or the id of one of WAF Classic. cfstream never changes it. "": none. Absent: not '
        "managed.",
    )
    geo: Annotated[Geo | None, AlsoCalled("geo_restriction", "restrictions", "countries")] = Field(
        default=None,
        description="The countries in which viewers are served: {allow: [US, CA]} or {block: [KP]}. Viewers "
        "from unknown countries are served. {}: all countries. Absent: not managed.",
        examples=[{"allow": ["US", "CA"]}],
    )
    error_pages: Annotated[
        ErrorPages | None,
        AlsoCalled("custom_error_response", "custom_error_responses"),
    ] = Field(
        default=None,
        description="Pages and cache times for errors. The bucket answers 403, not 404, for an object that does not "
        "exist, unless CloudFront may list the bucket. A page for 403 also replaces CloudFront's refusal of unsigned "
        "viewers. []: none. Absent: not managed.",
        examples=[[{"code": 403, "page": "/errors/403.html", "response_code": 404, "cache": "10s"}]],
    )
