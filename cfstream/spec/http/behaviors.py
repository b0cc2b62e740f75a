"""The fields under ``http`` about behaviors: what CloudFront does with the requests for a path."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema

from cfstream.spec.fields import (
    RESOURCE_NAME,
    CachePolicy,
    CorsOrigin,
    FunctionName,
    Many,
    Off,
    PathPattern,
    Signer,
    fault,
)
from cfstream.spec.key_groups import AnyKeyGroup
from cfstream.spec.section import NEVER_GUESSED, AlsoCalled, Fields, NeverSuggested, Section, form_of_switch
from cfstream.spec.wording import shown


def _policy(text: str) -> str:
    if text and not RESOURCE_NAME.fullmatch(text):
        raise fault(f"{shown(text)} is not the name or id of a policy", "write the name or id of a policy")
    return text


def _named_policy(example: str) -> WithJsonSchema:
    pattern = f"^(?:|{RESOURCE_NAME.pattern})$"
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


OriginRequestPolicy = Annotated[str, AfterValidator(_policy), _named_policy("CORS-S3Origin")]
ResponseHeadersPolicy = Annotated[str, AfterValidator(_policy), _named_policy("SimpleCORS")]


class Cors(Section):
    """Which web pages may read the media with scripts."""

    origins: Annotated[
        Many[CorsOrigin], AlsoCalled("access_control_allow_origins", "allow_origins", "allowed_origins")
    ] = Field(
        min_length=1,
        description="Origins of those pages, like https://www.example.com, or *.",
        examples=[["https://www.example.com"]],
    )
    credentials: Annotated[bool, AlsoCalled("access_control_allow_credentials", "allow_credentials")] = Field(
        default=False, description="true: these pages may send cookies. Signed cookies need this."
    )


AnyCors = Annotated[
    Annotated[Cors, Tag("<set>")] | Annotated[Off, Tag("<off>")], Discriminator(form_of_switch)
]


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


AnyFunctions = Annotated[
    FunctionNames | None,
    AlsoCalled("function_associations", "function_association", "function_arn", "event_type"),
]


class Behavior(Section):
    """Other rules for the paths that match a pattern. The first behavior that matches applies."""

    path: Annotated[PathPattern, AlsoCalled("path_pattern")] = Field(
        description='Path pattern, like "/posters/*" or "*.m3u8", in quotes.'
    )
    public: Annotated[bool, NEVER_GUESSED] = Field(
        default=False, description="true: no signature is needed for these paths."
    )
    key_groups: Annotated[Many[AnyKeyGroup] | None, AlsoCalled("trusted_key_groups", "key_group")] = Field(
        default=None, description="Who may sign for these paths. Absent: the signers of the default behavior."
    )
    trusted_signers: Annotated[Many[Signer] | None, AlsoCalled("signers", "trusted_signer")] = Field(
        default=None,
        description="Accounts that may sign for these paths. Absent: the signers of the default behavior.",
    )
    cache_policy: Annotated[CachePolicy | None, AlsoCalled("cache_policy_id")] = Field(
        default=None,
        description="The name of a managed cache policy, or the name or id of your own. Absent: not managed.",
    )
    origin_request_policy: Annotated[OriginRequestPolicy | None, AlsoCalled("origin_request_policy_id")] = (
        Field(
            default=None,
            description="Origin request policy of these paths: the name of a managed one, or the name or id of your "
            'own. "": none. Absent: not managed.',
        )
    )
    response_headers_policy: Annotated[
        ResponseHeadersPolicy | None, AlsoCalled("response_headers_policy_id")
    ] = Field(
        default=None,
        description="Response headers policy of these paths: the name of a managed one, or the name or id of your own. "
        '"": none. Absent: not managed.',
    )
    functions: AnyFunctions = Field(
        default=None,
        description="CloudFront functions for these paths, by event. {}: none. Absent: not managed.",
        examples=[{"viewer_request": "rewrite"}],
    )


class BehaviorFields(Fields):
    """The default behavior, and all others."""

    EXCLUDED: ClassVar[Mapping[str, tuple[str, str]]] = {
        "response_headers_policy": ("cors", "a behavior has one response headers policy")
    }
    """The fields that exclude another one, with that one and the reason."""

    @property
    def deletes_unlisted(self) -> bool:
        """Whether behaviors that lead to the bucket and are not in the spec are deleted."""
        return self.unlisted_behaviors == "delete"

    cache_policy: Annotated[CachePolicy | None, AlsoCalled("cache_policy_id")] = Field(
        default=None,
        description="Cache policy of the default behavior: the name of a managed one (CachingOptimized, "
        "CachingDisabled), or the name or id of your own. Absent: not managed.",
    )
    behaviors: Annotated[
        Many[Behavior],
        AlsoCalled(
            "cache_behaviors",
            "cache_behavior",
            "ordered_cache_behavior",
            "ordered_cache_behaviors",
            "additional_behaviors",
        ),
    ] = Field(
        default=(),
        description="Further path patterns, in order of precedence.",
        examples=[[{"path": "/posters/*", "public": True}]],
    )
    unlisted_behaviors: Annotated[Literal["keep", "delete"], NeverSuggested("delete")] = Field(
        default="keep",
        description="What happens to live behaviors that lead to the bucket and are not in `behaviors`. keep: they "
        "stay, with signers like the default behavior, and the plan lists them. delete: they are deleted.",
    )
    cors: Annotated[AnyCors | None, AlsoCalled("cors_config")] = Field(
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
