"""The spec language as types: one class for each section of the file, frozen and strict.

Each field has its type, default and description (editors show it on hover). Rules about one value are in `fields`,
rules between fields in `rules`. None means that the file does not have the field: it is not managed. An empty list, an
empty text and False mean none.
"""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, GetJsonSchemaHandler, Tag, model_validator
from pydantic_core import CoreSchema

from cfstream.spec.durations import Duration, duration
from cfstream.spec.fields import (
    ROLE,
    AccountNumber,
    BucketName,
    Comment,
    HostName,
    InventoryFolder,
    Many,
    Off,
    Prefix,
    Region,
    ResourceId,
    RoleArn,
    Signer,
    StackName,
    Version,
)
from cfstream.spec.http import Http
from cfstream.spec.key_groups import AnyKeyGroup, KeyGroup
from cfstream.spec.listed_readers import ListedReaderText
from cfstream.spec.section import NEVER_GUESSED, AlsoCalled, NeverSuggested, Section, form_of_switch

PriceClass = Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"]


class Bucket(Section):
    """The S3 bucket with the media: its name, or its name, region and whether cfstream creates it."""

    name: Annotated[BucketName, AlsoCalled("bucket", "bucket_name", "domain_name")] = Field(
        description="The bucket's name."
    )
    region: Annotated[Region | None, AlsoCalled("bucket_region", "aws_region", "location_constraint")] = (
        Field(
            default=None,
            description="The region of the bucket. Absent: cfstream asks S3, and creates a new bucket in the "
            "region that the command runs with.",
        )
    )
    create: bool = Field(
        default=False,
        description="true: create the bucket if it does not exist, with all public access blocked. cfstream "
        "never changes these settings of an existing bucket, and never deletes a bucket.",
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
    """Origin access control: how CloudFront signs its requests to S3."""

    id: Annotated[ResourceId | None, AlsoCalled("origin_access_control_id")] = Field(
        default=None,
        description="Id of an existing origin access control, used unchanged. Absent: cfstream creates one.",
    )


class Oai(Section):
    """Origin access identity: the predecessor of OAC, and the only way for delivery rtmp."""

    comment: Comment | None = Field(
        default=None,
        description="Comment of the identity that cfstream creates; its mark cfstream:<name> comes before it.",
    )
    id: Annotated[
        ResourceId | None, AlsoCalled("origin_access_identity", "cloudfront_access_identity_path")
    ] = Field(
        default=None,
        description="Id of an existing origin access identity, used unchanged. Absent: cfstream creates one.",
    )


class Batch(Section):
    """The jobs of S3 Batch Operations that write the grants on objects: their role and their reports."""

    role: Annotated[RoleArn, AlsoCalled("role_arn")] = Field(
        description="The ARN of the IAM role with which S3 runs the jobs. batchoperations.s3.amazonaws.com must be "
        "allowed to assume it; the plan checks this, and what the role may do.",
        examples=["arn:aws:iam::123456789012:role/cfstream-batch"],
    )
    report_bucket: BucketName = Field(
        description="Name of the bucket that gets the reports of the jobs; not the bucket with the media.",
        examples=["lectures-reports"],
    )
    report_prefix: Prefix = Field(default="", description="Prefix of the reports.", examples=["cfstream/"])
    inventory: InventoryFolder | None = Field(
        default=None,
        description="The folder of an S3 Inventory of the bucket, in CSV with ObjectAccessControlList and ObjectOwner. "
        "Its newest list shows the ACLs of a large bucket without reading them one by one.",
        examples=["s3://lectures-inventory/lectures-media/all"],
    )


class Grant(Section):
    """What CloudFront may do in the bucket, and how the bucket allows it."""

    via: Annotated[Literal["bucket-policy", "object-acl", "elsewhere"], NeverSuggested("elsewhere")] = Field(
        default="bucket-policy",
        description="How the bucket lets CloudFront read. bucket-policy: one statement of the bucket's policy. "
        "object-acl: a grant on each object, with oai only, for buckets whose objects belong to several accounts. "
        "elsewhere: it is granted outside cfstream, which grants and revokes nothing.",
    )
    permission: Annotated[Literal["READ", "FULL_CONTROL"], NeverSuggested("FULL_CONTROL")] = Field(
        default="READ",
        description="What CloudFront may do. FULL_CONTROL, as in the recipe of 2011, needs via: object-acl.",
    )
    prefix: Prefix = Field(
        default="", description="Only objects whose key begins with this prefix. Empty: all."
    )
    engine: Literal["auto", "local", "s3-batch"] = Field(
        default="auto",
        description="What writes the grants on objects, with via: object-acl only. local: this machine, object by "
        "object. s3-batch: a job of S3 Batch Operations, which needs batch and replaces whole ACLs. auto: a job if it "
        "is faster, batch is set, and all ACLs name only the bucket's owner; otherwise this machine.",
    )
    batch: Batch | None = Field(
        default=None,
        description="The role and the reports of the jobs of S3 Batch Operations. Absent: no job is used.",
    )


class Sign(Section):
    """Limits of signed URLs."""

    max_validity: Duration = Field(
        default=duration("24h"),
        description='The longest validity of a URL from "cfstream sign". A replaced key stays in its group at '
        "least this long.",
    )


class Logging(Section):
    """Standard (legacy) access logs of the distribution."""

    bucket: Annotated[BucketName, AlsoCalled("log_bucket", "logging_bucket")] = Field(
        description="Name of the bucket that gets the logs; its ACLs must be enabled.",
        examples=["lectures-logs"],
    )
    prefix: Annotated[Prefix, AlsoCalled("log_prefix", "log_file_prefix")] = Field(
        default="", description="Prefix of the log files.", examples=["cloudfront/"]
    )


class Dns(Section):
    """Address records for the cnames."""

    route53: Annotated[
        HostName, AlsoCalled("zone", "zone_id", "hosted_zone", "hosted_zone_name", "hosted_zone_id")
    ] = Field(
        description="The Route 53 hosted zone that gets A and AAAA records for each cname.",
        examples=["example.com"],
    )


class Wait(Section):
    """How long commands wait for CloudFront."""

    timeout: Duration = Field(
        default=duration("30m"), description="How long to wait for Deployed.", examples=["30m", "1h"]
    )


AnyLogging = Annotated[
    Annotated[Logging, Tag("<set>")] | Annotated[Off, Tag("<off>")], Discriminator(form_of_switch)
]
AnyDns = Annotated[Annotated[Dns, Tag("<set>")] | Annotated[Off, Tag("<off>")], Discriminator(form_of_switch)]


class Spec(Section):
    """A private set-up on CloudFront: a bucket, a distribution, and who may play the media."""

    version: Version = Field(description="Version of the spec language.")
    name: StackName = Field(
        description="Identifies the stack in this account: a-z first, then a-z, 0-9 and -."
    )
    account: AccountNumber | None = Field(
        default=None,
        description="The AWS account of the stack, in quotes. cfstream refuses to run in any other account. Absent: "
        "the account of the role, or of your credentials.",
    )
    role: Annotated[RoleArn | None, AlsoCalled("role_arn", "assume_role")] = Field(
        default=None,
        description="The ARN of the IAM role that cfstream assumes for this stack, so that one run can cover several "
        "accounts. CFSTREAM_EXTERNAL_ID has the external id, if the role needs one. Absent: your own credentials.",
    )
    delivery: Literal["http", "rtmp"] = Field(
        default="http",
        description="How the media are served. http: by a distribution. rtmp: by a streaming distribution, which AWS "
        "retired in 2020.",
    )
    comment: Annotated[Comment | None, AlsoCalled("description")] = Field(
        default=None,
        description='Comment of the distribution, at most 128 characters. "": none. Absent: not managed.',
    )
    enabled: bool = Field(
        default=True, description="false: the distribution exists and refuses every request."
    )
    protect: Annotated[
        bool, AlsoCalled("prevent_destroy", "deletion_protection", "deletion_policy", "retain_on_delete")
    ] = Field(
        default=False, description="true: destroy, and every change that deletes a distribution, is refused."
    )
    bucket: Annotated[Bucket, AlsoCalled("origin", "origins", "s3_origin", "bucket_name", "domain_name")] = (
        Field(description="The S3 bucket with the media: its name, or {name, region, create}.")
    )
    cnames: Annotated[
        Many[HostName] | None,
        AlsoCalled(
            *("aliases", "alias", "cname", "alternate_domain_names", "domain_names"),
            *("domains", "hosts", "host_names"),
        ),
    ] = Field(
        default=None,
        description="Your host names for the distribution. []: none. Absent: not managed.",
    )
    oac: Annotated[
        Oac | None,
        AlsoCalled("origin_access_control", "origin_access_control_id", "origin_access_control_config"),
    ] = Field(
        default=None,
        description="Origin access control, the default of delivery http. {}: cfstream creates one.",
        examples=[{}],
    )
    oai: Annotated[
        Oai | None,
        AlsoCalled(
            "origin_access_identity",
            "s3_origin_config",
            "cloud_front_origin_access_identity_config",
            "cloudfront_access_identity_path",
        ),
    ] = Field(
        default=None,
        description="Origin access identity, the default of delivery rtmp. {}: cfstream creates one.",
        examples=[{}],
    )
    origin_access: Annotated[Literal["none"] | None, NEVER_GUESSED, NeverSuggested("none")] = Field(
        default=None, description="none: CloudFront reads the bucket unsigned. Every plan warns about it."
    )
    grant: Annotated[Grant, AlsoCalled("bucket_policy")] = Field(
        default=Grant(), description="What CloudFront may do in the bucket, and how the bucket allows it."
    )
    key_groups: Annotated[
        Many[AnyKeyGroup] | None, AlsoCalled("trusted_key_groups", "key_group", "key_group_config")
    ] = Field(
        default=None,
        description="Who may sign URLs and cookies (delivery http): key groups of this stack, or groups that it uses.",
    )
    trusted_signers: Annotated[
        Many[Signer] | None, AlsoCalled("signers", "trusted_signer", "aws_account_numbers")
    ] = Field(
        default=None,
        description="Who may sign: the legacy form, and the only one for rtmp: self, or account numbers like "
        '"111122223333".',
    )
    sign: Sign = Field(default=Sign(), description="Limits of signed URLs.")
    also_read_by: Many[ListedReaderText] = Field(
        default=(),
        description="Who else may read or list the bucket. cfstream expects these readers and grants them nothing; "
        "every other reader from outside is an opening. A reader is an account, the ARN of a user, role or "
        "distribution, canonical:<64 hexadecimal digits>, o-… (an organisation), a CIDR, vpc-…, vpce-… or an AWS "
        "service.",
        examples=[["999988887777", "logging.s3.amazonaws.com"]],
    )
    also_managed_by: Many[ListedReaderText] = Field(
        default=(),
        description="Who else may write objects or change who can read them. The forms are those of also_read_by.",
        examples=[["111122223333"]],
    )
    public: Annotated[bool, NEVER_GUESSED] = Field(
        default=False,
        description="true: no signature is needed. Without it, a spec without signers is refused.",
    )
    price_class: PriceClass | None = Field(
        default=None,
        description="The edge locations that serve viewers. More locations cost more. Absent: not managed.",
    )
    logging: Annotated[AnyLogging | None, AlsoCalled("logging_config", "access_logs", "access_log")] = Field(
        default=None, description="Access logs; false: none. Absent: not managed."
    )
    http: Annotated[Http, AlsoCalled("default_cache_behavior", "default_behavior")] = Field(
        default=Http(), description="Settings that only delivery http has."
    )
    dns: Annotated[AnyDns | None, AlsoCalled("route53_record", "alias_records")] = Field(
        default=None,
        description="Route 53 records for the cnames. Absent: the plan prints the records to create.",
    )
    wait: Wait = Field(default=Wait(), description="How long commands wait for CloudFront.")
    adopt: Annotated[ResourceId | None, AlsoCalled("distribution_id", "id")] = Field(
        default=None, description="Id of an existing distribution that this stack takes over."
    )
    tags: Annotated[dict[str, str] | None, AlsoCalled("tag", "tags_all")] = Field(
        default=None,
        description="Tags of the distribution. They are added or changed, never deleted.",
        examples=[{"team": "media"}],
    )

    @property
    def home(self) -> str:
        """The number of the stack's account; empty if that is the account of the caller's credentials."""
        found = ROLE.fullmatch(self.role or "")
        return self.account or (found["account"] if found else "")

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
