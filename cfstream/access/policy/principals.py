"""Parse the principals in a statement, and decide which of them cover a requester.

Source: IAM User Guide, "AWS JSON policy elements: Principal" and "AWS JSON policy elements: NotPrincipal".
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from enum import StrEnum
from typing import Any

from cfstream.access.policy.texts import account_of, one_partition, text_of
from cfstream.access.policy.wildcards import is_wild
from cfstream.startup.frozen import dataclass
from cfstream.values import Joined, Known, Ref

_OAI = re.compile(
    r"arn:aws[a-z-]*:iam::cloudfront:user/CloudFront[ _]Origin[ _]Access[ _]Identity[ _](.+)", re.DOTALL
)
_UNIQUE = re.compile(r"A(?:IDA|ROA|GPA|NPA|NVA|PKA|KIA|SIA)[A-Z0-9]{8,}")
_SESSION = re.compile(r"(arn:aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/.+")
_ROLE = re.compile(r"(arn:aws[a-z-]*):iam::(\d{12}):role/(?:.+/)?([^/]+)")


class PrincipalForm(StrEnum):
    """The possible types of a statement's principal and of a requester."""

    ANYONE = "anyone"
    """In a statement: everybody, including AWS services. As a requester: an unsigned request."""
    ACCOUNT = "account"
    """Every principal of an account."""
    ARN = "arn"
    UNIQUE = "unique"
    """The unique id that AWS shows for a deleted user or role, or for a recently named OAI."""
    OAI = "oai"
    CANONICAL = "canonical"
    SERVICE = "service"
    MEMBER = "member"
    """Requesters only: a principal of some account of an organisation."""


@dataclass(frozen=True)
class Principal:
    """One principal. `name` is an account, an ARN, an id or a service; "*" means every service."""

    form: PrincipalForm
    name: str = ""
    canonical: str = ""
    """Its canonical user id, if known."""
    known: Known = field(default="", compare=False)
    """The name as the statement spells it; for an OAI, its id. In `name`, every ARN is in one partition."""

    @property
    def account(self) -> str:
        return self.name if self.form is PrincipalForm.ACCOUNT else account_of(self.name)


class Covers(StrEnum):
    """How much of a requester's class a principal covers."""

    ALL = "all"
    PART = "part"
    """Only some requests of the class, or it cannot be known."""
    NONE = "none"


def principals(element: Any) -> tuple[Principal, ...]:
    """Return the principals of a Principal or NotPrincipal element."""
    if element == "*":
        return (Principal(PrincipalForm.ANYONE),)
    return tuple(_listed(element)) if isinstance(element, Mapping) else ()


def _listed(element: Mapping[str, Any]) -> Iterator[Principal]:
    for kind, names in element.items():
        for name in names if isinstance(names, list | tuple) else [names]:
            found = _principal(kind, one_partition(text_of(name)))
            yield replace(found, known=_known(found, name))


def _known(found: Principal, name: Any) -> Known:
    """Return the name, which may only be known after a step of the same plan."""
    if found.form is not PrincipalForm.OAI:
        return name if isinstance(name, Ref | Joined) else str(name)
    return name.parts[-1] if isinstance(name, Joined) else found.name


def _principal(kind: str, name: str) -> Principal:
    match kind:
        case "CanonicalUser":
            return Principal(PrincipalForm.CANONICAL, name)
        case "Service":
            return Principal(PrincipalForm.SERVICE, name.lower())
        case "Federated":
            return Principal(PrincipalForm.ARN, name)
    return _aws(name)


def _aws(name: str) -> Principal:
    if oai := _OAI.fullmatch(name):
        return Principal(PrincipalForm.OAI, oai.group(1))
    if re.fullmatch(r"\d{12}", name):
        return Principal(PrincipalForm.ACCOUNT, name)
    if _UNIQUE.fullmatch(name):
        return Principal(PrincipalForm.UNIQUE, name)
    if is_wild(name):
        account = account_of(name)
        return (
            Principal(PrincipalForm.ANYONE)
            if not account or is_wild(account)
            else Principal(PrincipalForm.ACCOUNT, account)
        )
    if name.endswith(":root") and account_of(name):
        return Principal(PrincipalForm.ACCOUNT, account_of(name))
    return Principal(PrincipalForm.ARN, name)


def covers(named: Principal, asking: Principal) -> Covers:
    """Return how much of the requests of `asking` the statement's principal `named` covers."""
    if named.form is PrincipalForm.ANYONE:
        return Covers.ALL
    if named.form is asking.form and named.name == asking.name:
        return Covers.ALL
    return _COVERS.get(named.form, _other)(named, asking)


def _if(part: bool) -> Covers:  # noqa: FBT001
    return Covers.PART if part else Covers.NONE


def _service(named: Principal, asking: Principal) -> Covers:
    return Covers.ALL if named.name == "*" and asking.form is PrincipalForm.SERVICE else Covers.NONE


def _unique(_: Principal, asking: Principal) -> Covers:
    return _if(asking.form not in (PrincipalForm.ANYONE, PrincipalForm.SERVICE))


def _other(_: Principal, asking: Principal) -> Covers:
    """A canonical user id can belong to an account with an unknown number, or to an OAI."""
    return _if(asking.form is PrincipalForm.CANONICAL)


def _canonical(named: Principal, asking: Principal) -> Covers:
    if asking.canonical:
        return Covers.ALL if asking.canonical == named.name else Covers.NONE
    return _if(
        asking.form
        in (
            PrincipalForm.ACCOUNT,
            PrincipalForm.ARN,
            PrincipalForm.OAI,
            PrincipalForm.MEMBER,
            PrincipalForm.UNIQUE,
        )
    )


def _account(named: Principal, asking: Principal) -> Covers:
    if asking.form is PrincipalForm.ARN:
        return Covers.ALL if asking.account == named.name else Covers.NONE
    return _if(asking.form in (PrincipalForm.CANONICAL, PrincipalForm.MEMBER, PrincipalForm.UNIQUE))


def _arn(named: Principal, asking: Principal) -> Covers:
    if asking.form is PrincipalForm.ARN:
        if _is_session_of(asking.name, named.name):
            return Covers.ALL
        return _if(_is_session_of(named.name, asking.name))
    if asking.form is PrincipalForm.ACCOUNT:
        return _if(named.account == asking.name)
    return _if(asking.form in (PrincipalForm.CANONICAL, PrincipalForm.MEMBER, PrincipalForm.UNIQUE))


def _is_session_of(session: str, role: str) -> bool:
    """Return whether the first ARN is a session of the role with the second ARN."""
    one, other = _SESSION.fullmatch(session), _ROLE.fullmatch(role)
    return one is not None and other is not None and one.groups() == other.groups()


_COVERS: Mapping[PrincipalForm, Callable[[Principal, Principal], Covers]] = {
    PrincipalForm.ACCOUNT: _account,
    PrincipalForm.ARN: _arn,
    PrincipalForm.CANONICAL: _canonical,
    PrincipalForm.SERVICE: _service,
    PrincipalForm.UNIQUE: _unique,
}
