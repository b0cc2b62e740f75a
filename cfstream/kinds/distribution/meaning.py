"""Write a spec as flat fields with its defaults; spelling, order and comments do not count.

Fields are named as in a plan. A field that is not managed is absent.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from cfstream.domain import with_pattern
from cfstream.kinds.distribution.http_fields import fields_set
from cfstream.spec.durations import spell
from cfstream.spec.http import Behavior, Http
from cfstream.spec.key_groups import AnyKeyGroup, KeyGroup
from cfstream.spec.model import Bucket, Spec
from cfstream.spec.stack import Stack

IN_ORDER = frozenset({"http.behaviors"})
"""Lists whose order matters."""

IDENTITIES = ("oac", "oai", "origin_access")
SHORT_DIGEST = 12
"""Hexadecimal digits that identify a key."""


def meaning(stack: Stack, like: Stack | None = None) -> dict[str, Any]:
    """Return every managed field of the stack by its name, in the order of the language.

    Path patterns that `like` also has are spelled as there, so that another spelling is not a difference.
    """
    digests = {name: key.der_sha256[:SHORT_DIGEST] for name, key in stack.public_keys.items()}
    return managed_fields(stack.spec, like.spec if like else None, digests)


def managed_fields(
    spec: Spec, like: Spec | None = None, digests: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the same for a spec alone; without `digests`, keys have their names only."""
    return dict(_fields(spec if like is None else _respelled(spec, like), digests or {}))


def _respelled(spec: Spec, like: Spec) -> Spec:
    behaviors = tuple(
        each.model_copy(update={"path": same.path})
        if (same := with_pattern(like.http.behaviors, each.path))
        else each
        for each in spec.http.behaviors
    )
    return spec.model_copy(update={"http": spec.http.model_copy(update={"behaviors": behaviors})})


def defaults() -> dict[str, Any]:
    """Return the fields of a spec with nothing but the required ones."""
    return dict(_fields(Spec(version=1, name="unnamed", bucket=Bucket(name="unnamed")), {}))


def _fields(spec: Spec, digests: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for name in Spec.model_fields:
        value = getattr(spec, name)
        if name in IDENTITIES:
            if name == ("origin_access" if spec.identity == "none" else spec.identity):
                yield name, value if isinstance(value, str) else _identity(value)
        elif name == "bucket":
            yield name, spec.bucket.name
            yield from _inside("bucket", spec.bucket, digests, without=("name",))
        elif not (name in ("version", "name") or (name == "http" and spec.delivery == "rtmp")):
            yield from _field(name, value, digests)


def _identity(value: BaseModel | None) -> dict[str, Any]:
    return {} if value is None else value.model_dump(exclude_none=True)


def _inside(
    path: str, section: BaseModel, digests: Mapping[str, str], without: Sequence[str] = ()
) -> Iterator[tuple[str, Any]]:
    plain = {}
    if isinstance(section, Http | Behavior):
        plain = {each.name: each.plain(value) for each, value in fields_set(section)}
    for name in type(section).model_fields:
        if name in plain:
            yield f"{path}.{name}", plain[name]
        elif name not in without:
            yield from _field(f"{path}.{name}", getattr(section, name), digests)


def _field(path: str, value: Any, digests: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    match value:
        case None:
            return
        case BaseModel():
            yield from _inside(path, value, digests)
        case [Behavior(), *_]:
            yield path, [behavior.path for behavior in value]
            for behavior in value:
                yield from _inside(f"{path}[{behavior.path}]", behavior, digests, without=("path",))
        case tuple() if path.endswith("key_groups"):
            yield path, sorted(name_of(group) for group in value)
            for group in value:
                if isinstance(group, KeyGroup):
                    yield from _keys(f"{path}[{group.name}].public_keys", group, digests)
        case tuple():
            yield path, list(value) if path in IN_ORDER else sorted(value)
        case str() | int() | Mapping():
            yield path, value
        case _:  # a duration
            yield path, spell(value)


def _keys(path: str, group: KeyGroup, digests: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for key in group.public_keys:
        yield f"{path}[{key.name}]", f"sha256:{digests.get(key.name, '')}"
        if key.replaces:
            yield f"{path}[{key.name}].replaces", sorted(key.replaces)


def name_of(group: AnyKeyGroup) -> str:
    """Return the name of a group that is created or used."""
    return group.name if isinstance(group, KeyGroup) else group.use
