"""How the API names key groups and public keys, and the public keys of an account."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cfstream.domain import LiveDistribution
from cfstream.indexed import Indexed
from cfstream.spec.keys import NotAPublicKey, der_digest
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.owned import OwnedKind
from cfstream.startup.frozen import dataclass
from cfstream.steps.step import Stage
from cfstream.values import Json

if TYPE_CHECKING:
    from datetime import datetime


def trusts_groups(live: LiveDistribution) -> bool:
    """Return whether the distribution trusts a key group, or a group is still active."""
    return bool(live.active_key_groups) or any(each.signers.key_groups for each in live.behaviors)


GROUP = OwnedKind(
    kind="key-group",
    noun="key_group",
    plural="key_groups",
    resource="KeyGroup",
    created=Stage.KEY_GROUPS,
    deleted=Stage.DELETE_KEY_GROUPS,
    nested=True,
)
KEY = OwnedKind(
    kind="public-key",
    noun="public_key",
    plural="public_keys",
    resource="PublicKey",
    created=Stage.KEYS,
    deleted=Stage.DELETE_KEYS,
    outputs={"id": "Id", "created": "CreatedTime"},
    referenced=True,
)


def names_of_groups(lists: AccountLists) -> Mapping[str, str]:
    """Return the name of each key group of the account, by id. Makes one list call; raises as `Reads.items`."""
    return {row["Id"]: row[GROUP.config]["Name"] for row in GROUP.rows(lists.aws)}


@dataclass(frozen=True)
class LiveKey:
    """A row of ListPublicKeys. `der_sha256` is the digest of the key; None if it is not valid PEM."""

    id: str
    name: str
    comment: str
    der_sha256: str | None
    created: "datetime | None" = None

    @property
    def content(self) -> Json:
        return {"id": self.id, "comment": self.comment, "der": self.der_sha256}


def live_keys(lists: AccountLists) -> Indexed[LiveKey]:
    """Return all public keys of the account, sorted by id. Makes one list call; raises as `Reads.items`."""
    return Indexed(sorted((_live_key(row, lists) for row in KEY.rows(lists.aws)), key=lambda key: key.id))


def _live_key(row: Json, lists: AccountLists) -> LiveKey:
    try:
        der_sha256 = der_digest(row["EncodedKey"])
    except NotAPublicKey:
        der_sha256 = None
    created = lists.moment(row.get("CreatedTime"))
    return LiveKey(row["Id"], row["Name"], row.get("Comment") or "", der_sha256, created)
