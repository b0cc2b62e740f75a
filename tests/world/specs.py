"""Specs as dicts, and the public keys that they name."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Json = dict[str, Any]

KEYS = Path(__file__).parents[2] / "examples" / "keys"
ONE, TWO, THREE = "one", "two", "three"
"""The names of public keys. Their files are beside every spec."""

FILES = {ONE: "lectures-2026-11", TWO: "campus-2026-11", THREE: "campus-2026-05"}


def key(name: str, *, replaces: Sequence[str] = (), file: str = "") -> Json:
    """Return a public key as a spec names it."""
    older = {"replaces": list(replaces)} if replaces else {}
    return {"name": name, "file": f"{file or name}.pem", **older}


def group(*keys: Json, name: str = "viewers") -> Json:
    """Return a key group as a spec creates it."""
    return {"name": name, "public_keys": list(keys)}


def without(document: Json, *fields: str) -> Json:
    """Return a spec without these fields."""
    return {name: value for name, value in document.items() if name not in fields}


def http(**fields: Any) -> Json:
    """Return a spec of a distribution with one key group. `fields` replace its fields."""
    return {"version": 1, "name": "lectures", "bucket": "media", "key_groups": [group(key(ONE))], **fields}


def signed(**fields: Any) -> Json:
    """Return a spec of a distribution whose trusted signer is its own account, so it needs no key."""
    return {"version": 1, "name": "lectures", "bucket": "media", "trusted_signers": ["self"], **fields}


def rtmp(**fields: Any) -> Json:
    """Return a spec of a streaming distribution."""
    return signed(delivery="rtmp", **fields)


def by_acl(permission: str = "READ", **fields: Any) -> Json:
    """Return a spec that grants on objects."""
    grant = {"via": "object-acl", "permission": permission, **fields.pop("grant", {})}
    return signed(oai={}, grant=grant, **fields)


def filled(value: Any, ids: Mapping[str, str]) -> Any:
    """Return a spec, or a part of one, with ids in place of the placeholders."""
    match value:
        case dict():
            return {name: filled(item, ids) for name, item in value.items()}
        case list():
            return [filled(item, ids) for item in value]
        case str():
            return ids.get(value, value)
    return value
