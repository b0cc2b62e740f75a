"""When a key group may leave a behavior without a dead URL: all its keys sign there by other groups afterwards."""

from collections.abc import Mapping
from typing import Any

from cfstream.kinds.declared_keys import declared_groups
from cfstream.kinds.fields import Danger
from cfstream.kinds.key_group import KIND, PUBLIC_KEY, LiveGroups
from cfstream.kinds.kind import Landscape, Scene
from cfstream.steps.step import Hazard
from cfstream.values import Known

GroupKeys = Mapping[str, frozenset[Known]]
"""Ids of the keys of each group, by the text of the group's id."""


def keys_of_groups(scene: Scene, land: Landscape) -> GroupKeys:
    """The keys of each group of the account, as the spec wants them; as they are where it does not make the group."""
    live: LiveGroups = land.live.get(KIND, LiveGroups())
    found: dict[str, frozenset[Known]] = {group.id: frozenset(group.keys) for group in live.all}
    for group in declared_groups(scene.stack.spec):
        keys = (land.get(scene.address(PUBLIC_KEY, key.name)) for key in group.keys)
        found[str(land.get(scene.address(KIND, group.name)))] = frozenset(key for key in keys if key)
    return found


def unless_inherited(danger: Danger, keys: GroupKeys) -> Danger:
    """`danger`, which is told only of those groups that leave with a key that no group signs by any more."""

    def of_groups(before: Any, after: Any) -> tuple[Hazard, ...]:
        staying = frozenset(key for group in after for key in keys.get(str(group), ()))
        dying = {group for group in set(before) - set(after) if _dies(keys.get(str(group)), staying)}
        return danger(dying, after)

    return of_groups


def _dies(keys: frozenset[Known] | None, staying: frozenset[Known]) -> bool:
    return keys is None or bool(keys - staying)
