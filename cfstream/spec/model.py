"""The spec language as types: one class for each section of the file, frozen and strict.

Lives here: fields, their types, defaults and descriptions (an editor shows them on hover). Does not live here: rules
about one value (`fields`), rules between fields (`rules`), and the place of a value in the file (`source`). None means
that the file does not have the field: it is not managed. An empty list, an empty text and False remove.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, GetJsonSchemaHandler, Tag, model_validator
from pydantic_core import CoreSchema

from cfstream.spec.fields import (
    BucketName,
    CachePolicy,
    Certificate,
    Comment,
    CorsOrigin,
    Duration,
    HostName,
    Many,
    Off,
    PathPattern,
    Prefix,
    Region,
    ResourceId,
    ResourceName,
    RootObject,
    Signer,
    StackName,
    Version,
    duration,
)
from cfstream.spec.parties import PartyText

PriceClass = Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"]
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


class Section(BaseModel):
    """A part of the file with named fields."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Bucket(Section):
    """The S3 bucket with the media: its name, or its name, region and whether cfstream creates it."""

    name: BucketName = Field(description="The bucket's name.")
    region: Region | None = Field(
        default=None,
        description="The region that the bucket is in, or is to be made in. Absent: S3 is asked, and a new "
        "bucket goes to the region that the command runs with.",
    )
    create: bool = Field(
        default=False,
        description="true: make the bucket if there is none, closed to the public. A bucket that exists is "
        "never changed, and no bucket is ever deleted.",
    )

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        section = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [{**section["properties"]["name"], "title": "BucketName"}, section]}


class Oac(Section):
    """Origin access control: how CloudFront signs what it asks of S3."""

    id: ResourceId | None = Field(
        default=None,
        description="An origin access control that exists, used as it is. Absent: cfstream makes one.",
    )


class Oai(Section):
    """Origin access identity: the predecessor of OAC, and the only way for delivery rtmp."""

    comment: Comment | None = Field(
        default=None,
        description="Comment of the identity that cfstream makes; its mark cfstream:<name> goes before it.",
    )
    id: ResourceId | None = Field(
        default=None,
        description="An origin access identity that exists, used as it is. Absent: cfstream makes one.",
    )


class Grant(Section):
    """What CloudFront may do in the bucket, and by which means it is allowed to."""

    via: Literal["bucket-policy", "object-acl", "elsewhere"] = Field(
        default="bucket-policy",
        description="How the bucket lets CloudFront read. bucket-policy: one statement of the bucket's policy. "
        "object-acl: a grant on each object, with oai only, for buckets whose objects belong to several accounts. "
        "elsewhere: somebody else grants it, in their own words, and cfstream neither gives nor takes anything.",
    )
    permission: Literal["READ", "FULL_CONTROL"] = Field(
        default="READ",
        description="What CloudFront may do. FULL_CONTROL, as in the recipe of 2011, wants via: object-acl.",
    )
    prefix: Prefix = Field(default="", description="Only objects whose key begins so. Empty: all.")


class PublicKey(Section):
    """A public key whose private half signs URLs and cookies."""

    name: ResourceName = Field(
        description="The key's name in CloudFront. A key cannot change: a new one wants a new name."
    )
    file: str = Field(
        min_length=1,
        description="PEM file of the public key, relative to this spec: RSA of 2048 bits or ECDSA on P-256.",
        examples=["keys/lectures-2026-11.pub.pem"],
    )
    replaces: Many[ResourceName] = Field(
        default=(),
        description="Names of older keys of this group. They may be detached once this key is older than "
        "sign.max_validity, for then no URL signed with them is still valid.",
        examples=[["lectures-2025-11"]],
    )


class KeyGroup(Section):
    """A key group of this stack, and the keys in it."""

    name: ResourceName = Field(description="The group's name in CloudFront.", examples=["lectures-signers"])
    public_keys: Many[PublicKey] = Field(
        min_length=1, description="The keys of the group. A URL signed with any of them is accepted."
    )


class UsedKeyGroup(Section):
    """A key group that another spec or person owns: referred to, never changed."""

    use: ResourceName = Field(description="Name or id of the key group.", examples=["newsroom-signers"])


