"""Every distribution of both kinds and every origin access identity of the account, and which spec owns
each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cfstream.domain import NAME_TAG, Delivery, LiveDistribution, Mark
from cfstream.errors import Missing, Refused
from cfstream.kinds.owners import all_distributions, tags_of
from cfstream.ports import Call, Reads
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
    owners = _owners(aws, rows)
    entries = [_of_row(row, owner) for row, owner in zip(rows, owners, strict=True)]
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


def _owners(aws: Reads, rows: Sequence[LiveDistribution]) -> list[str | None]:
    calls = [Call("cloudfront", "list_tags_for_resource", {"Resource": row.arn}) for row in rows]
    owners: list[str | None] = []
    for answer in aws.together(calls):
        if isinstance(answer, Refused) and not isinstance(answer, Missing):
            raise answer
        # One that was deleted since it was listed has no tags any more.
        owners.append(None if isinstance(answer, Refused) else tags_of(answer).get(NAME_TAG))
    return owners


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
