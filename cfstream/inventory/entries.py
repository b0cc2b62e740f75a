"""Every distribution of both kinds and every origin access identity of the account, and which spec owns
each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cfstream.domain import Delivery, LiveDistribution, Mark
from cfstream.ports import Call, Reads
from cfstream.stack.owners import all_distributions, tagged
from cfstream.values import Json

IDENTITY = "origin-access-identity"
IDENTITIES = Call("cloudfront", "list_cloud_front_origin_access_identities")
KINDS = (*(delivery.kind for delivery in Delivery), IDENTITY)
"""The kinds that a list shows, in its order."""


@dataclass(frozen=True)
class Entry:
    """One line of the list. What a kind does not have is empty, or None."""

    kind: str
    id: str
    owner: str | None
    """The name of the spec that owns it; None when no spec does."""
    comment: str
    status: str = ""
    enabled: bool | None = None
    domain_name: str = ""
    cnames: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    """The domain names of its origins."""
    used_by: tuple[str, ...] = ()
    """Ids of the distributions that read with this identity."""


def list_all(aws: Reads) -> tuple[Entry, ...]:
    """All entries, by kind, then owner, then id.

    Makes three list calls, and ListTagsForResource for each distribution; raises as `Reads.items`.
    """
    rows = all_distributions(aws)
    identities = aws.items(IDENTITIES)
    owners = tagged(aws, rows)
    entries = [_of_row(row, owners.get(row.id)) for row in rows]
    entries += [_of_identity(identity, rows) for identity in identities]
    return tuple(
        sorted(entries, key=lambda each: (KINDS.index(each.kind), each.owner is None, each.owner, each.id))
    )


def owner_by_mark(comment: str) -> str | None:
    """Return the stack that a comment names as the owner: it starts with ``cfstream:<name>``."""
    mark = Mark.read(comment)
    return mark.stack if mark else None


def users_of_identity(identity_id: str, rows: Sequence[LiveDistribution]) -> tuple[str, ...]:
    """Ids of the distributions that have an origin with this identity."""
    return tuple(row.id for row in rows if any(origin.oai_id == identity_id for origin in row.origins))


def _of_row(row: LiveDistribution, owner: str | None) -> Entry:
    return Entry(
        kind=row.delivery.kind,
        id=row.id,
        owner=owner,
        comment=row.comment,
        status=row.status,
        enabled=row.enabled,
        domain_name=row.domain_name,
        cnames=row.aliases,
        origins=tuple(origin.domain_name for origin in row.origins),
    )


def _of_identity(identity: Json, rows: Sequence[LiveDistribution]) -> Entry:
    comment = identity.get("Comment") or ""
    return Entry(
        kind=IDENTITY,
        id=identity["Id"],
        owner=owner_by_mark(comment),
        comment=comment,
        used_by=users_of_identity(identity["Id"], rows),
    )