def _form_of_group(value: Any) -> str:
    if isinstance(value, Mapping):
        return "<used>" if "use" in value or value.keys().isdisjoint(KeyGroup.model_fields) else "<made>"
    return "<used>" if isinstance(value, str | UsedKeyGroup) else "<made>"


AnyKeyGroup = Annotated[
    Annotated[KeyGroup, Tag("<made>")] | Annotated[UsedKeyGroup, Tag("<used>")], Discriminator(_form_of_group)
]


class Sign(Section):
    """What signing promises."""

    max_validity: Duration = Field(
        default=duration("24h"),
        description='The longest that a URL made by "cfstream sign" may be valid, and so how '
        "long a retired key must live on.",
    )


class Logging(Section):
    """Standard (legacy) access logs of the distribution."""

    bucket: BucketName = Field(
        description="Name of the bucket that gets the logs; its ACLs must be enabled.",
        examples=["lectures-logs"],
    )
    prefix: Prefix = Field(
        default="", description="What the names of the log files begin with.", examples=["cloudfront/"]
    )


class Cors(Section):
    """Which web pages may read the media by script."""

    origins: Many[CorsOrigin] = Field(
        min_length=1,
        description="Origins of those pages, like https://www.example.com, or *.",
        examples=[["https://www.example.com"]],
    )
    credentials: bool = Field(
        default=False, description="true: they may send cookies along, as signed cookies need."
    )


class Dns(Section):
    """Address records for the cnames."""

    route53: HostName = Field(
        description="The Route 53 hosted zone that gets A and AAAA records for each cname.",
        examples=["example.com"],
    )


def _form_of_switch(value: Any) -> str:
    return "<set>" if isinstance(value, Mapping | BaseModel) else "<off>"


class Behavior(Section):
    """Other rules for the paths that match a pattern. The first behavior that matches counts."""

    path: PathPattern = Field(description='Path pattern, like "/posters/*" or "*.m3u8", in quotes.')
    public: bool = Field(default=False, description="true: nobody needs to sign for these paths.")
    key_groups: Many[AnyKeyGroup] | None = Field(
        default=None, description="Who may sign for these paths. Absent: as for the default behavior."
    )
    trusted_signers: Many[Signer] | None = Field(
        default=None,
        description="Accounts that may sign for these paths. Absent: as for the default behavior.",
    )
    cache_policy: CachePolicy | None = Field(
        default=None,
        description="Name of a managed cache policy, or name or id of your own. Absent: not managed.",
    )


class Http(Section):
    """Settings that only delivery http has."""

    certificate: Certificate = Field(
        default="auto",
        description="Certificate for the cnames. auto: the one in ACM, in us-east-1, that covers them all. "
        "Or the ARN of one there.",
    )
    minimum_tls: MinimumTls = Field(
        default="TLSv1.2_2021",
        description="Security policy of the certificate. Without a certificate of yours, no effect.",
    )
    viewer_protocol: Literal["redirect-to-https", "https-only", "allow-all"] = Field(
        default="redirect-to-https", description="What plain http gets from the default behavior."
    )
    default_root_object: RootObject | None = Field(
        default=None, description='What a request for "/" gets. Empty: nothing. Absent: not managed.'
    )
    ipv6: bool | None = Field(
        default=None, description="Whether viewers reach it over IPv6. Absent: not managed."
    )
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
        Annotated[
            Annotated[Cors, Tag("<set>")] | Annotated[Off, Tag("<off>")], Discriminator(_form_of_switch)
        ]
        | None
    ) = Field(
        default=None,
        description="Which web pages may read the media by script; false: none. Absent: not managed.",
    )


class Wait(Section):
    """How long commands wait for CloudFront."""

    timeout: Duration = Field(
        default=duration("30m"), description="How long to wait for Deployed.", examples=["30m", "1h"]
    )


