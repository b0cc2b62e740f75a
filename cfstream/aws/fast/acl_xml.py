"""ACLs as S3 sends them: parse, change, and write them. Most objects of a bucket have the same ACL, byte for byte.

So what to write is decided once for each different ACL, and looked up by its bytes for all others.
"""

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from typing import Any, Final, NamedTuple
from xml.etree import ElementTree

from cfstream.acl_document import MOST_GRANTS, with_grant
from cfstream.values import Json

XMLNS: Final = "http://s3.amazonaws.com/doc/2006-03-01/"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
KEPT = 1_024
"""How many different ACLs are remembered."""

_KNOWN = {
    "AccessControlPolicy": {"Owner", "AccessControlList"},
    "Owner": {"ID", "DisplayName"},
    "AccessControlList": {"Grant"},
    "Grant": {"Grantee", "Permission"},
    "Grantee": {"ID", "DisplayName", "URI", "EmailAddress"},
}
"""The elements of an ACL, by the element that contains them (botocore 1.44.8, s3 GetObjectAcl)."""


class NewAcl(NamedTuple):
    """The body of a PutObjectAcl, with what its headers say about it."""

    body: bytes
    sha256: str
    md5: str


class Obstacle(NamedTuple):
    """Why an ACL cannot be written: a code, and the members that would be lost."""

    code: str
    members: tuple[str, ...] = ()


Decision = NewAcl | Obstacle | None
"""What to do with an ACL. None: it is as wanted."""


class NotAnAcl(Exception):
    """The reply is not an ACL, so something other than S3 answered."""


class Decisions:
    """What to do with each ACL so that `grantee` has exactly `permission`."""

    def __init__(self, grantee: str, permission: str | None) -> None:
        self._grantee = grantee
        self._permission = permission
        self._known: dict[bytes, Decision] = {}

    def of(self, body: bytes) -> Decision:
        """Return what to do with an ACL. Raises NotAnAcl."""
        try:
            return self._known[body]
        except KeyError:
            if len(self._known) >= KEPT:
                self._known.clear()
            found = self._known[body] = self._decide(body)
            return found

    def _decide(self, body: bytes) -> Decision:
        acl, unknown = parse(body)
        changed = with_grant(acl, self._grantee, self._permission)
        if changed is None:
            return None
        if unknown:
            return Obstacle("UnknownMembers", unknown)
        if len(changed["Grants"]) > MOST_GRANTS:
            return Obstacle("MalformedACLError")
        written = render(changed)
        digest = base64.b64encode(hashlib.md5(written, usedforsecurity=False).digest()).decode()
        return NewAcl(written, hashlib.sha256(written).hexdigest(), digest)


def parse(body: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return an ACL as botocore parses it, and the dotted paths of the elements it does not know. Raises NotAnAcl."""
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 (S3's reply, which botocore parses in the same way)
    except ElementTree.ParseError as error:
        raise NotAnAcl(str(error)) from error
    owner = _child(root, "Owner")
    if _name(root) != "AccessControlPolicy" or owner is None:
        raise NotAnAcl(_name(root))
    grants = _child(root, "AccessControlList")
    acl = {
        "Owner": {_name(each): each.text or "" for each in owner},
        "Grants": [_grant(each) for each in (grants if grants is not None else ()) if _name(each) == "Grant"],
    }
    return acl, tuple(sorted(set(_unknown(root, ""))))


def render(acl: Json) -> bytes:
    """Return the XML of an ACL."""
    grants = "".join(
        f"<Grant>{_grantee(each['Grantee'])}<Permission>{_escaped(each['Permission'])}</Permission></Grant>"
        for each in acl["Grants"]
    )
    owner = "".join(f"<{name}>{_escaped(text)}</{name}>" for name, text in acl["Owner"].items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<AccessControlPolicy xmlns="{XMLNS}">'
        f"<Owner>{owner}</Owner><AccessControlList>{grants}</AccessControlList></AccessControlPolicy>"
    ).encode()


def _escaped(text: str) -> str:
    # Not with xml.sax.saxutils, which imports Python's HTTP client.
    return escape(text, quote=False)


def _grantee(grantee: Json) -> str:
    members = "".join(
        f"<{name}>{_escaped(str(text))}</{name}>" for name, text in grantee.items() if name != "Type"
    )
    return f'<Grantee xmlns:xsi="{XSI}" xsi:type="{_escaped(str(grantee["Type"]))}">{members}</Grantee>'


def _grant(element: ElementTree.Element) -> dict[str, Any]:
    grantee = _child(element, "Grantee")
    permission = _child(element, "Permission")
    if grantee is None or permission is None:
        raise NotAnAcl("a grant without a grantee or a permission")
    members = {_name(each): each.text or "" for each in grantee}
    return {
        "Grantee": {"Type": grantee.get(f"{{{XSI}}}type", "CanonicalUser"), **members},
        "Permission": permission.text or "",
    }


def _unknown(element: ElementTree.Element, path: str) -> Iterator[str]:
    known = _KNOWN.get(_name(element))
    if known is None:
        return
    for child in element:
        name = _name(child)
        if name not in known:
            yield f"{path}{_member(name)}"
        else:
            yield from _unknown(child, f"{path}{_member(name)}.")


def _member(name: str) -> str:
    """Return botocore's name of an element: the list's, and none of its own for an item."""
    return {"AccessControlList": "Grants"}.get(name, name)


def _child(element: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next((each for each in element if _name(each) == name), None)


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
