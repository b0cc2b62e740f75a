"""The section ``http``: settings that only distributions of delivery http have.

None means that the file does not have the field: it is not managed. An empty text, an empty list, an empty mapping and
False mean none.
"""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from cfstream.spec.fields import (
    CachePolicy,
    Certificate,
    CorsOrigin,
    FunctionName,
    Many,
    Off,
    PathPattern,
    RootObject,
    Signer,
)
from cfstream.spec.key_groups import AnyKeyGroup
from cfstream.spec.section import AlsoCalled, Section, form_of_switch

MinimumTls = Literal[
    "SSLv3",
    "TLSv1",
    "TLSv1_2016",
    "TLSv1.1_2016",
    "TLSv1.2_2018",
    "TLSv1.2_2019",
    "TLSv1.2_2021",
    "TLSv1.2_2025",
    "TLSv1.3_2025",
]
"""CloudFront's security policies, the oldest first (shape MinimumProtocolVersion). SSLv3: see `rules`."""


HttpVersion = Literal["http1.1", "http2", "http3", "http2and3"]
"""The versions of HTTP that viewers may use (shape HttpVersion)."""

OriginShieldRegion = Literal[
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "ap-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "sa-east-1",
    "me-central-1",
    "",
]
"""The regions that have Origin Shield (Developer Guide, "Use Amazon CloudFront Origin Shield")."""


class Cors(Section):
    """Which web pages may read the media with scripts."""

    origins: Many[CorsOrigin] = Field(
        min_length=1,
        description="Origins of those pages, like https://www.example.com, or *.",
        examples=[["https://www.example.com"]],
    )
    credentials: bool = Field(
        default=False, description="true: they may send cookies, which signed cookies need."
    )


class FunctionNames(Section):
    """The CloudFront functions of a behavior, by the event at which each runs."""

    viewer_request: FunctionName = Field(
        default="",
        description="The function that runs on each request, before CloudFront looks in its cache. Empty: none.",
        examples=["rewrite"],
    )
    viewer_response: FunctionName = Field(
        default="",
        description="The function that runs on each response below status 400, before the viewer gets it. Empty: none.",
        examples=["security-headers"],
    )

    @property
    def by_event(self) -> dict[str, str]:
        """The names, by event, without the events that have no function."""
        return {event: name for event, name in self if name}


AnyFunctions = Annotated[FunctionNames | None, AlsoCalled("function_associations", "function_association")]


class Behavior(Section):
    """Other rules for the paths that match a pattern. The first behavior that matches applies."""

    path: PathPattern = Field(description='Path pattern, like "/posters/*" or "*.m3u8", in quotes.')
    public: bool = Field(default=False, description="true: nobody needs to sign for these paths.")
    key_groups: Many[AnyKeyGroup] | None = Field(
        default=None, description="Who may sign for these paths. Absent: the signers of the default behavior."
    )
    trusted_signers: Many[Signer] | None = Field(
        default=None,
        description="Accounts that may sign for these paths. Absent: the signers of the default behavior.",
    )
    cache_policy: CachePolicy | None = Field(
        default=None,
        description="Name of a managed cache policy, or name or id of your own. Absent: not managed.",
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
        description="Cache policy of the default behavior: name of a managed one (CachingOptimized, "
        "CachingDisabled), or name or id of your own. Absent: not managed.",
    )
    behaviors: Many[Behavior] = Field(
        default=(),
        description="Further path patterns, in order of precedence.",
        examples=[[{"path": "/posters/*", "public": True}]],
    )
    cors: (
        Annotated[Annotated[Cors, Tag("<set>")] | Annotated[Off, Tag("<off>")], Discriminator(form_of_switch)]
        | None
    ) = Field(
        default=None,
        description="Which web pages may read the media with scripts; false: none. Absent: not managed.",
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
    origin_shield: Annotated[OriginShieldRegion | None, AlsoCalled("origin_shield_region")] = Field(
        default=None,
        description="Region of Origin Shield, a further cache in front of the bucket, at extra cost. Choose the region "
        'with the lowest latency to the bucket. "": off. Absent: not managed.',
    )
