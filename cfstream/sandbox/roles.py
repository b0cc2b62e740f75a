"""What a role may do: its trust policy, and the policies that it has, without those of resources.

Only Action and Resource are understood. An Allow with a condition allows nothing, and a Deny with one always denies.
"""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from moto.iam.exceptions import NotFoundException
from moto.iam.models import Role, iam_backends

Json = dict[str, Any]


def find_role(arn: str) -> Role | None:
    """Return the role; None if it does not exist."""
    fields = arn.split(":")
    if len(fields) < 6 or not fields[4].isdigit():
        return None
    try:
        return iam_backends[fields[4]]["aws"].get_role_by_arn(arn)
    except NotFoundException:
        return None


def trusts_service(role: Role, service: str) -> bool:
    """Return whether an AWS service may assume the role."""
    effects = set()
    for statement in listed(json.loads(role.assume_role_policy_document).get("Statement", ())):
        principal = statement.get("Principal")
        named = (
            listed(principal.get("Service", ())) if isinstance(principal, dict) else listed(principal or ())
        )
        if not {*named}.isdisjoint({service, "*"}) and _has_action(statement, "sts:AssumeRole"):
            effects |= _effect(statement)
    return effects == {"Allow"}


def decision(role: Role, action: str, resource: str) -> str:
    """Return allowed, explicitDeny or implicitDeny, the words of IAM's policy simulator."""
    effects = set()
    for statement in _statements(role):
        resources = [str(each) for each in listed(statement.get("Resource", ()))]
        if _has_action(statement, action) and any(fnmatchcase(resource, each) for each in resources):
            effects |= _effect(statement)
    if "Deny" in effects:
        return "explicitDeny"
    return "allowed" if effects else "implicitDeny"


def _effect(statement: Json) -> set[str]:
    effect = str(statement.get("Effect"))
    return set() if effect == "Allow" and statement.get("Condition") else {effect}


def _has_action(statement: Json, action: str) -> bool:
    patterns = [str(each).lower() for each in listed(statement.get("Action", ()))]
    return any(fnmatchcase(action.lower(), each) for each in patterns)


def _statements(role: Role) -> Iterator[Json]:
    attached = (
        version.document
        for policy in role.managed_policies.values()
        for version in policy.versions
        if version.version_id == policy.default_version_id
    )
    for document in (*role.policies.values(), *attached):
        yield from listed(json.loads(document).get("Statement", ()))


def listed(value: Any) -> list[Any]:
    """Return a value of a policy as a list: policies may have a single value instead."""
    return list(value) if isinstance(value, (list, tuple)) else [value]
