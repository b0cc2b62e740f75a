"""Condition operators of policies: whether a statement's Condition holds for the keys of a request.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

import fnmatch
import functools
import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

Context = Mapping[str, str]
"""Condition keys of a request by lower-case name. A key that the request does not have is absent."""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_ESCAPED = ("*", "?", "$")


class Unsupported(ValueError):
    """An operator or a value that the sandbox does not support. Such a statement neither allows nor is ignored."""


def hold(condition: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Return whether all operators hold for all their keys. Raises Unsupported if one is not supported."""
    return all(
        _holds(operator, _many(values), context.get(key.lower()), context)
        for operator, keys in condition.items()
        for key, values in keys.items()
    )


def _holds(operator: str, wanted: list[str], have: str | None, context: Context) -> bool:
    quantified, _, plain = operator.rpartition(":")
    name = plain.lower()
    if name == "null":
        return all((have is None) == (value.lower() == "true") for value in wanted)
    if_exists = name.endswith("ifexists")
    name = name.removesuffix("ifexists")
    negated = name.startswith(("stringnot", "arnnot", "numericnot", "datenot", "notip"))
    if name not in _COMPARISONS or quantified.lower() not in ("", "foranyvalue", "forallvalues"):
        raise Unsupported(operator)
    if have is None:
        # A missing key equals nothing, so it differs from everything. No value fulfils ForAllValues, and never
        # ForAnyValue.
        return if_exists or quantified.lower() == "forallvalues" or (negated and not quantified)
    filled = [_filled(value, context) for value in wanted]
    if negated and None in filled:
        raise Unsupported("a policy variable without a value in a negated condition")
    met = any(_COMPARISONS[name](have, value) for value in filled if value is not None)
    return met != negated


def _filled(value: str, context: Context) -> str | None:
    """Return the value with its policy variables filled in. None if the request lacks one: it then equals nothing.

    Source: IAM User Guide, "Policy variables".
    """
    names = _VARIABLE.findall(value)
    for name in names:
        key, comma, default = name.partition(",")
        text = context.get(key.strip().lower(), default.strip()[1:-1] if comma else None)
        if key in _ESCAPED or any(sign in (text or "") for sign in _ESCAPED):
            raise Unsupported("wildcards in policy variables")
        if text is None:
            return None
        value = value.replace(f"${{{name}}}", text)
    return value


def _like(have: str, pattern: str) -> bool:
    return wildcards(pattern).fullmatch(have) is not None


@functools.lru_cache(maxsize=1024)
def wildcards(pattern: str) -> re.Pattern[str]:
    """Return a policy's pattern as an expression: ``*`` is any characters, ``?`` is one, nothing else is special."""
    return re.compile(fnmatch.translate(pattern.replace("[", "[[]")), re.DOTALL)


def _arn_like(have: str, pattern: str) -> bool:
    """Compare the six parts separately: a wildcard does not cross a colon, except in the last part."""
    parts, patterns = have.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) == 6 and all(map(_like, parts, patterns))


def _in_network(have: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(have) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        raise Unsupported(network) from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Unsupported(text) from None


def _time(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Unsupported(text) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _equal(have: str, value: str) -> bool:
    return have == value


def _equal_in_any_case(have: str, value: str) -> bool:
    return have.lower() == value.lower()


def _ordered(prefix: str, read: Callable[[str], float]) -> dict[str, Callable[[str, str], bool]]:
    return {
        f"{prefix}equals": lambda have, value: read(have) == read(value),
        f"{prefix}notequals": lambda have, value: read(have) == read(value),
        f"{prefix}lessthan": lambda have, value: read(have) < read(value),
        f"{prefix}lessthanequals": lambda have, value: read(have) <= read(value),
        f"{prefix}greaterthan": lambda have, value: read(have) > read(value),
        f"{prefix}greaterthanequals": lambda have, value: read(have) >= read(value),
    }


# By lower-case name; a negated operator has the comparison of its positive form.
_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "stringequals": _equal,
    "stringnotequals": _equal,
    "stringequalsignorecase": _equal_in_any_case,
    "stringnotequalsignorecase": _equal_in_any_case,
    "stringlike": _like,
    "stringnotlike": _like,
    "arnequals": _arn_like,
    "arnlike": _arn_like,
    "arnnotequals": _arn_like,
    "arnnotlike": _arn_like,
    "bool": _equal_in_any_case,
    "ipaddress": _in_network,
    "notipaddress": _in_network,
    **_ordered("numeric", _number),
    **_ordered("date", _time),
}


def _many(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in values]
