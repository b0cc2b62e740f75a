"""What is wanted and what is live of key groups: all groups of the account, their keys, and who uses them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cfstream.ports import Call, Reads
from cfstream.stack.declared_keys import DeclaredGroup, DeclaredUse
from cfstream.stack.neighbors import Neighbor
from cfstream.stack.scene import Scene
from cfstream.values import ETag, Json

if TYPE_CHECKING:
    from datetime import datetime


KIND = "key-group"


PUBLIC_KEY = "public-key"


CONFIG = "KeyGroupConfig"


LISTING = Call("cloudfront", "list_key_groups")


KEYS = Call("cloudfront", "list_public_keys")


@dataclass(frozen=True)
class WantedGroups:
    """The groups that the spec makes, and those that it refers to."""

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
        """The document as AWS speaks it, its keys in an order of ours, for AWS's means nothing."""
        return {"Name": self.name, "Comment": self.comment, "Items": list(self.keys)}


@dataclass(frozen=True)
class LiveKey:
    """Of a row of ListPublicKeys, what a group's plan says of its keys."""

    name: str
    created: "datetime | None"
    ours: bool


@dataclass(frozen=True)
class LiveGroups:
    """All key groups of the account, sorted by id, the names of their keys, and who uses them."""

    all: tuple[LiveGroup, ...] = ()
    keys: Mapping[str, LiveKey] = field(default_factory=dict)
    """By id."""
    neighbors: tuple[Neighbor, ...] = ()
    active: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Ids of the keys in force at the stack's own distribution, by group id."""
    etags: Mapping[str, ETag] = field(default_factory=dict)
    """By group id, for the groups whose keys change; these have been read again with their ETag."""
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Members of those groups that the installed botocore does not know, by group id."""

    def named(self, name: str) -> LiveGroup | None:
        return next((group for group in self.all if group.name == name), None)

    def resolve(self, reference: str) -> LiveGroup | None:
        """The group with this id, else the one of this name."""
        return next((group for group in self.all if group.id == reference), None) or self.named(reference)

    def names(self, ids: Iterable[str]) -> list[str]:
        """What people call these keys, sorted; one that is not live keeps its id."""
        return sorted(self.keys[key].name if key in self.keys else key for key in ids)


def live_groups(aws: Reads, scene: Scene) -> tuple[LiveGroup, ...]:
    """All key groups of the account, sorted by id. Makes one list call; raises as `Reads.items`."""
    rows = (row["KeyGroup"] for row in aws.items(LISTING))
    groups = (live_group(row["Id"], row[CONFIG], scene.moment(row.get("LastModifiedTime"))) for row in rows)
    return tuple(sorted(groups, key=lambda group: group.id))


def group_names(aws: Reads) -> dict[str, str]:
    """The names of all key groups of the account, by id. Makes one list call; raises as `Reads.items`."""
    return {row["KeyGroup"]["Id"]: row["KeyGroup"][CONFIG]["Name"] for row in aws.items(LISTING)}


def live_group(group: str, config: Json, changed: "datetime | None") -> LiveGroup:
    """Return a key group from its id and its config."""
    keys = tuple(sorted(config.get("Items") or ()))
    return LiveGroup(group, config["Name"], config.get("Comment") or "", keys, changed)
