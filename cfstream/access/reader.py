"""Readers of a bucket's objects, and what they may do."""

from dataclasses import field
from enum import StrEnum

from cfstream.domain.distribution import account_words
from cfstream.startup.frozen import dataclass
from cfstream.values import Known, plain


class ReaderKind(StrEnum):
    """The classes of readers. The value is the first word of a reader in JSON."""

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
    own: bool = field(default=False, compare=False)
    """Whether a signer is the account of the bucket itself."""

    def __str__(self) -> str:
        """Return the reader as in JSON."""
        return f"{self.kind} {plain(self.name)}" if self.name else str(self.kind)

    @property
    def prose(self) -> str:
        """The reader as people read it: ``key group lectures-signers``, ``signers of this account``."""
        if self.kind is ReaderKind.SIGNER:
            return f"signers of {account_words('self' if self.own else str(plain(self.name)))}"
        return str(self).replace("-", " ", 1) if self.kind is ReaderKind.KEY_GROUP else str(self)


ANYONE = Reader(ReaderKind.ANYONE)


class May(StrEnum):
    """What a reader may do. `also_managed_by` in a spec covers `WRITE` and `MANAGE`."""

    READ = "read"
    """GetObject, GetObjectVersion and similar actions."""
    LIST = "list"
    """ListBucket, ListBucketVersions: list the keys."""
    WRITE = "write"
    """PutObject, DeleteObject, replication: change objects."""
    MANAGE = "manage"
    """Change who can read: the policy, ACLs, public access blocks, access point policies, replication rules."""


class Certainty(StrEnum):
    """A three-valued answer. Reports count ``maybe`` as yes."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"
