"""Key groups and public keys as the spec declares them, each with its place: at the top, and in behaviors.

Pure reading of the spec; what is live of them is the matter of `public_key` and `key_group`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from cfstream.spec.key_groups import KeyGroup, UsedKeyGroup
from cfstream.spec.model import Spec
from cfstream.stack.scene import Scene

SpecPath: TypeAlias = tuple[str | int, ...]
"""Where something stands in the spec: keys, and places in lists."""


@dataclass(frozen=True)
class DeclaredKey:
    """A public key that the spec makes. `field` is how it is called in a plan."""

    name: str
    file: str
    replaces: tuple[str, ...]
    path: SpecPath
    field: str


@dataclass(frozen=True)
class DeclaredGroup:
    """A key group that the spec makes. `field` is how it is called in a plan."""

    name: str
    keys: tuple[DeclaredKey, ...]
    path: SpecPath
    field: str


@dataclass(frozen=True)
class DeclaredUse:
    """A key group of somebody else, or of a behavior above, by name or id."""

    reference: str
    path: SpecPath


def declared_groups(spec: Spec) -> tuple[DeclaredGroup, ...]:
    """The key groups that the spec makes, each once, in the order of the file."""
    groups: dict[str, DeclaredGroup] = {}
    for group, path, field in _entries(spec):
        if isinstance(group, KeyGroup):
            groups.setdefault(group.name, _declared(group, path, f"{field}[{group.name}]"))
    return tuple(groups.values())


def made_names(scene: Scene) -> frozenset[str]:
    """The names of the groups that the spec makes; none where all that is the stack's is to go."""
    wanted = () if scene.destroying else declared_groups(scene.stack.spec)
    return frozenset(group.name for group in wanted)


def declared_keys(spec: Spec) -> tuple[DeclaredKey, ...]:
    """The public keys of all groups that the spec makes, each once, in the order of the file."""
    keys: dict[str, DeclaredKey] = {}
    for group in declared_groups(spec):
        for key in group.keys:
            keys.setdefault(key.name, key)
    return tuple(keys.values())


def declared_uses(spec: Spec) -> tuple[DeclaredUse, ...]:
    """The key groups that the spec only refers to, each once, in the order of the file."""
    made = {group.name for group in declared_groups(spec)}
    uses: dict[str, DeclaredUse] = {}
    for group, path, _ in _entries(spec):
        if isinstance(group, UsedKeyGroup) and group.use not in made:
            uses.setdefault(group.use, DeclaredUse(group.use, (*path, "use")))
    return tuple(uses.values())


def _entries(spec: Spec) -> Iterator[tuple[KeyGroup | UsedKeyGroup, SpecPath, str]]:
    """Each entry of each list of key groups, with its path and the name of its list in a plan."""
    for number, group in enumerate(spec.key_groups or ()):
        yield group, ("key_groups", number), "key_groups"
    for place, behavior in enumerate(spec.http.behaviors):
        for number, group in enumerate(behavior.key_groups or ()):
            path = ("http", "behaviors", place, "key_groups", number)
            yield group, path, f"http.behaviors[{behavior.path}].key_groups"


def _declared(group: KeyGroup, path: SpecPath, field: str) -> DeclaredGroup:
    keys = tuple(
        DeclaredKey(
            key.name,
            key.file,
            key.replaces,
            (*path, "public_keys", number),
            f"{field}.public_keys[{key.name}]",
        )
        for number, key in enumerate(group.public_keys)
    )
    return DeclaredGroup(group.name, keys, path, field)
