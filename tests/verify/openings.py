"""Statements of a bucket policy by which others read, write or manage, though all public access is blocked.

Each is added to the policy of the good stack's bucket, with all four blocks on.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.world.specs import Json
from tests.world.statements import allow

OWN = "123456789012"
OTHER = "111122223333"
THIRD = "444455556666"
ORGANISATION = "o-a1b2c3d4e5"
CANONICAL = "c" * 64
BUCKET = "arn:aws:s3:::media"
OBJECTS = f"{BUCKET}/*"
CLOUDFRONT = {"Service": "cloudfront.amazonaws.com"}
THEIRS = {"AWS": f"arn:aws:iam::{OTHER}:root"}
ROLE = f"arn:aws:iam::{OTHER}:role/copies"
THEIR_DISTRIBUTION = f"arn:aws:cloudfront::{OTHER}:distribution/E0THER"
READ, MANAGED, BOTH = ("also_read_by",), ("also_managed_by",), ("also_read_by", "also_managed_by")
ANY_DISTRIBUTION = "anyone through a distribution of any account"


@dataclass(frozen=True)
class Statement:
    """A statement that admits someone. `listed` is how a spec lists the reader, if it can."""

    name: str
    reader: str
    principal: Any
    fields: Json = field(default_factory=dict)
    listed: str = ""
    lists: tuple[str, ...] = READ
    """The fields of a spec that must list the reader."""

    def __str__(self) -> str:
        return self.name

    def of(self, own_arn: str) -> Json:
        """Return the statement. ``OWN-ARN`` is replaced by the ARN of the stack's own distribution."""
        statement = {**allow("Opening", self.principal), **_filled(self.fields, own_arn)}
        left_out = {each[3:] for each in ("NotAction", "NotPrincipal", "NotResource") if each in statement}
        return {name: value for name, value in statement.items() if name not in left_out}


def _filled(value: Any, own_arn: str) -> Any:
    if isinstance(value, dict):
        return {name: _filled(each, own_arn) for name, each in value.items()}
    return own_arn if value == "OWN-ARN" else value


def _cloudfront(name: str, **condition: Json) -> Statement:
    """Return a statement for CloudFront without a fixed distribution."""
    fields = {"Condition": {_operator(each): test for each, test in condition.items()}} if condition else {}
    return Statement(name, ANY_DISTRIBUTION, CLOUDFRONT, fields)


def _operator(name: str) -> str:
    return name.replace("ForAllValues", "ForAllValues:").replace("ForAnyValue", "ForAnyValue:")


OF_ANY_ACCOUNT = (
    _cloudfront("no condition"),
    _cloudfront("wildcard SourceArn", ArnLike={"aws:SourceArn": "arn:aws:cloudfront::*:distribution/*"}),
    _cloudfront("SourceArn *", StringLike={"aws:SourceArn": "*"}),
    _cloudfront("part of an account", StringLike={"aws:SourceAccount": "1234*"}),
    _cloudfront("part of an organisation", StringLike={"aws:SourceOrgID": "o-a*"}),
    _cloudfront("ForAllValues", ForAllValuesStringLike={"aws:SourceOrgPaths": f"{ORGANISATION}/*"}),
    _cloudfront("IfExists", StringEqualsIfExists={"aws:SourceAccount": OWN}),
    _cloudfront("Null", Null={"aws:SourceArn": "false"}),
    _cloudfront("StringNotEquals", StringNotEquals={"aws:SourceArn": "OWN-ARN"}),
    _cloudfront("ArnNotLike", ArnNotLike={"aws:SourceArn": f"arn:aws:cloudfront::{THIRD}:*"}),
    _cloudfront("TLS only", Bool={"aws:SecureTransport": "true"}),
    _cloudfront("Referer", StringLike={"aws:Referer": "https://www.example.com/*"}),
    Statement("Principal *", ANY_DISTRIBUTION, "*"),
    Statement("Principal AWS *", ANY_DISTRIBUTION, {"AWS": "*"}),
    Statement(
        "NotPrincipal", ANY_DISTRIBUTION, None, {"NotPrincipal": {"AWS": f"arn:aws:iam::{THIRD}:root"}}
    ),
    Statement(
        "NotAction",
        ANY_DISTRIBUTION,
        CLOUDFRONT,
        {"NotAction": "s3:PutObject", "Resource": [BUCKET, OBJECTS]},
    ),
    Statement("NotResource", ANY_DISTRIBUTION, CLOUDFRONT, {"NotResource": f"{BUCKET}/posters/*"}),
    Statement("old versions", ANY_DISTRIBUTION, CLOUDFRONT, {"Action": "s3:GetObjectVersion"}),
)
"""A distribution of any account reads. No spec can list that."""

OF_UNKNOWN_ACCOUNTS = (
    Statement(
        "user id",
        "principal aws:userid AIDAEXAMPLEID1234567",
        "*",
        {"Condition": {"StringEquals": {"aws:userid": "AIDAEXAMPLEID1234567"}}},
    ),
    Statement(
        "identity pool",
        "principal cognito-identity.amazonaws.com",
        {"Federated": "cognito-identity.amazonaws.com"},
    ),
    Statement("identity provider", "principal accounts.google.com", {"Federated": "accounts.google.com"}),
)
"""Users whose account the statement does not show. No spec can list them."""


