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
from cfstream.spec.section import AlsoCalled, Fields, Section, form_of_switch
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

    origins: Many[CorsOrigin] = Field(
        min_length=1,
        description="Origins of those pages, like https://www.example.com, or *.",
        examples=[["https://www.example.com"]],
    )
    credentials: bool = Field(
        default=False, description="true: these pages may send cookies. Signed cookies need this."
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
