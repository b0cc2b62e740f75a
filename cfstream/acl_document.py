"""Read and change the ACL of an object, a document as botocore parses it. Pure, and imports nothing heavy."""

from collections.abc import Mapping, Sequence
from typing import Any

from cfstream.values import Json

MOST_GRANTS = 100
"""The most grants that an ACL may have (S3 User Guide, ACL overview)."""


def permissions_of(acl: Json, grantee: str) -> frozenset[str]:
    """Return what an ACL grants to that canonical user by name."""
    return frozenset(grant["Permission"] for grant in _grants(acl) if _grantee_id(grant) == grantee)


def public_permissions(acl: Json) -> frozenset[str]:
    """Return what an ACL grants to anyone, or to anyone with an AWS account."""
    groups = ("/AllUsers", "/AuthenticatedUsers")
    return frozenset(
        grant["Permission"]
        for grant in _grants(acl)
        if str(grant.get("Grantee", {}).get("URI", "")).endswith(groups)
    )


def with_grant(acl: Json, grantee: str, permission: str | None) -> dict[str, Any] | None:
    """Return the ACL to write so that `grantee` has exactly `permission`; None if it has that already.

    Law: owner and every other grant stay as they are.
    """
    wanted = frozenset({permission} if permission else ())
    if permissions_of(acl, grantee) == wanted:
        return None
    kept = [grant for grant in _grants(acl) if _grantee_id(grant) != grantee]
    given = [{"Grantee": {"Type": "CanonicalUser", "ID": grantee}, "Permission": name} for name in wanted]
    return {"Owner": acl["Owner"], "Grants": [*kept, *given]}


def _grants(acl: Json) -> Sequence[Mapping[str, Any]]:
    return acl.get("Grants") or ()


def _grantee_id(grant: Mapping[str, Any]) -> str:
    return str(grant.get("Grantee", {}).get("ID", ""))
