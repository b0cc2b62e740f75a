"""Makes the IAM policy that cfstream needs for specs, and notices about what IAM cannot limit."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cfstream.errors import Notice, WrongUsage
from cfstream.startup.frozen import dataclass

if TYPE_CHECKING:
    from cfstream.permissions.needs import Purpose
    from cfstream.spec.load import Stack

PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
"""Partitions, by the start of the names of their regions."""


@dataclass(frozen=True)
class PermissionPolicy:
    """A policy document, and notices about it."""

    document: Mapping[str, Any]
    notices: tuple[Notice, ...] = ()


def policy_of(
    stacks: "Iterable[Stack]",
    purpose: "Purpose",
    *,
    account: str = "*",
    region: str = "",
    role: str | None = None,
) -> PermissionPolicy:
    """Return the minimal policy of the calling identity for all stacks together; with `role`, that of a role.

    For a stack with a role, the calling identity only needs to assume it. Raises WrongUsage for an invalid account
    number, and for a role that no stack has.
    """
    from cfstream.permissions.document import assume_roles, policy
    from cfstream.spec.wording import one_of
    from cfstream.stack.calls import Place

    if not re.fullmatch(r"\*|[0-9]{12}", account):
        raise WrongUsage(
            f"{account!r} is not an account: an account number has 12 digits",
            "correct it, or give no account, to allow any",
        )
    specs = [stack.spec for stack in stacks]
    roles = sorted({spec.role for spec in specs if spec.role})
    if role is not None and role not in roles:
        raise WrongUsage(f"no spec has the role {role}", one_of(role, roles) if roles else "leave out --role")
    partition = next((name for start, name in PARTITIONS.items() if region.startswith(start)), "aws")
    if role is not None:
        partition, account = role.split(":")[1], role.split(":")[4]
    document = policy([spec for spec in specs if spec.role == role], purpose, Place(account, partition))
    notices = list(_notices(document))
    if role is None and roles:
        document = assume_roles(document, roles)
        notices += [
            Notice(f"the policy of {each} itself: run this command again with --role {each}")
            for each in roles
        ]
    return PermissionPolicy(document, tuple(notices))


def _notices(document: Mapping[str, Any]) -> Iterator[Notice]:
    from cfstream.permissions.document import (
        LARGEST_MANAGED,
        OPTIONAL,
        claims,
        optional_actions,
        size,
        unlimited,
    )

    if beyond := unlimited(document):
        yield Notice(
            f"IAM cannot limit these to one stack, so this policy allows changing all in the account:"
            f" {', '.join(beyond)}"
        )
    if claims(document):
        yield Notice(
            "IAM cannot distinguish a new distribution from an old one without the tag cfstream:name, so this"
            " policy allows adding that tag to distributions that no stack owns"
        )
    if optional_actions(document):
        yield Notice(
            f"the statements whose Sid begins with {OPTIONAL} can be left out: only hints, --all-objects, access, "
            "show, wait and doctor need them"
        )
    if size(document) > LARGEST_MANAGED:
        yield Notice(
            f"the policy has {size(document)} characters, but a managed policy can have at most "
            f"{LARGEST_MANAGED}: create one for each spec, or an inline policy of a role"
        )
