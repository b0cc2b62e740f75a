"""Concrete requests, and an evaluator for them that shares no code with `cfstream.access`."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

OWN, OTHER, UNNAMED = "123456789012", "999988887777", "777766665555"
ORGANISATION = "o-a1b2c3d4e5"


@dataclass(frozen=True)
class Request:
    """One request from outside the account."""

    names: frozenset[tuple[str, str]]
    """The principals that cover it: ("AWS", "999988887777")."""
    keys: Mapping[str, str] = field(default_factory=dict)
    action: str = "s3:GetObject"


def outsiders() -> tuple[Request, ...]:
    """Return requests of every kind from outside, with and without each optional key."""
    found = [*_unsigned(), *_signed(), *_services()]
    return tuple(Request(each.names, {**each.keys, **more}) for each in found for more in _headers())


def _headers() -> list[dict[str, str]]:
    referers: tuple[dict[str, str], ...] = ({}, {"aws:referer": "https://www.example.com/a"})
    tls = ({"aws:securetransport": "true"}, {"aws:securetransport": "false"})
    return [{**one, **other} for one, other in product(referers, tls)]


PLACES: tuple[dict[str, str], ...] = (
    {"aws:sourceip": "198.51.100.7"},
    {"aws:sourceip": "203.0.113.5"},
    {"aws:sourcevpc": "vpc-0a1b2c3d", "aws:sourcevpce": "vpce-0a1b2c3d", "aws:vpcsourceip": "10.1.2.3"},
    {"aws:sourcevpc": "vpc-99999999", "aws:sourcevpce": "vpce-99999999", "aws:vpcsourceip": "10.9.9.9"},
)


def _unsigned() -> list[Request]:
    return [Request(frozenset({("*", "*")}), place) for place in PLACES]


def _signed() -> list[Request]:
    return [
        Request(
            frozenset({("*", "*"), ("AWS", number), ("AWS", f"arn:aws:iam::{number}:role/{role}")}),
            {
                **place,
                "aws:principalaccount": number,
                "aws:principalarn": f"arn:aws:iam::{number}:role/{role}",
                "aws:principalisawsservice": "false",
                **organisation,
            },
        )
        for number in (OTHER, UNNAMED)
        for role in ("player", "admin")
        for place in PLACES
        for organisation in ({}, {"aws:principalorgid": ORGANISATION}, {"aws:principalorgid": "o-zzzzzzzzzz"})
    ]


def _services() -> list[Request]:
    sources = [
        ("cloudfront.amazonaws.com", number, f"arn:aws:cloudfront::{number}:distribution/{name}")
        for number in (OTHER, UNNAMED)
        for name in ("E2OTHER00000", "E9ANOTHER000")
    ] + [
        ("logging.s3.amazonaws.com", number, f"arn:aws:logs:us-east-1:{number}:source/x")
        for number in (OTHER, UNNAMED)
    ]
    optional: tuple[tuple[str, ...], ...] = (
        (),
        ("aws:sourceaccount",),
        ("aws:sourceaccount", "aws:sourceorgid"),
    )
    return [
        Request(
            frozenset({("*", "*"), ("Service", service)}),
            {
                "aws:sourcearn": arn,
                "aws:principalisawsservice": "true",
                "aws:principalservicename": service,
                **{key: {"aws:sourceaccount": number, "aws:sourceorgid": ORGANISATION}[key] for key in sent},
            },
        )
        for service, number, arn in sources
        for sent in optional
    ]


def allowed(policy: Mapping[str, Any], request: Request) -> bool:
    """Return whether the policy allows the request. Every resource matches."""
    applying = [each["Effect"] for each in policy["Statement"] if _applies(each, request)]
    return "Allow" in applying and "Deny" not in applying


def _applies(statement: Mapping[str, Any], request: Request) -> bool:
    named = _names(statement.get("Principal", statement.get("NotPrincipal")), request)
    actions = statement.get("Action", statement.get("NotAction"))
    acts = any(_glob(each.lower(), request.action.lower()) for each in _list(actions))
    return (
        named == ("Principal" in statement)
        and acts == ("Action" in statement)
        and all(
            _holds(name, request.keys.get(key.lower()), _list(values))
            for name, tests in statement.get("Condition", {}).items()
            for key, values in tests.items()
        )
    )


def _names(element: Any, request: Request) -> bool:
    if element == "*":
        return True
    named = {
        (kind, re.sub(r"^arn:aws:iam::(\d+):root$", r"\1", name))
        for kind, names in element.items()
        for name in _list(names)
    }
    return ("AWS", "*") in named or bool(named & request.names)


def _list(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _glob(wanted: str, text: str) -> bool:
    expression = "".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in wanted)
    return re.fullmatch(expression, text) is not None


def _holds(name: str, have: str | None, wanted: list[str]) -> bool:
    if name == "Null":
        return (have is None) == (wanted == ["true"])
    every, _, bare = name.rpartition(":")
    plain = bare.removesuffix("IfExists")
    if have is None:
        return plain != bare or every == "ForAllValues" or ("Not" in plain and every != "ForAnyValue")
    positive = plain.replace("Not", "", 1)
    return any(_compares(positive, value, have) for value in wanted) == ("Not" not in plain)


def _compares(operator: str, value: str, have: str) -> bool:
    match operator:
        case "StringLike":
            return _glob(value, have)
        case "ArnLike":
            return all(map(_glob, value.split(":", 5), have.split(":", 5)))
        case "IpAddress":
            return ipaddress.ip_address(have) in ipaddress.ip_network(value)
    return value == have
