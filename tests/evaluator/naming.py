"""Who a spec names, read from its YAML as a person reads it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.evaluator.callers import ANYONE
from tests.evaluator.evaluator import Reading
from tests.evaluator.matching import path_matches

Spec = Mapping[str, Any]


def named(spec: Spec, keys: Iterable[str]) -> frozenset[Reading]:
    """Who may read which of the keys by the spec: ``key NAME``, ``signer ACCOUNT`` or ANYONE.

    Without an origin access, the spec lets nobody read what the bucket does not let anyone read. Nothing is known of
    the keys in a group that the spec uses and does not define.
    """
    if not spec.get("enabled", True) or spec.get("origin_access") == "none":
        return frozenset()
    bucket = spec["bucket"]
    name = bucket["name"] if isinstance(bucket, Mapping) else bucket
    granted = spec.get("grant", {}).get("prefix", "")
    folder = spec.get("http", {}).get("origin_path", "").removeprefix("/")
    prefix = f"{folder}/" if folder else ""
    return frozenset(
        Reading(name, key, who)
        for key in keys
        if key.startswith(granted) and key.startswith(prefix)
        for who in _signers(spec, f"/{key.removeprefix(prefix)}")
    )


def _signers(spec: Spec, path: str) -> Iterator[str]:
    behaviors = spec.get("http", {}).get("behaviors", ())
    found: Spec = next((each for each in behaviors if path_matches(path, each["path"])), {})
    rule = found if {"public", "key_groups", "trusted_signers"} & set(found) else spec
    if rule.get("public"):
        yield ANYONE
    yield from (f"signer {account}" for account in rule.get("trusted_signers", ()))
    defined = {group["name"]: group for group in spec.get("key_groups", ()) if "name" in group}
    for group in rule.get("key_groups", ()):
        keys = defined.get(group.get("use"), group).get("public_keys", ())
        yield from (f"key {key['name']}" for key in keys)
