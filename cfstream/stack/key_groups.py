"""How the API names key groups and public keys."""

from collections.abc import Mapping

from cfstream.domain import LiveDistribution
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.owned import OwnedKind
from cfstream.steps.step import Stage


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
