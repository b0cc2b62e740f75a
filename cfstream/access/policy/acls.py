"""Decide who can do what by an access control list.

Source: S3 User Guide, "Access control list (ACL) overview", "Mapping of ACL permissions and access policy permissions".
"""

from collections.abc import Iterable, Iterator, Mapping

from cfstream.access.policy.actions import ResourceType
from cfstream.access.reader import ANYONE, May, Reader, ReaderKind
from cfstream.domain import AclGrant, Block
from cfstream.domain.bucket import ENFORCED

_OBJECT: Mapping[str, tuple[May, ...]] = {
    "READ": (May.READ,),
    "WRITE_ACP": (May.MANAGE,),
    "FULL_CONTROL": (May.READ, May.MANAGE),
}
_BUCKET: Mapping[str, tuple[May, ...]] = {
    "READ": (May.LIST,),
    "WRITE": (May.WRITE,),
    "WRITE_ACP": (May.MANAGE,),
    "FULL_CONTROL": (May.LIST, May.WRITE, May.MANAGE),
}


def acl_readers(
    grants: Iterable[AclGrant],
    on: ResourceType,
    *,
    block: Block,
    ownership: str,
) -> tuple[tuple[Reader, May], ...]:
    """Return who may do what by these grants, each pair once.

    ACLs have no effect under BucketOwnerEnforced. IgnorePublicAcls ignores only grants to everybody: a grant to another
    account's canonical user remains.
    """
    if ownership == ENFORCED:
        return ()
    table = _OBJECT if on is ResourceType.OBJECT else _BUCKET
    counted = (each for each in grants if not (each.public and block.ignore_acls))
    return tuple(dict.fromkeys(_pairs(counted, table)))


def _pairs(grants: Iterable[AclGrant], table: Mapping[str, tuple[May, ...]]) -> Iterator[tuple[Reader, May]]:
    for grant in grants:
        for may in table.get(grant.permission, ()):
            yield _grantee(grant), may


def _grantee(grant: AclGrant) -> Reader:
    """Return the reader. A group that is not public, such as LogDelivery, is a service with the URI as its name."""
    if grant.public:
        return ANYONE
    if isinstance(grant.grantee, str) and "://" in grant.grantee:
        return Reader(ReaderKind.SERVICE, grant.grantee)
    return Reader(ReaderKind.CANONICAL, grant.grantee)
