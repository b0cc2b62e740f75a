"""Condition blocks of policies, judged against the context of one request.

Written from the IAM User Guide, "IAM JSON policy elements: Condition operators", "Multivalued context keys" and
"Policy variables".
"""

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from tests.evaluator.logic import Answer, all_of, any_of, negated
from tests.evaluator.matching import ESCAPES, VARIABLE, like_or_unknown

Values = tuple[str, ...]
FREE: Values = ("\0free",)
"""The value of a key that the requester chooses, or that nothing is known of: it decides nothing.

With examples behind it, the key is absent, or has a value like one of them.
"""


class Context:
    """The condition keys of one request. Names are compared without their case.

    `present` has its keys and values; the names in `absent` (or that begin with one that ends in ``/``) are not in the
    request; of every other key nothing is known.
    """

    def __init__(self, present: Mapping[str, Values | str], absent: Iterable[str] = ()) -> None:
        self._present = {
            name.lower(): (value,) if isinstance(value, str) else value for name, value in present.items()
        }
        self._absent = frozenset(name.lower() for name in absent) - set(self._present)

    def get(self, name: str) -> Values:
        """The values of a key: none if it is absent, FREE if nothing is known."""
        key = name.lower()
        if key in self._present:
            return self._present[key]
        folder = key.partition("/")[0] + "/"
        return () if key in self._absent or (folder != f"{key}/" and folder in self._absent) else FREE

    def with_values(self, **changes: Values | str) -> "Context":
        """Return the same context with other values; `__` in a name means a colon."""
        own = {name.replace("__", ":"): value for name, value in changes.items()}
        return Context({**self._present, **own}, self._absent)


def hold(condition: Mapping[str, Mapping[str, Any]], context: Context) -> Answer:
    """Whether every operator holds for every one of its keys."""
    return all_of(
        _holds(operator, values_of(wanted), context.get(key))
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def filled(condition: Mapping[str, Mapping[str, Any]], context: Context) -> Mapping[str, Mapping[str, Any]]:
    """The condition with each variable filled in that has one value, or a default and no value."""
    return {
        operator: {key: _values(operator, values_of(wanted), context) for key, wanted in keys.items()}
        for operator, keys in condition.items()
    }


def _values(operator: str, wanted: list[str], context: Context) -> list[str]:
    """Return the values.

    A value whose variable is not in the request equals nothing and is removed. For a negative operator AWS does not
    document the effect on the statement, so the variable stays.
    """
    found = []
    for value in wanted:
        parts, names = VARIABLE.split(value), VARIABLE.findall(value)
        known = [name if name in ESCAPES else _of_variable(name, context) for name in names]
        if None not in known:
            whole = [text for pair in zip(parts, [*known, ""], strict=True) for text in pair]
            found.append("".join(map(str, whole)))
        elif split(operator)[1].startswith(NEGATIVE):
            found.append(value)
    return found


def _of_variable(name: str, context: Context) -> str | None:
    """The text in the place of a variable; the variable itself if nothing is known of its key."""
    key, comma, default = name[2:-1].partition(",")
    have = context.get(key.strip())
    if have == FREE or len(have) > 1:
        return name
    if not have and not comma:
        return None
    text = have[0] if have else default.strip()[1:-1]
    return "".join({mark[2]: mark for mark in ESCAPES}.get(letter, letter) for letter in text)


def values_of(value: Any) -> list[str]:
    """Return the values of a policy's member as texts; a single value may be without a list."""
    values = value if isinstance(value, list | tuple) else [value]
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in values]


def split(operator: str) -> tuple[str, str, bool]:
    """An operator's set quantifier, its name, both in lower case, and whether it ends in IfExists."""
    quantifier, colon, plain = operator.lower().rpartition(":")
    name = plain.removesuffix("ifexists")
    return quantifier if colon else "", name, name != plain


def _holds(operator: str, wanted: list[str], have: Values) -> Answer:
    if have[:1] == FREE and have != FREE:
        outcomes = {_holds(operator, wanted, each) for each in ((), *((example,) for example in have[1:]))}
        return outcomes.pop() if len(outcomes) == 1 else None
    quantifier, name, if_exists = split(operator)
    if quantifier not in ("", "forallvalues", "foranyvalue"):
        return None
    if name == "null" and not quantifier:
        return None if have == FREE else any_of(_is_absent(value, have) for value in wanted)
    negative = name.startswith(NEGATIVE)
    compare = COMPARISONS.get(name.replace("not", "", 1) if negative else name)
    if compare is None or have == FREE:
        return None
    if not have:
        return if_exists or quantifier == "forallvalues" or (negative and not quantifier)
    each = [_meets(compare, value, wanted, negative=negative) for value in have]
    if quantifier == "forallvalues":
        return all_of(each)
    if quantifier == "foranyvalue":
        return any_of(each)
    # AWS defines no result for a key of several values without a quantifier.
    return each[0] if len(each) == 1 else None


def _is_absent(value: str, have: Values) -> Answer:
    if value.lower() not in ("true", "false"):
        return None
    return (value.lower() == "true") == (not have)


def _meets(compare: "Comparison", value: str, wanted: list[str], *, negative: bool) -> Answer:
    met = any_of(compare(value, each) for each in wanted)
    return negated(met) if negative else met


Comparison = Callable[[str, str], Answer]

NEGATIVE = ("stringnot", "arnnot", "numericnot", "datenot", "notip")


def _plain(value: str) -> bool:
    return all(found in ESCAPES for found in VARIABLE.findall(value))


def _text(value: str) -> str:
    return VARIABLE.sub(lambda found: ESCAPES[found.group()], value)


def _equals(have: str, value: str) -> Answer:
    return have == _text(value) if _plain(value) else None


def _equals_in_any_case(have: str, value: str) -> Answer:
    return have.lower() == _text(value).lower() if _plain(value) else None


def _arn_like(have: str, value: str) -> Answer:
    """Part by part: a wildcard does not cross a colon, except in the sixth part."""
    parts, patterns = have.split(":", 5), value.split(":", 5)
    if not _plain(value):
        return None
    if len(parts) != 6 or len(patterns) != 6:
        return False
    return all_of(like_or_unknown(part, pattern) for part, pattern in zip(parts, patterns, strict=True))


def _in_network(have: str, value: str) -> Answer:
    try:
        network, address = ipaddress.ip_network(value, strict=False), ipaddress.ip_address(have)
    except ValueError:
        return None
    return address in network


def _ordered(read: Callable[[str], float], test: Callable[[float, float], bool]) -> Comparison:
    def compare(have: str, value: str) -> Answer:
        try:
            return test(read(have), read(value))
        except ValueError:
            return None

    return compare


def _moment(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    "equals": lambda have, value: have == value,
    "lessthan": lambda have, value: have < value,
    "lessthanequals": lambda have, value: have <= value,
    "greaterthan": lambda have, value: have > value,
    "greaterthanequals": lambda have, value: have >= value,
}

COMPARISONS: Mapping[str, Comparison] = {
    "stringequals": _equals,
    "stringequalsignorecase": _equals_in_any_case,
    "stringlike": like_or_unknown,
    "arnequals": _arn_like,
    "arnlike": _arn_like,
    "bool": _equals_in_any_case,
    "ipaddress": _in_network,
    **{f"numeric{name}": _ordered(float, test) for name, test in ORDERS.items()},
    **{f"date{name}": _ordered(_moment, test) for name, test in ORDERS.items()},
}
