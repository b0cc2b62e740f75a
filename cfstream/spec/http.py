"""The section ``http``: settings that only distributions of delivery http have.

None means that the file does not have the field: it is not managed. An empty text, an empty list, an empty mapping and
False mean none.
"""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from cfstream.spec.fields import (
    CachePolicy,
    Certificate,
    Many,
    Off,
    PathPattern,
    RootObject,
    Signer,
)
from cfstream.spec.http_values import (
    AnyFunctions,
    Cors,
    ErrorPages,
    Geo,
    HttpVersion,
    MinimumTls,
    OriginPath,
    OriginRequestPolicy,
    OriginShieldRegion,
    ResponseHeadersPolicy,
    WebAcl,
)
from cfstream.spec.key_groups import AnyKeyGroup
from cfstream.spec.section import AlsoCalled, Section, form_of_switch


class Behavior(Section):
    """Other rules for the paths that match a pattern. The first behavior that matches applies."""

    path: PathPattern = Field(description='Path pattern, like "/posters/*" or "*.m3u8", in quotes.')
    public: bool = Field(default=False, description="true: no signature is needed for these paths.")
    key_groups: Many[AnyKeyGroup] | None = Field(
        default=None, description="Who may sign for these paths. Absent: the signers of the default behavior."
    )
    trusted_signers: Many[Signer] | None = Field(
        default=None,
        description="Accounts that may sign for these paths. Absent: the signers of the default behavior.",
    )
    cache_policy: CachePolicy | None = Field(
        default=None,
        description="The name of a managed cache policy, or the name or id of your own. Absent: not managed.",
    )
    origin_request_policy: Annotated[OriginRequestPolicy | None, AlsoCalled("origin_request_policy_id")] = (
        Field(
            default=None,
            description="Origin request policy of these paths: the name of a managed one, or name or id of your own. "
            '"": none. Absent: not managed.',
        )
    )
    response_headers_policy: Annotated[
        ResponseHeadersPolicy | None, AlsoCalled("response_headers_policy_id")
    ] = Field(
        default=None,
        description="Response headers policy of these paths: the name of a managed one, or name or id of your own. "
        '"": none. Absent: not managed.',
    )
    functions: AnyFunctions = Field(
        default=None,
        description="CloudFront functions for these paths, by event. {}: none. Absent: not managed.",
        examples=[{"viewer_request": "rewrite"}],
    )


class Http(Section):
    """Settings that only delivery http has."""

    certificate: Annotated[Certificate, AlsoCalled("ssl_certificate")] = Field(
        default="auto",
        description="Certificate for the cnames. auto: the one in ACM, in us-east-1, that covers them all. "
        "Or the ARN of one there.",
    )
    minimum_tls: MinimumTls = Field(
        default="TLSv1.2_2021",
        description="Security policy of the certificate. It has no effect without a certificate of your own.",
    )
    viewer_protocol: Literal["redirect-to-https", "https-only", "allow-all"] = Field(
        default="redirect-to-https", description="What the default behavior answers to plain http."
    )
    default_root_object: RootObject | None = Field(
        default=None, description='The object for a request for "/". Empty: none. Absent: not managed.'
    )
    ipv6: bool | None = Field(default=None, description="Whether viewers can use IPv6. Absent: not managed.")
    cache_policy: CachePolicy | None = Field(
        default=None,
        description="Cache policy of the default behavior: the name of a managed one (CachingOptimized, "
        "CachingDisabled), or the name or id of your own. Absent: not managed.",
    )
    behaviors: Many[Behavior] = Field(
        default=(),
        description="Further path patterns, in order of precedence.",
        examples=[[{"path": "/posters/*", "public": True}]],
    )
    unlisted_behaviors: Literal["keep", "delete"] = Field(
        default="keep",
        description="What happens to live behaviors that lead to the bucket and are not in `behaviors`. keep: they "
        "stay, with signers like the default behavior, and the plan lists them. delete: they are deleted.",
    )
    cors: (
        Annotated[Annotated[Cors, Tag("<set>")] | Annotated[Off, Tag("<off>")], Discriminator(form_of_switch)]
        | None
    ) = Field(
        default=None,
        description="Which web pages may read the media with scripts; false: none. Absent: not managed.",
    )
    origin_request_policy: Annotated[OriginRequestPolicy | None, AlsoCalled("origin_request_policy_id")] = (
        Field(
            default=None,
            description="Origin request policy of the default behavior. It decides which viewers' headers CloudFront "
            "sends to the bucket. The name of a managed one (CORS-S3Origin), or the name or id of your own. S3 refuses "
            'requests with a viewer\'s header Host. "": none. Absent: not managed.',
        )
    )
    response_headers_policy: Annotated[
        ResponseHeadersPolicy | None, AlsoCalled("response_headers_policy_id")
    ] = Field(
        default=None,
        description="Response headers policy of the default behavior. It sets headers of the answers to viewers. "
        "The name of a managed one (SimpleCORS), or the name or id of your own. Not together with cors, which has a "
        'policy of the stack. "": none. Absent: not managed.',
    )
    functions: AnyFunctions = Field(
        default=None,
        description="CloudFront functions of the default behavior, by event. They must be published. cfstream does "
        "not change them. {}: none. Absent: not managed.",
        examples=[{"viewer_request": "rewrite"}],
    )
    http_version: HttpVersion | None = Field(
        default=None,
        description="The newest version of HTTP that viewers may use. http2and3 is the fastest for players that "
        "support it; all others use an older version. Absent: not managed; a new distribution has http2.",
    )
    web_acl: Annotated[WebAcl | None, AlsoCalled("web_acl_id", "waf")] = Field(
        default=None,
        description="The web ACL (firewall) of AWS WAF that checks all requests: the ARN of a WAFv2 web ACL of the "
        'scope CLOUDFRONT, or the id of one of WAF Classic. cfstream never changes it. "": none. Absent: not '
        "managed.",
    )
    geo: Annotated[Geo | None, AlsoCalled("geo_restriction", "restrictions")] = Field(
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
        description="Pages and cache times for errors. A page for 403 also replaces CloudFront's refusal of unsigned "
        "viewers. []: none. Absent: not managed.",
        examples=[[{"code": 404, "page": "/errors/404.html", "response_code": 404, "cache": "10s"}]],
    )
    origin_path: OriginPath | None = Field(
        default=None,
        description="CloudFront puts this before the path of each request, so viewers only reach objects under it: "
        'with /v2, a request for /a.mp4 reads the object v2/a.mp4. "": nothing. Absent: not managed.',
    )
    origin_shield: Annotated[OriginShieldRegion | None, AlsoCalled("origin_shield_region")] = Field(
        default=None,
        description="Region of Origin Shield, a further cache in front of the bucket, at extra cost. Choose the region "
        'with the lowest latency to the bucket. "": off. Absent: not managed.',
    )
