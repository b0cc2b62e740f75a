"""The stored state of CloudFront: one record for each resource, one store for each kind.

A store has the actual state, and the earlier state that reads still show after a write (`Settings.stale_reads`). Each
kind's own module creates, checks and renders its records.
"""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from .refusal import CloudFrontError, refuse_unless
from .settings import Settings

Json = dict[str, Any]

_ETAG = re.compile(r"E[A-Z0-9]{12,13}")
_NO_VERSION = "The If-Match version is missing or not valid for the resource."


@dataclass
class Record:
    """A resource of any kind. `config` is never changed in place: an update replaces it."""

    id: str
    etag: str
    modified: float
    config: Json


@dataclass
class Identity(Record):
    """An origin access identity. S3 knows it by its canonical user id."""

    canonical_user: str


@dataclass
class PublicKey(Record):
    """A public key. Its id is the Key-Pair-Id in its signatures."""

    created: float


@dataclass
class Policy(Record):
    """A cache, origin request or response headers policy. A managed one belongs to AWS and cannot be changed."""

    managed: bool = False


@dataclass
class Function(Record):
    """A CloudFront function in the stage DEVELOPMENT. Its id is its name, and its `config` includes the code."""

    created: float
    live: Record | None = None
    """The stage LIVE: what was published last. None if it was never published."""


@dataclass(frozen=True)
class AtEdge:
    """The state of a distribution at the edges: its config and everything that it refers to, at one moment."""

    config: Json
    signers: dict[str, tuple[str, ...]]
    """ActiveTrustedSigners: signer to key pair ids."""
    key_groups: dict[str, tuple[str, ...]]
    """ActiveTrustedKeyGroups: key group id to public key ids."""
    keys: dict[str, str]
    """The PEM text of each public key in those groups, by its id."""
    headers: dict[str, Json]
    """The configs of its response headers policies, by their ids."""


@dataclass
class Distribution(Record):
    """A distribution of either kind.

    `at_edge` follows the config once the distribution is Deployed (`settled`). It is None before the first time.
    """

    arn: str
    domain_name: str
    tags: dict[str, str]
    changed: float
    reads: int = 0
    settled: bool = False
    at_edge: AtEdge | None = None
    given: dict[str, str] = field(default_factory=dict)
    """Aliases that were moved away by a single call, with the id of the distribution that each moved to."""

    @property
    def signers(self) -> dict[str, tuple[str, ...]]:
        """Who may sign by ActiveTrustedSigners, with their key pair ids."""
        return self.at_edge.signers if self.at_edge else {}

    @property
    def key_groups(self) -> dict[str, tuple[str, ...]]:
        """The key groups of ActiveTrustedKeyGroups, with their key ids."""
        return self.at_edge.key_groups if self.at_edge else {}

    @property
    def aliases(self) -> list[str]:
        """The alternate domain names, in lower case."""
        return list(self.config["Aliases"].get("Items", ()))


R = TypeVar("R", bound=Record)


@dataclass
class _Before(Generic[R]):
    """What the next reads show instead of the actual state: an older copy, or nothing if it did not exist."""

    record: R | None
    reads: int


class Store(Generic[R]):
    """All records of one kind, by id. `missing` is the error code for an unknown id."""

    def __init__(self, settings: Settings, missing: str) -> None:
        self._settings = settings
        self._missing = missing
        self._records: dict[str, R] = {}
        self._before: dict[str, _Before[R]] = {}
        self.references: dict[str, str] = {}
        """All caller references ever used, with the id of the resource that each created."""

    def __iter__(self) -> Iterator[R]:
        return iter(self._records.values())

    def __len__(self) -> int:
        return len(self._records)

    def find(self, record_id: str) -> R | None:
        """Return the record in its actual state, or None."""
        return self._records.get(record_id)

    def get(self, record_id: str) -> R:
        """Return the record in its actual state. Raises the kind's own error code if it does not exist."""
        record = self._records.get(record_id)
        if record is None:
            raise CloudFrontError(self._missing)
        return record

    def held(self, record_id: str, if_match: str | None) -> R:
        """Return the record for a write with the ETag from a read.

        Raises the kind's own code for an unknown id, InvalidIfMatchVersion (400) for a missing or invalid ETag, and
        PreconditionFailed (412) for an outdated one.
        """
        record = self.get(record_id)
        refuse_unless(if_match and _ETAG.fullmatch(if_match), "InvalidIfMatchVersion", _NO_VERSION)
        refuse_unless(if_match == record.etag, "PreconditionFailed")
        return record

    def seen(self, record_id: str) -> R:
        """Return the record as a Get shows it, which may be its state before a write. Counts as a read.

        A new record is visible by its id immediately; only lists lag behind.
        """
        before = self._lagging(record_id)
        return before.record if before and before.record else self.get(record_id)

    def listed(self) -> list[R]:
        """Return the records as a list shows them. Stale reads lack the newest and still have the deleted ones."""
        shown: dict[str, R | None] = dict(self._records)
        for record_id in list(self._before):
            before = self._lagging(record_id)
            if before:
                shown[record_id] = before.record
        return [record for record in shown.values() if record is not None]

    def _lagging(self, record_id: str) -> _Before[R] | None:
        before = self._before.get(record_id)
        if before is None:
            return None
        if before.reads <= 0:
            del self._before[record_id]
            return None
        before.reads -= 1
        return before

    def add(self, record: R) -> None:
        """Add a new record."""
        self._hide(record.id, None)
        self._records[record.id] = record

    def remove(self, record: R) -> None:
        """Remove a record."""
        self._hide(record.id, copy.copy(record))
        del self._records[record.id]

    def rewrite(self, record: R, config: Json, etag: str, modified: float) -> None:
        """Give a record a new config and ETag."""
        self._hide(record.id, copy.copy(record))
        record.config, record.etag, record.modified = config, etag, modified

    def _hide(self, record_id: str, before: R | None) -> None:
        if self._settings.stale_reads > 0:
            self._before[record_id] = _Before(before, self._settings.stale_reads)

    def spent(self, reference: str) -> str | None:
        """Return the id of the resource that a caller reference created, if the reference may not be used again."""
        record_id = self.references.get(reference)
        if record_id in self._records or self._settings.burnt_references:
            return record_id
        return None
