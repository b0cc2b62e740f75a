"""Whom a statement of a bucket policy lets read which objects, and what S3 counts as public. Pure.

In doubt a statement lets in: this is asked in order to warn. Deny statements close nothing here, for what
their conditions do to an unknown viewer cannot be known. What a statement says is `document.py`.
"""

import ipaddress
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from cfstream.policy_document.document import CLOUDFRONT, READ, condition_value, listed, name_text, principals
from cfstream.values import Json

_FIXING_KEYS = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    }
)
"""Condition keys that keep a statement from being public when they hold fixed values
(S3 User Guide, "Blocking public access to your Amazon S3 storage", the meaning of "public")."""


def reads(statement: Json, bucket: str, prefix: str = "") -> bool:
    """Whether `statement` allows reading of some object of `bucket` under `prefix`; in doubt it does."""
    if statement.get("Effect") != "Allow":
        return False
    named = _names_reading(statement.get("Action", statement.get("NotAction")))
    if named == ("NotAction" in statement):
        return False
    if "NotResource" in statement:
        return True
    return any(_overlaps(name_text(each), bucket, prefix) for each in listed(statement.get("Resource")))


def _names_reading(actions: Any) -> bool:
    return any(fnmatchcase(READ.lower(), str(each).lower()) for each in listed(actions))


def _overlaps(resource: str, bucket: str, prefix: str) -> bool:
    """Whether a resource pattern can name an object of `bucket` under `prefix`."""
    if resource == "*":
        return True
    *_, name = resource.split(":", 5)
    literal = re.split(r"[*?]|\$\{", name, maxsplit=1)[0]
    start = f"{bucket}/{prefix}"
    if literal == name:
        return name.startswith(start)
    return start.startswith(literal) or literal.startswith(start)


def covers(statement: Json, bucket: str, prefix: str) -> bool:
    """Whether `statement` names every object of `bucket` under `prefix`."""
    wanted = f"{bucket}/{prefix}*"
    return any(
        re.fullmatch(_pattern(name_text(each).split(":", 5)[-1]), wanted)
        for each in listed(statement.get("Resource"))
    )


def _pattern(resource: str) -> str:
    return re.escape(resource).replace(r"\*", ".*").replace(r"\?", ".")


def source_arns(statement: Json) -> tuple[str, ...] | None:
    """The ARNs that an ``aws:SourceArn`` condition pins the statement to; None where nothing pins it."""
    found = [
        value
        for operator, key, values in _tests(statement)
        if key == "aws:sourcearn" and _holds_to_values(operator)
        for value in values
    ]
    return tuple(found) if found else None


def is_public(statement: Json) -> bool:
    """Whether S3 counts the statement as public: an Allow for anyone that no fixed value narrows. In doubt
    it is.

    The CloudFront service principal that no SourceArn or account pins counts too: anybody may make a
    distribution.
    """
    if statement.get("Effect") != "Allow":
        return False
    if "NotPrincipal" in statement:
        return True
    open_to = any(
        each.kind == "anyone" or (each.kind == "service" and each.name == CLOUDFRONT)
        for each in principals(statement)
    )
    return open_to and not any(_fixes(operator, key, values) for operator, key, values in _tests(statement))


def _tests(statement: Json) -> Iterator[tuple[str, str, list[str]]]:
    for operator, tests in (statement.get("Condition") or {}).items():
        for key, values in tests.items():
            yield operator.lower(), key.lower(), [condition_value(each) for each in listed(values)]


def _holds_to_values(operator: str) -> bool:
    """Whether a condition with this operator lets in only what its values name.

    ``…IfExists`` and ``ForAllValues:`` let in requests without the key as well (IAM JSON policy reference).
    """
    bare = operator.removeprefix("foranyvalue:")
    return bare in (
        "stringequals",
        "stringequalsignorecase",
        "stringlike",
        "arnequals",
        "arnlike",
        "ipaddress",
    )


def _fixes(operator: str, key: str, values: list[str]) -> bool:
    if key not in _FIXING_KEYS or not values or not _holds_to_values(operator):
        return False
    if key == "aws:sourceip":
        return all(_narrow(value) for value in values)
    if key == "s3:dataaccesspointarn":
        return all(re.match(r"arn:aws[a-z-]*:s3:[^:]*:\d{12}:", value) for value in values)
    exact = operator.removeprefix("foranyvalue:") in ("stringequals", "stringequalsignorecase")
    return all("${" not in value and (exact or not re.search(r"[*?]", value)) for value in values)


def _narrow(cidr: str) -> bool:
    """Wider than /8 (IPv4) or /32 (IPv6) counts as anyone, private ranges apart (the same page)."""
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return False
    return network.is_private or network.prefixlen >= (8 if network.version == 4 else 32)
