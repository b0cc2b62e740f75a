"""Bucket policies as S3 accepts and returns them: what is refused, what is rewritten, what counts as public. Pure.

Judging a request is elsewhere. moto's own judgement is not used: it treats a Deny with a Condition, or without a
Principal, as a Deny for everybody.
"""

import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any

from moto.s3.exceptions import S3ClientError

# S3 User Guide, "Bucket policies for Amazon S3".
MAX_BYTES = 20 * 1024
IDENTITY = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity "

Json = dict[str, Any]
FindIdentity = Callable[[str], str | None]
"""Maps an origin access identity's id or canonical user id to its id; None if it does not exist."""

_ACCOUNT = re.compile(r"\d{12}")
_ACCOUNT_ARN = re.compile(r"arn:aws[\w-]*:(iam|sts)::\d{12}:.+")
_CANONICAL_ACCOUNT = re.compile(r"[0-9a-f]{64}")
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_TERMS = (
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
    "Sid",
)
# Keys that make a policy not public if their value is fixed: S3 User Guide, "The meaning of public".
_PRIVATE = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
_EQUALITIES = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"})
_NARROWING = frozenset(
    key.lower()
    for key in (
        "aws:SourceArn",
        "aws:SourceAccount",
        "aws:SourceOwner",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:PrincipalAccount",
        "aws:PrincipalArn",
        "aws:userid",
        "s3:DataAccessPointAccount",
        "s3:DataAccessPointArn",
    )
)


class MalformedPolicy(S3ClientError):
    """400 MalformedPolicy, with S3's message."""

    code = "MalformedPolicy"


def accepted(document: bytes, bucket_arn: str, find_identity: FindIdentity) -> bytes:
    """Return the policy as S3 returns it. Raises MalformedPolicy for one that S3 refuses.

    Changes seen on AWS: another order of keys, lists of one as scalars, an account number as the ARN of its root, and
    the CanonicalUser of an origin access identity as the ARN of that identity.
    """
    if len(document) > MAX_BYTES:
        raise MalformedPolicy("Policy exceeds the maximum allowed document size.")
    try:
        policy = json.loads(document)
    except ValueError:
        policy = None
    if not isinstance(policy, dict):
        raise MalformedPolicy("Policies must be valid JSON and the first byte must be '{'")
    statements = _many(policy.get("Statement"))
    if not statements:
        raise MalformedPolicy("Missing required field Statement")
    sids = [
        statement["Sid"] for statement in statements if isinstance(statement, dict) and "Sid" in statement
    ]
    if len(sids) != len(set(sids)):
        raise MalformedPolicy("Statement IDs (SID) in a single policy must be unique.")
    kept = {name: policy[name] for name in ("Version", "Id") if name in policy}
    kept["Statement"] = [_statement(statement, bucket_arn, find_identity) for statement in statements]
    return json.dumps(kept, separators=(",", ":"), ensure_ascii=False).encode()


def is_public(document: bytes | None) -> bool:
    """Return whether S3 calls the policy public: a statement allows everyone, without a condition on fixed values."""
    statements = json.loads(document)["Statement"] if document else []
    return any(
        statement["Effect"] == "Allow"
        and ("NotPrincipal" in statement or _anybody(statement.get("Principal")))
        and not _narrowed(statement.get("Condition", {}))
        for statement in statements
    )


def _statement(statement: Any, bucket_arn: str, find_identity: FindIdentity) -> Json:
    _judge(statement, bucket_arn)
    written = {term: statement[term] for term in sorted(_TERMS) if term in statement}
    for term, value in written.items():
        if term in ("Principal", "NotPrincipal"):
            written[term] = _principal(value, find_identity)
        elif term == "Condition":
            written[term] = {
                operator: {key: _scalar(asked) for key, asked in keys.items()}
                for operator, keys in value.items()
            }
        else:
            written[term] = _scalar(value)
    return written


def _judge(statement: Any, bucket_arn: str) -> None:
    if not isinstance(statement, dict) or not set(statement) <= set(_TERMS):
        raise MalformedPolicy("Policy has an invalid statement")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicy("Invalid effect: must be Allow or Deny")
    for one, other in (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource")):
        if (one in statement) == (other in statement):
            raise MalformedPolicy(f"Missing required field {one}")
    for resource in _many(statement.get("Resource", statement.get("NotResource"))):
        if resource not in ("*", bucket_arn) and not str(resource).startswith(f"{bucket_arn}/"):
            raise MalformedPolicy("Policy has invalid resource")


def _principal(principal: Any, find_identity: FindIdentity) -> Any:
    if principal == "*":
        return principal
    if not isinstance(principal, dict) or not principal:
        raise MalformedPolicy("Invalid policy syntax.")
    named: dict[str, list[str]] = {}
    for sort, values in principal.items():
        for value in _many(values):
            kept_sort, kept = _one_principal(sort, value, find_identity)
            named.setdefault(kept_sort, []).append(kept)
    return {sort: _scalar(values) for sort, values in sorted(named.items())}


def _one_principal(sort: str, value: str, find_identity: FindIdentity) -> tuple[str, str]:
    if sort == "CanonicalUser":
        identity = find_identity(value)
        if identity:
            return "AWS", IDENTITY + identity
        if _CANONICAL_ACCOUNT.fullmatch(value):
            return sort, value
    if sort == "AWS":
        if _ACCOUNT.fullmatch(value):
            return sort, f"arn:aws:iam::{value}:root"
        if value == "*" or _ACCOUNT_ARN.fullmatch(value):
            return sort, value
        if value.startswith(IDENTITY) and find_identity(value.removeprefix(IDENTITY)):
            return sort, value
    if (sort == "Service" and _SERVICE.fullmatch(value)) or sort == "Federated":
        return sort, value
    raise MalformedPolicy("Invalid principal in policy")


def _anybody(principal: Any) -> bool:
    return principal == "*" or (isinstance(principal, dict) and "*" in _many(principal.get("AWS")))


def _narrowed(condition: Json) -> bool:
    return any(
        _pins(operator.lower(), key.lower(), [str(value) for value in _many(values)])
        for operator, keys in condition.items()
        for key, values in keys.items()
    )


def _pins(operator: str, key: str, values: list[str]) -> bool:
    """Return whether a condition limits a request to fixed values of a key.

    IfExists and ForAllValues do not, because they also hold for requests without the key.
    """
    quantifier, _, name = operator.rpartition(":")
    if quantifier == "forallvalues" or any("${" in value for value in values):
        return False
    if key == "aws:sourceip":
        return name == "ipaddress" and all(map(_is_narrow, values))
    if name not in _EQUALITIES or key not in _NARROWING:
        return False
    if key == "s3:dataaccesspointarn":
        # The access point's name may have a wildcard if its account is fixed.
        values = [value.rpartition(":accesspoint")[0] or value for value in values]
    return not any("*" in value or "?" in value for value in values)


def _is_narrow(value: str) -> bool:
    """Return whether S3 counts a network as not public: up to /8 for IPv4 or /32 for IPv6, or any private one."""
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    private = any(
        network.version == each.version and network.subnet_of(each)  # type: ignore[arg-type]
        for each in _PRIVATE
    )
    return private or network.prefixlen >= (8 if network.version == 4 else 32)


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _scalar(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value
