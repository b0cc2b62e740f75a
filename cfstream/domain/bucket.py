"""A bucket: everything that decides who can read or change it."""

from dataclasses import dataclass, field

from cfstream.values import Json, Known

ENFORCED = "BucketOwnerEnforced"
PREFERRED = "BucketOwnerPreferred"
LEGACY = "ObjectWriter"


@dataclass(frozen=True)
class Block:
    """Block public access: of a bucket, an account or an access point, or of several together."""

    acls: bool = False
    """BlockPublicAcls."""
    ignore_acls: bool = False
    """IgnorePublicAcls."""
    policy: bool = False
    """BlockPublicPolicy."""
    restrict: bool = False
    """RestrictPublicBuckets."""

    @property
    def complete(self) -> bool:
        return self.acls and self.ignore_acls and self.policy and self.restrict

    def __or__(self, other: "Block") -> "Block":
        """The stricter of both, setting by setting (S3 User Guide, "Blocking public access")."""
        return Block(
            self.acls or other.acls,
            self.ignore_acls or other.ignore_acls,
            self.policy or other.policy,
            self.restrict or other.restrict,
        )


@dataclass(frozen=True, order=True)
class AclGrant:
    """One grant of an ACL. `grantee` is a canonical user id or the URI of a group."""

    grantee: Known
    permission: str

    @property
    def public(self) -> bool:
        """Whether it is for everybody, or for everybody with an AWS account."""
        return isinstance(self.grantee, str) and self.grantee.endswith(("/AllUsers", "/AuthenticatedUsers"))

    @property
    def signed_in(self) -> bool:
        """Whether it is for everybody with an AWS account, whose requests are signed."""
        return isinstance(self.grantee, str) and self.grantee.endswith("/AuthenticatedUsers")


@dataclass(frozen=True)
class ObjectClass:
    """Objects whose ACLs give the same."""

    grants: frozenset[AclGrant]
    """Without the owner's own."""
    keys: tuple[str, ...]
    """The keys that were read, in S3's order."""
    owner: str = ""
    """Canonical user id; empty where it is the bucket's owner."""


@dataclass(frozen=True)
class ObjectAcls:
    """What is known of the objects' ACLs."""

    classes: tuple[ObjectClass, ...] = ()
    complete: bool = True
    """Whether every object of the bucket is in a class. False for a sample, and where ACLs were not read."""
    listed: bool = False
    """Whether all objects were listed: then a key beside those of the classes does not exist."""
    unread: tuple[str, ...] = ()
    """Keys whose ACL may not be read."""
    granted_unread: bool = False
    """Whether somebody else grants on objects, whose ACLs were not read: the stack's OAI can perhaps read."""


@dataclass(frozen=True)
class AccessPoint:
    """An access point of the bucket, and who may use it."""

    name: str
    arn: str
    alias: str = ""
    policy: Json | None = None
    block: Block = Block()
    vpc: str = ""
    """The VPC that it is limited to; empty for the internet."""
    unread: str = ""
    """Why its policy could not be read; empty when it was."""


@dataclass(frozen=True)
class BucketState:
    """A bucket at one moment, live or as it will be after a plan."""

    name: str
    partition: str = "aws"
    owner: str = ""
    """Canonical user id of the owner; empty where it was not read."""
    exists: bool = True
    policy: Json | None = None
    """The policy document. Values in statements that are not written yet may be Refs."""
    policy_unread: str = ""
    """Why the policy could not be read; empty when it was."""
    block: Block = Block()
    """In effect: the bucket's and the account's together."""
    ownership: str = ENFORCED
    grants: tuple[AclGrant, ...] = ()
    """The bucket's own ACL, without the owner's grants."""
    objects: ObjectAcls = field(default_factory=ObjectAcls)
    access_points: tuple[AccessPoint, ...] = ()
    replication: tuple[str, ...] = ()
    """Destination bucket ARNs of replication rules, where they were read."""

    @property
    def acls_count(self) -> bool:
        """Whether ACLs have any effect (S3 User Guide, "Controlling ownership of objects and disabling ACLs")."""
        return self.ownership != ENFORCED
