"""Implement condition operators: how each compares the value in a policy with the value in a request.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators for multivalued context
keys".
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeAlias

from cfstream.access.policy.networks import contains
from cfstream.access.policy.wildcards import fits, has_variable, literal
from cfstream.startup.frozen import dataclass

Match: TypeAlias = Callable[[str, str], bool | None]
"""Return whether a policy's value (first) matches a request's value (second); None if undecided."""


class Family(StrEnum):
    """The type of values that an operator compares."""

    TEXT = "text"
    ARN = "arn"
    NUMBER = "number"
    DATE = "date"
    BOOL = "bool"
    NETWORK = "network"
    NULL = "null"


class Every(StrEnum):
    """The set operator before an operator."""

    NONE = ""
    ALL_VALUES = "forallvalues"
    ANY_VALUE = "foranyvalue"


@dataclass(frozen=True)
class Operator:
    """A condition operator with its set operator and its ``IfExists``."""

    family: Family
    match: Match
    negated: bool = False
    wild: bool = False
    every: Every = Every.NONE
    if_exists: bool = False


def operator(text: str) -> Operator | None:
    """Return the operator with the name `text`, in any case, or None if it does not exist."""
    head, colon, rest = text.lower().partition(":")
    every, bare = (head, rest) if colon else ("", head)
    if every not in {each.value for each in Every}:
        return None
    if_exists = bare.endswith("ifexists")
    name = bare.removesuffix("ifexists")
    if name == "null":
        return Operator(Family.NULL, _same) if not if_exists and not every else None
    positive = _POSITIVE.get(name.replace("not", "", 1))
    if positive is None or ("not" in name and name not in _NEGATED):
        return None
    family, match, wild = positive
    return Operator(family, match, "not" in name, wild, Every(every), if_exists)


def holds(found: Operator, values: tuple[str, ...], request: tuple[str, ...] | None) -> bool | None:
    """Return whether the condition holds for a request with these values of the key; None if undecided."""
    if found.family is Family.NULL:
        return _any((value.lower() == ("true" if request is None else "false")) for value in values)
    if not request:
        return _without_key(found)
    outcomes = [_one(found, values, each) for each in request]
    return _all(outcomes) if found.every is Every.ALL_VALUES else _any(outcomes)


def _without_key(found: Operator) -> bool:
    """A negated operator holds without the key. ForAnyValue never does; ForAllValues always does."""
    if found.every is Every.ANY_VALUE:
        return found.if_exists
    return found.if_exists or found.negated or found.every is Every.ALL_VALUES


def _one(found: Operator, values: tuple[str, ...], request: str) -> bool | None:
    outcome = _any(_decided(found, value, request) for value in values)
    return (not outcome if outcome is not None else None) if found.negated else outcome


def _decided(found: Operator, value: str, request: str) -> bool | None:
    return None if has_variable(value) else found.match(value, request)


def _any(outcomes: object) -> bool | None:
    found = list(outcomes)  # type: ignore[call-overload]
    if True in found:
        return True
    return None if None in found else False


def _all(outcomes: list[bool | None]) -> bool | None:
    if False in outcomes:
        return False
    return None if None in outcomes else True


def _same(value: str, request: str) -> bool:
    return "".join(literal(value)) == request


def _same_folded(value: str, request: str) -> bool:
    return "".join(literal(value)).casefold() == request.casefold()


def _like(value: str, request: str) -> bool:
    return fits(request, value)


def _arn(value: str, request: str) -> bool | None:
    """Compare the six parts of two ARNs separately, with wildcards. ArnEquals does so too."""
    wanted, given = value.split(":", 5), request.split(":", 5)
    if len(wanted) != 6:
        return None
    return len(given) == 6 and all(fits(*pair) for pair in zip(given, wanted, strict=True))


def _number(compare: Callable[[float, float], bool]) -> Match:
    def match(value: str, request: str) -> bool | None:
        try:
            return compare(float(request), float(value))
        except ValueError:
            return None

    return match


def _date(value: str, request: str) -> None:
    """Leave dates undecided: the answer must not change between two runs."""


_POSITIVE: Mapping[str, tuple[Family, Match, bool]] = {
    "stringequals": (Family.TEXT, _same, False),
    "stringequalsignorecase": (Family.TEXT, _same_folded, False),
    "stringlike": (Family.TEXT, _like, True),
    "numericequals": (Family.NUMBER, _number(lambda have, want: have == want), False),
    "numericlessthan": (Family.NUMBER, _number(lambda have, want: have < want), False),
    "numericlessthanequals": (Family.NUMBER, _number(lambda have, want: have <= want), False),
    "numericgreaterthan": (Family.NUMBER, _number(lambda have, want: have > want), False),
    "numericgreaterthanequals": (Family.NUMBER, _number(lambda have, want: have >= want), False),
    "dateequals": (Family.DATE, _date, False),
    "datelessthan": (Family.DATE, _date, False),
    "datelessthanequals": (Family.DATE, _date, False),
    "dategreaterthan": (Family.DATE, _date, False),
    "dategreaterthanequals": (Family.DATE, _date, False),
    "bool": (Family.BOOL, _same_folded, False),
    "binaryequals": (Family.TEXT, _same, False),
    "ipaddress": (Family.NETWORK, contains, False),
    "arnequals": (Family.ARN, _arn, True),
    "arnlike": (Family.ARN, _arn, True),
}
_NEGATED = frozenset(
    {
        "stringnotequals",
        "stringnotequalsignorecase",
        "stringnotlike",
        "numericnotequals",
        "datenotequals",
        "notipaddress",
        "arnnotequals",
        "arnnotlike",
    }
)
