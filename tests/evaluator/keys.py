"""Keys to try: one inside and one outside each pattern, neighbours of prefixes, and keys with odd characters."""

from collections.abc import Iterable, Iterator, Mapping

from tests.evaluator.sampling import policy_values
from tests.evaluator.state import Json, State

ODD = ("a b.mp4", "ü.mp4", "a+b.mp4", "a%2Fb.mp4", "a//b.mp4", "posters/../lecture.mp4", "x", "X", "x/")


def keys_for(patterns: Iterable[str], objects: Iterable[str] = ()) -> tuple[str, ...]:
    """The keys for path patterns, resources and prefixes, which may have a leading slash; and the objects."""
    found = {*objects, *ODD}
    for pattern in patterns:
        found |= set(_around(pattern.removeprefix("/")))
    return tuple(sorted(found - {""}))


def _around(pattern: str) -> Iterator[str]:
    inside = pattern.replace("?", "q")
    yield inside.replace("*", "")
    yield inside.replace("*", "z/z")
    yield inside.replace("*", "z").swapcase()
    yield pattern.replace("?", "").replace("*", "y")
    yield f"y{inside.replace('*', '')}"
    prefix = inside.partition("*")[0]
    yield prefix[:-1]
    yield f"{prefix[:-1]}y"


def patterns_in(states: Iterable[State]) -> set[str]:
    """Every path pattern, origin path and resource in these states."""
    found: set[str] = set()
    for state in states:
        for bucket in state.buckets.values():
            found |= policy_values(bucket.policy)
        for place in state.distributions:
            for version in place.versions:
                found |= _in_config(version.config)
    return found


def _in_config(config: Mapping[str, Json]) -> set[str]:
    behaviors = config.get("CacheBehaviors", {}).get("Items") or ()
    origins = config.get("Origins", {}).get("Items") or ()
    root = str(config.get("DefaultRootObject") or "")
    folders = {each.get("OriginPath") or "" for each in origins}
    roots = {f"{folder}/{root}" for folder in folders if root}
    return {each["PathPattern"] for each in behaviors} | {f"{each}/" for each in folders if each} | roots
