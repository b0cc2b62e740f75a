"""Check a changed setting of the sandbox: its name, the type of its value, and the names inside it."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from cfstream.sandbox.cloudfront.settings import DEFAULT_QUOTAS

Fault = tuple[str, str]
"""What is wrong, and what to do."""


def fault_of(name: str, value: Any, known: Mapping[str, Any]) -> Fault | None:
    """Return why a setting cannot have this value; None if it can. `known` are the settings and their values."""
    if name not in known:
        return f"setting {name} does not exist", _one_of(name, known)
    if name == "quotas" and isinstance(value, dict):
        for quota in value:
            if quota not in DEFAULT_QUOTAS:
                return f"quota {quota} does not exist", _one_of(quota, DEFAULT_QUOTAS)
    what, fits, example = _VALUES.get(name) or _like(known[name])
    if fits(value):
        return None
    return f"{name} cannot be {json.dumps(value)}: it must be {what}", f"write {name}={example}"


def _one_of(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = get_close_matches(name.casefold(), names, n=1)
    return f"write {near[0]}" if near else f"use one of {', '.join(names)}"


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_duration(value: Any) -> bool:
    return _is_count(value) or (isinstance(value, float) and math.isfinite(value) and value >= 0)


def _of(value: Any, fits: Callable[[Any], bool]) -> bool:
    return isinstance(value, dict) and all(map(fits, value.values()))


def _is_filled(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


_Value = tuple[str, Callable[[Any], bool], str]
"""What a value must be, the check, and an example as it is typed."""

_VALUES: Mapping[str, _Value] = {
    "page_size": ("a whole number from 1", lambda value: _is_count(value) and value > 0, "100"),
    "shuffle_seed": ("a whole number, or null", lambda value: value is None or _is_count(value), "0"),
    "quotas": ("numbers by name", lambda value: _of(value, _is_count), """'{"public_keys": 3}'"""),
    "foreign_aliases": (
        "ids of distributions by host name",
        lambda value: _of(value, _is_filled),
        """'{"media.example.com": "E1UGDLB9XZBD79"}'""",
    ),
    "signers_without_keys": (
        "a list of account numbers in quotes",
        lambda value: (
            isinstance(value, list)
            and all(isinstance(each, str) and re.fullmatch("[0-9]{12}", each) for each in value)
        ),
        """'["111122223333"]'""",
    ),
}
"""The settings whose type does not say everything."""


def _like(present: Any) -> _Value:
    """Return what a setting must be that has a value of this type. The value that it has is the example."""
    example = json.dumps(present)
    if isinstance(present, bool):
        return "true or false", lambda value: isinstance(value, bool), example
    if isinstance(present, float):
        return "a number of seconds", _is_duration, example
    return "a whole number", _is_count, example
