"""The wanted and the live key groups: all groups of the account, their keys, and what uses them."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cfstream.access.model import GroupState
from cfstream.indexed import Indexed
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.declared_keys import DeclaredGroup, DeclaredUse
from cfstream.stack.key_groups import GROUP, LiveKey
from cfstream.stack.neighbors import Neighbor
from cfstream.stack.owned import Version, ids, names
from cfstream.startup.frozen import dataclass
from cfstream.values import Json

if TYPE_CHECKING:
    from datetime import datetime


KIND = GROUP.kind


@dataclass(frozen=True)
class WantedGroups:
    """The groups that the spec creates, and those that it refers to."""

    own: tuple[DeclaredGroup, ...] = ()
    used: tuple[DeclaredUse, ...] = ()


@dataclass(frozen=True)
class LiveGroup:
    """A row of ListKeyGroups, which has the whole config but not its ETag. `keys` are sorted ids."""

    id: str
    name: str
    comment: str
    keys: tuple[str, ...]
    changed: "datetime | None" = None

    @property
    def config(self) -> dict[str, Any]:
        """Its document, with sorted keys: their order in AWS has no meaning."""
        return {"Name": self.name, "Comment": self.comment, "Items": list(self.keys)}

    @property
    def content(self) -> Json:
        return {"id": self.id, **self.config}

    @cached_property
    def state(self) -> GroupState:
        """What decides about access. The stacks of a run share the rows, so it is made once."""
        return GroupState(self.name, frozenset(self.keys))


@dataclass(frozen=True)
class LiveGroups:
    """All key groups of the account, sorted by id, the names of their keys, and the distributions."""

    all: Indexed[LiveGroup] = Indexed()
    keys: Indexed[LiveKey] = Indexed()
    neighbors: tuple[Neighbor, ...] = ()
    active: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Ids of the keys that are active at the stack's own distribution, by group id."""
    versions: Mapping[str, Version] = field(default_factory=dict)
    """The documents of the groups whose keys change, by group id."""

    def key(self, id_: str) -> LiveKey | None:
        """Return the key with this id."""
        return next(iter(self.keys.having(ids, id_)), None)

    def named(self, name: str) -> LiveGroup | None:
        return next(iter(self.all.having(names, name)), None)

    def resolve(self, reference: str) -> LiveGroup | None:
        """Return the group with this id, else the one with this name."""
        return next(iter(self.all.having(ids, reference)), None) or self.named(reference)

    def key_names(self, keys: Iterable[str]) -> list[str]:
        """Return the names of these keys, sorted; a key that is not live keeps its id."""
        return sorted(known.name if (known := self.key(key)) else key for key in keys)


def live_groups(lists: AccountLists) -> Indexed[LiveGroup]:
    """Return all key groups of the account, sorted by id. Makes one list call; raises as `Reads.items`."""
    groups = (
        live_group(row["Id"], row[GROUP.config], lists.moment(row.get("LastModifiedTime")))
        for row in GROUP.rows(lists.aws)
    )
    return Indexed(sorted(groups, key=lambda group: group.id))


def live_group(group: str, config: Json, changed: "datetime | None") -> LiveGroup:
    """Return a key group from its id and its config."""
    keys = tuple(sorted(config.get("Items") or ()))
    return LiveGroup(group, config["Name"], config.get("Comment") or "", keys, changed)
