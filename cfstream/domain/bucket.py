"""A bucket, with everything that decides who can read or change it."""

from dataclasses import field

from cfstream.errors import Notice
from cfstream.startup.frozen import dataclass
from cfstream.values import Json, Known

ENFORCED = "BucketOwnerEnforced"
PREFERRED = "BucketOwnerPreferred"
LEGACY = "ObjectWriter"


@dataclass(frozen=True)
class Block:
    """Block public access settings of a bucket, an account or an access point, or several combined."""

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
        """Return the stricter of both, setting by setting (S3 User Guide, "Blocking public access")."""
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
        """Whether it grants to everybody, or to everybody with an AWS account."""
        return isinstance(self.grantee, str) and self.grantee.endswith(("/AllUsers", "/AuthenticatedUsers"))

    @property
    def signed_in(self) -> bool:
        """Whether it grants to everybody with an AWS account, whose requests are signed."""
        return isinstance(self.grantee, str) and self.grantee.endswith("/AuthenticatedUsers")


@dataclass(frozen=True)
class ObjectClass:
    """Objects whose ACLs have the same grants."""

    grants: frozenset[AclGrant]
    """The grants, except those to the owner."""
    keys: tuple[str, ...]
    """The keys that were read, in S3's order."""
    owner: str = ""
    """Canonical user id of the objects' owner; empty if it is the bucket's owner."""


@dataclass(frozen=True)
class ObjectAcls:
    """The known ACLs of the bucket's objects."""

    classes: tuple[ObjectClass, ...] = ()
    complete: bool = True
    """Whether every object of the bucket is in a class. False for a sample, and if ACLs were not read."""
    listed: bool = False
    """Whether all objects were listed. A key that is in no class then does not exist."""
    unread: tuple[str, ...] = ()
    """Keys whose ACL could not be read."""
    total: int = field(default=0, compare=False)
    """The number of ACLs that were read."""
    sampled: bool = field(default=False, compare=False)
    """Whether the bucket has more objects than were read."""
    why_not: str = field(default="", compare=False)
    """Why no ACL was read, if that was intended."""
    granted_unread: bool = False
    """Whether others grant access on objects and the ACLs were not read. The stack's OAI can then perhaps read."""


@dataclass(frozen=True)
class AccessPoint:
    """An access point of the bucket, and who may use it."""

    name: str
    arn: str
    alias: str = ""
    policy: Json | None = None
    block: Block = Block()
    vpc: str = ""
    """The only VPC that can use it; empty if it is open to the internet."""
    unread: str = ""
    """Why its policy could not be read; empty if it was read."""


@dataclass(frozen=True)
class BucketState:
    """A bucket at one moment: live, or as a plan will leave it."""

    name: str
    partition: str = "aws"
    owner: str = ""
    """Canonical user id of the owner; empty if it was not read."""
    exists: bool = True
    policy: Json | None = None
    """The policy document. Values in statements that are not written yet may be Refs."""
    policy_unread: str = ""
    """Why the policy could not be read; empty if it was read."""
    assumptions: tuple[Notice, ...] = ()
    """What could not be read of its settings, and counts as absent."""
    block: Block = Block()
    """The effective settings: the bucket's and the account's combined."""
    ownership: str = ENFORCED
    grants: tuple[AclGrant, ...] = ()
    """The bucket's own ACL, without the owner's grants."""
    objects: ObjectAcls = field(default_factory=ObjectAcls)
    access_points: tuple[AccessPoint, ...] = ()

    @property
    def acls_count(self) -> bool:
        """Whether ACLs have any effect (S3 User Guide, "Controlling ownership of objects and disabling ACLs")."""
        return self.ownership != ENFORCED