class Spec(Section):
    """One private set-up of CloudFront: a bucket, a distribution, and who may play what is in it."""

    version: Version = Field(description="Version of the spec language.")
    name: StackName = Field(
        description="What identifies the stack in this account: a-z first, then a-z, 0-9 and -."
    )
    delivery: Literal["http", "rtmp"] = Field(
        default="http",
        description="How the media are served. http: by a distribution. rtmp: by a streaming distribution, which AWS "
        "retired in 2020.",
    )
    comment: Comment | None = Field(
        default=None,
        description='Comment of the distribution, at most 128 characters. "": none. Absent: not managed.',
    )
    enabled: bool = Field(default=True, description="false: the distribution exists and refuses everything.")
    protect: bool = Field(
        default=False, description="true: destroy, and every change that deletes a distribution, is refused."
    )
    bucket: Bucket = Field(description="The S3 bucket with the media: its name, or {name, region, create}.")
    cnames: Many[HostName] | None = Field(
        default=None,
        description="Host names of yours that the distribution answers to. []: none. Absent: not managed.",
    )
    oac: Oac | None = Field(
        default=None,
        description="Origin access control, the default of delivery http. {}: cfstream makes one.",
        examples=[{}],
    )
    oai: Oai | None = Field(
        default=None,
        description="Origin access identity, the default of delivery rtmp. {}: cfstream makes one.",
        examples=[{}],
    )
    origin_access: Literal["none"] | None = Field(
        default=None, description="none: CloudFront reads the bucket as anyone would. Every plan warns of it."
    )
    grant: Grant = Field(
        default=Grant(), description="What CloudFront may do in the bucket, and by which means."
    )
    key_groups: Many[AnyKeyGroup] | None = Field(
        default=None,
        description="Who may sign URLs and cookies (delivery http): key groups made here, or used.",
    )
    trusted_signers: Many[Signer] | None = Field(
        default=None,
        description="Who may sign, the legacy way and the only one for rtmp: self, or account numbers like "
        '"111122223333".',
    )
    sign: Sign = Field(default=Sign(), description="What signing promises.")
    also_read_by: Many[PartyText] = Field(
        default=(),
        description="Who else may read or list the bucket. cfstream expects these readers and grants them nothing; "
        "every other reader from outside is an opening. A reader is an account, the ARN of a user, role or "
        "distribution, canonical:<64 hexadecimal digits>, o-… (an organisation), a CIDR, vpc-…, vpce-… or an AWS "
        "service.",
        examples=[["999988887777", "logging.s3.amazonaws.com"]],
    )
    also_managed_by: Many[PartyText] = Field(
        default=(),
        description="Who else may write objects or change who can read them. The forms are those of also_read_by.",
        examples=[["111122223333"]],
    )
    public: bool = Field(
        default=False,
        description="true: nobody needs to sign. Without it, a spec that names no signer is refused.",
    )
    price_class: PriceClass | None = Field(
        default=None, description="Which edge locations serve: the more, the dearer. Absent: not managed."
    )
    logging: (
        Annotated[
            Annotated[Logging, Tag("<set>")] | Annotated[Off, Tag("<off>")], Discriminator(_form_of_switch)
        ]
        | None
    ) = Field(default=None, description="Access logs; false: none. Absent: not managed.")
    http: Http = Field(default=Http(), description="Settings that only delivery http has.")
    dns: (
        Annotated[Annotated[Dns, Tag("<set>")] | Annotated[Off, Tag("<off>")], Discriminator(_form_of_switch)]
        | None
    ) = Field(
        default=None,
        description="Route 53 records for the cnames. Absent: the plan prints the records to make.",
    )
    wait: Wait = Field(default=Wait(), description="How long commands wait for CloudFront.")
    adopt: ResourceId | None = Field(
        default=None, description="Id of a distribution made by hand that this stack takes over."
    )
    tags: dict[str, str] | None = Field(
        default=None,
        description="Tags of the distribution. They are added or changed, never taken off.",
        examples=[{"team": "media"}],
    )

    @property
    def identity(self) -> Literal["oac", "oai", "none"]:
        """The identity by which CloudFront reads the bucket: by default OAC for http, and always OAI for rtmp."""
        if self.origin_access:
            return "none"
        if self.oac is not None:
            return "oac"
        return "oai" if self.oai is not None or self.delivery == "rtmp" else "oac"

    @property
    def made_key_groups(self) -> tuple[KeyGroup, ...]:
        """The key groups that this stack owns, each once: the default behavior's first."""
        lists = (self.key_groups, *(behavior.key_groups for behavior in self.http.behaviors))
        groups = [group for groups in lists for group in groups or () if isinstance(group, KeyGroup)]
        return tuple(
            {group.name: group for group in reversed(groups)}[name]
            for name in dict.fromkeys(g.name for g in groups)
        )
