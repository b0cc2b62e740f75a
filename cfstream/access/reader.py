"""Who can do something with a bucket's objects, and what."""

from dataclasses import dataclass
from enum import StrEnum

from cfstream.values import Known, plain


class ReaderKind(StrEnum):
    """The classes of readers. The value is the first word of a reader's text form, which plans and JSON show."""

    ANYONE = "anyone"
    KEY_GROUP = "key-group"
    SIGNER = "signer"
    ACCOUNT = "account"
    PRINCIPAL = "principal"
    CANONICAL = "canonical"
    OAI = "oai"
    DISTRIBUTION = "distribution"
    SERVICE = "service"
    NETWORK = "network"
    """A CIDR, a VPC or a VPC endpoint."""
    ORGANISATION = "organisation"


@dataclass(frozen=True)
class Reader:
    """One reader: ``anyone``, ``key-group lectures-signers``, ``account 111122223333``."""

    kind: ReaderKind
    name: Known = ""

    def __str__(self) -> str:
        return f"{self.kind} {plain(self.name)}" if self.name else str(self.kind)


ANYONE = Reader(ReaderKind.ANYONE)


class May(StrEnum):
    """What a reader may do. `WRITE` and `MANAGE` are what `also_managed_by` in a spec covers."""

    READ = "read"
    """GetObject, GetObjectVersion and their like."""
    LIST = "list"
    """ListBucket, ListBucketVersions: which objects there are."""
    WRITE = "write"
    """PutObject, DeleteObject, replication: change objects."""
    MANAGE = "manage"
    """Change who can read: the policy, ACLs, public access blocks, access point policies, replication rules."""


class Verdict(StrEnum):
    """A three-valued answer. Reported, ``maybe`` counts as yes."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"
