"""Key groups and public keys as the spec declares them, at the top level and in behaviors, each with its path.

Pure. The kinds `public_key` and `key_group` read what is live.
"""

from collections.abc import Iterator
from typing import TypeAlias

from cfstream.spec.key_groups import KeyGroup, UsedKeyGroup
from cfstream.spec.model import Spec
from cfstream.stack.context import StackContext
from cfstream.startup.frozen import dataclass

SpecPath: TypeAlias = tuple[str | int, ...]
"""A path in the spec: keys, and positions in lists."""


@dataclass(frozen=True)
class DeclaredKey:
    """A public key that the spec creates. `field` is its name in a plan."""

    name: str
    file: str
    replaces: tuple[str, ...]
    path: SpecPath
    field: str


@dataclass(frozen=True)
class DeclaredGroup:
    """A key group that the spec creates. `field` is its name in a plan."""

    name: str
    keys: tuple[DeclaredKey, ...]
    path: SpecPath
    field: str


@dataclass(frozen=True)
class DeclaredUse:
    """A reference, by name or id, to a group that exists already or that an earlier behavior creates."""

    reference: str
    path: SpecPath


def declared_groups(spec: Spec) -> tuple[DeclaredGroup, ...]:
    """Return the key groups that the spec creates, each once, in the order of the file."""
    groups: dict[str, DeclaredGroup] = {}
    for group, path, field in _entries(spec):
        if isinstance(group, KeyGroup):
            groups.setdefault(group.name, _declared(group, path, f"{field}[{group.name}]"))
    return tuple(groups.values())


def made_names(context: StackContext) -> frozenset[str]:
    """Return the names of the groups that the spec creates; none if the stack is being destroyed."""
    wanted = () if context.destroying else declared_groups(context.stack.spec)
    return frozenset(group.name for group in wanted)


def declared_keys(spec: Spec) -> tuple[DeclaredKey, ...]:
    """Return the public keys of all groups that the spec creates, each once, in the order of the file."""
    keys: dict[str, DeclaredKey] = {}
    for group in declared_groups(spec):
        for key in group.keys:
            keys.setdefault(key.name, key)
    return tuple(keys.values())


def declared_uses(spec: Spec) -> tuple[DeclaredUse, ...]:
    """Return the key groups that the spec only refers to, each once, in the order of the file."""
    made = {group.name for group in declared_groups(spec)}
    uses: dict[str, DeclaredUse] = {}
    for group, path, _ in _entries(spec):
        if isinstance(group, UsedKeyGroup) and group.use not in made:
            uses.setdefault(group.use, DeclaredUse(group.use, (*path, "use")))
    return tuple(uses.values())


def _entries(spec: Spec) -> Iterator[tuple[KeyGroup | UsedKeyGroup, SpecPath, str]]:
    """Yield each entry of each list of key groups, with its path and the name of its list in a plan."""
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
