"""Bucket policies: what one says of a request, and whether S3 calls it public.

The sources are the IAM User Guide, "Policy evaluation logic" and the pages of each element, and the S3 User Guide,
"The meaning of public".
"""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.evaluator.callers import Caller
from tests.evaluator.conditions import Context, filled, hold, split, values_of
from tests.evaluator.logic import Answer, all_of, any_of, negated
from tests.evaluator.matching import VARIABLE, like, like_or_unknown
from tests.evaluator.state import Json

Statement = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Request:
    """One request to S3."""

    caller: Caller
    action: str
    resource: str
    context: Context


def statements_of(policy: Json | None) -> list[Statement]:
    """Return the statements of a policy; a single one may be without a list."""
    found = (policy or {}).get("Statement", [])
    return found if isinstance(found, list) else [found]


def denies(policy: Json | None, request: Request) -> Answer:
    """Whether one statement denies the request."""
    return any_of(_applies(each, request) for each in _with(policy, "Deny"))


def allows(policy: Json | None, request: Request) -> Answer:
    """Whether one statement allows the request, Deny statements not considered."""
    return any_of(_applies(each, request) for each in _with(policy, "Allow"))


def names_action(policy: Json | None, action: str) -> bool:
    """Whether an Allow statement covers the action."""
    return any(_names_action(each, action) for each in _with(policy, "Allow"))


def _with(policy: Json | None, effect: str) -> Iterator[Statement]:
    return (each for each in statements_of(policy) if each["Effect"] == effect)


def _applies(statement: Statement, request: Request) -> Answer:
    return all_of(_checks(statement, request))


def _checks(statement: Statement, request: Request) -> Iterator[Answer]:
    yield _names_action(statement, request.action)
    yield _is_meant(statement, request.caller)
    yield _names_resource(statement, request.resource)
    yield hold(filled(statement.get("Condition", {}), request.context), request.context)


def _is_meant(statement: Statement, caller: Caller) -> Answer:
    if "Principal" in statement:
        return _lists(statement["Principal"], caller)
    listed = _lists(statement["NotPrincipal"], caller)
    if listed and statement["Effect"] == "Deny" and not _lists_account(statement["NotPrincipal"], caller):
        # "Otherwise, the policy might deny access to the entire account" (IAM User Guide, "NotPrincipal").
        return None
    return not listed


def _lists(principal: Any, caller: Caller) -> bool:
    return any(
        (sort == "AWS" and name == "*") or (sort, name) in caller.names
        for sort, name in principals_of(principal)
    )


def _lists_account(principal: Any, caller: Caller) -> bool:
    number = caller.account
    wanted = {number, f"arn:aws:iam::{number}:root", "*"}
    return not number.isdecimal() or any(name in wanted for _, name in principals_of(principal))


def principals_of(principal: Any) -> list[tuple[str, str]]:
    """The kind and the name of each principal. `"*"` alone is the same as `{"AWS": "*"}` here."""
    if not isinstance(principal, dict):
        return [("AWS", name) for name in values_of(principal)]
    return [(sort, name) for sort, names in principal.items() for name in values_of(names)]


def _names_action(statement: Statement, action: str) -> bool:
    wanted = values_of(statement.get("Action", statement.get("NotAction")))
    named = any(like(action.lower(), each.lower()) for each in wanted)
    return named == ("Action" in statement)


def _names_resource(statement: Statement, resource: str) -> Answer:
    wanted = values_of(statement.get("Resource", statement.get("NotResource")))
    named = any_of(like_or_unknown(resource, each) for each in wanted)
    return named if "Resource" in statement else negated(named)


FIXING = (
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceowner",
    "aws:sourceaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "s3:dataaccesspointaccount",
)
"""Keys whose fixed values make a statement non-public. "An AWS principal" is taken to cover aws:Principal… keys."""


def is_public(policy: Json | None) -> Answer:
    """Whether S3 calls the policy public: one Allow statement is not limited to fixed values."""
    return any_of(_is_public(each) for each in _with(policy, "Allow"))


def _is_public(statement: Statement) -> Answer:
    if "NotPrincipal" not in statement and not any(
        "*" in name for _, name in principals_of(statement["Principal"])
    ):
        return False
    condition = statement.get("Condition", {})
    fixed = any_of(
        _fixes(operator, key.lower(), values_of(values))
        for operator, keys in condition.items()
        for key, values in keys.items()
    )
    return negated(fixed)


def _fixes(operator: str, key: str, values: list[str]) -> Answer:
    quantifier, name, if_exists = split(operator)
    if any(VARIABLE.search(value) for value in values):
        return False
    fixed = _is_fixed(name, key, values)
    if fixed and (quantifier or if_exists):
        # The text of "The meaning of public" does not say. ForAllValues and IfExists also hold without the key.
        return None if quantifier == "foranyvalue" and not if_exists else False
    return fixed


def _is_fixed(name: str, key: str, values: list[str]) -> bool:
    if key == "aws:sourceip":
        return name == "ipaddress" and all(map(_is_narrow, values))
    if name not in ("stringequals", "stringlike", "stringequalsignorecase", "arnequals", "arnlike"):
        return False
    # StringEquals takes * and ? as they are; a value that has them is then one that nothing has.
    plain = all("*" not in value and "?" not in value for value in values)
    if key == "s3:dataaccesspointarn":
        return all("*" not in value.rpartition(":accesspoint")[0] and "?" not in value for value in values)
    if key == "aws:userid":
        return all(not value.endswith(":*") and "*" not in value and "?" not in value for value in values)
    return key in FIXING and plain


PRIVATE = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))


def _is_narrow(value: str) -> bool:
    """Not broader than /8 or, for IPv6, /32; private ranges are excluded from this rule."""
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    private = any(network.version == each.version and network.subnet_of(each) for each in PRIVATE)  # type: ignore[arg-type]
    return private or network.prefixlen >= (8 if network.version == 4 else 32)
