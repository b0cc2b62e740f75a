"""What an import needs to know about the account: names for ids, and names that are already in use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cfstream.domain import LiveDistribution
from cfstream.kinds.key_group.observed import GROUP, KEY
from cfstream.kinds.origin_access_control import CONTROL
from cfstream.ports import Reads
from cfstream.stack.identities import IDENTITY
from cfstream.stack.owned import owner_by_mark
from cfstream.stack.owners import all_distributions, tagged
from cfstream.values import Json


@dataclass(frozen=True)
class Account:
    """One account, as far as its specs refer to it."""

    number: str
    rows: tuple[LiveDistribution, ...] = ()
    """Every distribution of both deliveries."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """Names of the stacks that own distributions, by distribution id."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Names of the key groups, by id."""
    identities: Mapping[str, str] = field(default_factory=dict)
    """Canonical user ids of the origin access identities, by id."""
    controls: Mapping[str, Json] = field(default_factory=dict)
    """Rows of the origin access controls, by id."""
    marked: frozenset[str] = frozenset()
    """Stack names in marks on the account's resources. A new stack with such a name would own those resources."""


def read_account(aws: Reads, number: str) -> Account:
    """Read the account with six list calls, and ListTagsForResource for each distribution. Raises as `Reads.items`."""
    rows = all_distributions(aws)
    groups = GROUP.rows(aws)
    identities = IDENTITY.rows(aws)
    controls = CONTROL.rows(aws)
    comments = [
        *(group[GROUP.config].get("Comment") for group in groups),
        *(row.get("Comment") for row in (*identities, *KEY.rows(aws))),
        *(row.get("Description") for row in controls),
    ]
    owners = tagged(aws, rows)
    return Account(
        number=number,
        rows=rows,
        owners=owners,
        groups={group["Id"]: group[GROUP.config]["Name"] for group in groups},
        identities={row["Id"]: row["S3CanonicalUserId"] for row in identities},
        controls={row["Id"]: row for row in controls},
        marked=frozenset({*owners.values(), *_marks(comments)}),
    )


def _marks(comments: list[Any]) -> set[str]:
    return {owner for comment in comments if (owner := owner_by_mark(comment or ""))}
