"""The fields under ``http`` about how viewers connect, and what they get for ``/``."""

from typing import Annotated, Literal

from pydantic import Field

from cfstream.spec.fields import Certificate, RootObject
from cfstream.spec.section import NEVER_GUESSED, AlsoCalled, Fields, NeverSuggested

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


class ConnectionFields(Fields):
    """How viewers connect."""

    certificate: Annotated[
        Certificate,
        AlsoCalled(
            "ssl_certificate",
            "viewer_certificate",
            "acm_certificate_arn",
            "iam_certificate_id",
            "certificate_arn",
        ),
    ] = Field(
        default="auto",
        description="Certificate for the cnames. auto: the one in ACM, in us-east-1, that covers them all. "
        "Or the ARN of one there.",
    )
    minimum_tls: Annotated[
        MinimumTls, AlsoCalled("minimum_protocol_version", "security_policy"), NEVER_GUESSED
    ] = Field(
        default="TLSv1.2_2021",
        description="The security policy: the oldest TLS version and the ciphers that viewers may use. "
        "It has no effect without a certificate of your own.",
    )
    viewer_protocol: Annotated[
        Literal["redirect-to-https", "https-only", "allow-all"],
        AlsoCalled("viewer_protocol_policy"),
        NeverSuggested("allow-all"),
    ] = Field(default="redirect-to-https", description="How the default behavior answers plain http.")
    default_root_object: Annotated[RootObject | None, AlsoCalled("root_object", "index_document")] = Field(
        default=None, description='The object for a request for "/". Empty: none. Absent: not managed.'
    )
    ipv6: Annotated[bool | None, AlsoCalled("is_ipv6_enabled", "ipv6_enabled", "enable_ipv6")] = Field(
        default=None, description="Whether viewers can use IPv6. Absent: not managed."
    )
