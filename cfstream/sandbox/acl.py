"""Access control lists as in S3: an owner, and grants that read back as they were sent.

Parses ACLs from XML, grant headers and canned names, and checks rules that concern the ACL alone. ``s3`` decides
whether a bucket accepts ACLs. moto 5.2.5 drops an object's ACL that is sent as XML, and gives every ACL the same
owner.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import xmltodict
from moto.s3.exceptions import InvalidArgumentError, MalformedACLError, MethodNotAllowed, S3AclAndGrantError
from moto.s3.models import OWNER, FakeAcl, FakeGrant, FakeGrantee

ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"
PUBLIC = frozenset({ALL_USERS, AUTHENTICATED_USERS})

# S3 User Guide, "Access control list (ACL) overview".
MAX_GRANTS = 100
OBJECT_PERMISSIONS = frozenset({"READ", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"})
BUCKET_PERMISSIONS = OBJECT_PERMISSIONS | {"WRITE"}

_HEADERS = {f"x-amz-grant-{name.lower().replace('_', '-')}": name for name in BUCKET_PERMISSIONS}
_HEADER_GRANTEE = re.compile(r'\s*(?P<kind>id|uri|emailAddress)="?(?P<value>[^",]+)"?\s*', re.IGNORECASE)
_ACCOUNT = re.compile(r"[0-9a-f]{64}")

KnownUser = Callable[[str], bool]
"""Returns whether an origin access identity with this canonical user id exists."""


class Acl(FakeAcl):
    """An ACL with its owner. Each grant has one grantee and one permission, as S3 returns them."""

    def __init__(self, owner: str, grants: Iterable[FakeGrant] = ()) -> None:
        super().__init__(list(grants))
        self.owner = owner

    @property
    def public(self) -> bool:
        """Whether it grants anything to everybody, or to everybody with an AWS account."""
        return any(_grantee(grant).uri in PUBLIC for grant in self.grants)

    def lets(self, user: str, permission: str) -> bool:
        """Return whether the ACL gives this canonical user the permission, as owner or by a grant."""
        return user == self.owner or any(
            _grantee(grant).id == user and grant.permissions[0] in (permission, "FULL_CONTROL")
            for grant in self.grants
        )

    def without_public(self) -> "Acl":
        """Return the grants that remain under IgnorePublicAcls."""
        return Acl(self.owner, (grant for grant in self.grants if _grantee(grant).uri not in PUBLIC))


def acl_of(stored: FakeAcl | None) -> Acl:
    """Return moto's ACL as an `Acl`, with one grant each; the bucket owner's if moto has no owner."""
    if isinstance(stored, Acl):
        return stored
    if stored is None:
        return private(OWNER)
    pairs = ((who, what) for grant in stored.grants for who in grant.grantees for what in grant.permissions)
    return Acl(OWNER, (FakeGrant([who], [what]) for who, what in pairs))


def private(owner: str) -> Acl:
    """Return the default ACL: full control for the owner only."""
    return Acl(owner, [_to_user(owner, "FULL_CONTROL")])


def canned(name: str, owner: str) -> Acl:
    """Return the ACL for a canned name. Raises InvalidArgument for an unknown name."""
    extra = {
        "private": [],
        "public-read": [_to_group(ALL_USERS, "READ")],
        "public-read-write": [_to_group(ALL_USERS, "READ"), _to_group(ALL_USERS, "WRITE")],
        "authenticated-read": [_to_group(AUTHENTICATED_USERS, "READ")],
        "bucket-owner-read": [_to_user(OWNER, "READ")],
        "bucket-owner-full-control": [_to_user(OWNER, "FULL_CONTROL")],
        "aws-exec-read": [],
        "log-delivery-write": [_to_group(LOG_DELIVERY, "WRITE"), _to_group(LOG_DELIVERY, "READ_ACP")],
    }.get(name)
    if extra is None:
        raise InvalidArgumentError("Invalid canned ACL", "x-amz-acl", name)
    if owner == OWNER and name.startswith("bucket-owner-"):
        extra = []
    return Acl(owner, [_to_user(owner, "FULL_CONTROL"), *extra])


def from_headers(headers: Mapping[str, str], owner: str, known: KnownUser) -> Acl | None:
    """Return the ACL from ``x-amz-acl`` or ``x-amz-grant-*``; None without these headers.

    Raises InvalidRequest if there are both, because S3 accepts only one. A grant header also replaces the owner's own
    grant.
    """
    asked = {name.lower(): value for name, value in headers.items()}
    grants = [
        _checked(grant, known)
        for header, permission in sorted(_HEADERS.items())
        for grant in _header_grants(asked.get(header, ""), permission)
    ]
    if asked.get("x-amz-acl") and grants:
        raise S3AclAndGrantError()
    if asked.get("x-amz-acl"):
        return canned(asked["x-amz-acl"], owner)
    return Acl(owner, grants) if grants else None


def from_xml(body: bytes, permissions: frozenset[str], known: KnownUser) -> Acl:
    """Return the ACL in an AccessControlPolicy document.

    Raises MalformedACLError (400) for a schema violation or more than 100 grants, InvalidArgument "Invalid id" (400)
    for an identity that does not exist, MethodNotAllowed (405) for a grantee by e-mail (withdrawn in 2025).
    """
    try:
        policy = xmltodict.parse(body, force_list=("Grant",))["AccessControlPolicy"]
        owner = policy["Owner"]["ID"]
        rows = (policy.get("AccessControlList") or {}).get("Grant", [])
        grants = [_xml_grant(row, permissions) for row in rows]
    except (KeyError, TypeError, xmltodict.expat.ExpatError):
        raise MalformedACLError() from None
    if len(grants) > MAX_GRANTS:
        raise MalformedACLError()
    return Acl(owner, [_checked(grant, known) for grant in grants])


def rendered(acl: Acl) -> dict[str, Any]:
    """Return the ACL in the format of GetObjectAcl and GetBucketAcl, without DisplayName, which AWS removed."""
    return {
        "Owner": {"ID": acl.owner},
        "Grants": [
            {
                "Grantee": {
                    "Type": _grantee(grant).type,
                    "URI": _grantee(grant).uri or None,
                    "ID": _grantee(grant).id or None,
                },
                "Permission": grant.permissions[0],
            }
            for grant in acl.grants
        ],
    }


def _grantee(grant: FakeGrant) -> FakeGrantee:
    return grant.grantees[0]


def _to_user(user: str, permission: str) -> FakeGrant:
    return FakeGrant([FakeGrantee(grantee_id=user)], [permission])


def _to_group(uri: str, permission: str) -> FakeGrant:
    return FakeGrant([FakeGrantee(uri=uri)], [permission])


def _header_grants(value: str, permission: str) -> Iterable[FakeGrant]:
    for written in filter(None, value.split(",")):
        grantee = _HEADER_GRANTEE.fullmatch(written)
        if grantee is None:
            raise InvalidArgumentError("Argument format not recognized", "x-amz-grant", written.strip())
        yield _grant(grantee["kind"].lower(), grantee["value"], permission)


def _xml_grant(row: dict[str, Any], permissions: frozenset[str]) -> FakeGrant:
    grantee, permission = row["Grantee"], row["Permission"]
    if permission not in permissions:
        raise MalformedACLError()
    kind, member = {
        "CanonicalUser": ("id", "ID"),
        "Group": ("uri", "URI"),
        "AmazonCustomerByEmail": ("emailaddress", "EmailAddress"),
    }[grantee["@xsi:type"]]
    return _grant(kind, grantee[member], permission)


def _grant(kind: str, value: str, permission: str) -> FakeGrant:
    if kind == "emailaddress":
        raise MethodNotAllowed()
    return _to_user(value, permission) if kind == "id" else _to_group(value, permission)


def _checked(grant: FakeGrant, known: KnownUser) -> FakeGrant:
    """Return the grant if its grantee can exist: an AWS group, an account (64 hex digits), or an existing identity."""
    who = _grantee(grant)
    if who.uri and who.uri not in (*PUBLIC, LOG_DELIVERY):
        raise InvalidArgumentError("Invalid group uri", "Group/URI", who.uri)
    if who.id and not _ACCOUNT.fullmatch(who.id) and not known(who.id):
        raise InvalidArgumentError("Invalid id", "CanonicalUser/ID", who.id)
    return grant