def _reader(name: str, reader: str, principal: Any, listed: str, **condition: Json) -> Statement:
    return Statement(name, reader, principal, {"Condition": condition} if condition else {}, listed)


READERS = (
    _reader("account", f"account {OTHER}", THEIRS, OTHER),
    _reader("account by number", f"account {OTHER}", {"AWS": OTHER}, f"arn:aws:iam::{OTHER}:root"),
    _reader("role", f"principal {ROLE}", {"AWS": ROLE}, ROLE),
    _reader("role of an account", f"principal {ROLE}", {"AWS": ROLE}, OTHER),
    _reader(
        "canonical user", f"canonical {CANONICAL}", {"CanonicalUser": CANONICAL}, f"canonical:{CANONICAL}"
    ),
    _reader(
        "SourceArn",
        f"distribution {THEIR_DISTRIBUTION}",
        CLOUDFRONT,
        THEIR_DISTRIBUTION,
        StringEquals={"aws:SourceArn": THEIR_DISTRIBUTION},
    ),
    _reader(
        "SourceArn of an account",
        f"account {OTHER}",
        CLOUDFRONT,
        OTHER,
        ArnLike={"aws:SourceArn": f"arn:aws:cloudfront::{OTHER}:distribution/*"},
    ),
    _reader(
        "SourceAccount", f"account {OTHER}", CLOUDFRONT, OTHER, StringEquals={"aws:SourceAccount": OTHER}
    ),
    _reader(
        "SourceOrgID",
        f"organisation {ORGANISATION}",
        CLOUDFRONT,
        ORGANISATION,
        StringEquals={"aws:SourceOrgID": ORGANISATION},
    ),
    _reader(
        "PrincipalOrgID",
        f"organisation {ORGANISATION}",
        "*",
        ORGANISATION,
        StringEquals={"aws:PrincipalOrgID": ORGANISATION},
    ),
    _reader(
        "network",
        "network 203.0.113.0/24",
        "*",
        "203.0.113.0/24",
        IpAddress={"aws:SourceIp": "203.0.113.0/24"},
    ),
    _reader(
        "VPC endpoint",
        "network vpce-0a1b2c3d",
        "*",
        "vpce-0a1b2c3d",
        StringEquals={"aws:SourceVpce": "vpce-0a1b2c3d"},
    ),
    _reader(
        "another service",
        "service transcribe.amazonaws.com",
        {"Service": "transcribe.amazonaws.com"},
        "transcribe.amazonaws.com",
    ),
    Statement("old versions", f"account {OTHER}", THEIRS, {"Action": "s3:GetObjectVersion"}, OTHER),
    Statement("list", f"account {OTHER}", THEIRS, {"Action": "s3:ListBucket", "Resource": BUCKET}, OTHER),
    Statement("NotAction", f"account {OTHER}", THEIRS, {"NotAction": "s3:PutObject"}, OTHER, BOTH),
)
"""Somebody else reads or lists, and can be listed in `also_read_by`."""

ON_BUCKET = (
    "PutBucketPolicy",
    "DeleteBucketPolicy",
    "PutBucketAcl",
    "PutBucketPublicAccessBlock",
    "PutBucketOwnershipControls",
    "PutReplicationConfiguration",
    "PutBucketLogging",
    "PutBucketNotification",
)
ON_OBJECTS = (
    "PutObjectAcl",
    "PutObjectVersionAcl",
    "PutObject",
    "DeleteObject",
    "DeleteObjectVersion",
    "ReplicateObject",
)


def _managers(principal: Any, reader: str, listed: str = "") -> tuple[Statement, ...]:
    """Yield a statement for each action that writes objects or changes who can read."""
    places = {**dict.fromkeys(ON_BUCKET, BUCKET), **dict.fromkeys(ON_OBJECTS, OBJECTS)}
    return tuple(
        Statement(action, reader, principal, {"Action": f"s3:{action}", "Resource": place}, listed, MANAGED)
        for action, place in places.items()
    )


MANAGERS = (
    *_managers(THEIRS, f"account {OTHER}", OTHER),
    Statement(
        "ReplicateObject by a role",
        f"principal {ROLE}",
        {"AWS": ROLE},
        {"Action": ["s3:ReplicateObject", "s3:ReplicateDelete"]},
        ROLE,
        MANAGED,
    ),
    Statement(
        "NotAction",
        f"account {OTHER}",
        THEIRS,
        {"NotAction": ["s3:Get*", "s3:List*"], "Resource": [BUCKET, OBJECTS]},
        OTHER,
        MANAGED,
    ),
)
"""Somebody else writes or manages, and can be listed in `also_managed_by`."""

ANYONE_MANAGES = (
    *_managers("*", "anyone"),
    Statement(
        "NotAction", "anyone", "*", {"NotAction": ["s3:Get*", "s3:List*"], "Resource": [BUCKET, OBJECTS]}
    ),
    Statement("old versions", "anyone", "*", {"Action": "s3:GetObjectVersion"}),
)
"""Anyone writes or manages, or reads old versions, where public access is not blocked."""
