"""Decide whether a reader belongs to the account, is expected, or is an opening."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from cfstream.access.policy.actions import DELIVERY
from cfstream.access.policy.networks import contains
from cfstream.access.policy.principals import Covers, Principal, PrincipalForm, covers, principals
from cfstream.access.policy.requester import Requester
from cfstream.access.policy.statement import Statement
from cfstream.access.policy.texts import account_of, one_partition, text_of
from cfstream.access.policy.wildcards import is_wild
from cfstream.access.reader import May, Reader, ReaderKind
from cfstream.policy_document import CLOUDFRONT
from cfstream.startup.frozen import dataclass

AWSLOGSDELIVERY = "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0"
"""The canonical user that delivers CloudFront's standard logs (Developer Guide, "Configure standard logging")."""

LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"

LOAD_BALANCERS = frozenset(
    {
        "127311923021",
        "033677994240",
        "027434742980",
        "797873946194",
        "098369216593",
        "754344448648",
        "589379963580",
        "718504428378",
        "383597477331",
        "600734575887",
        "114774131450",
        "783225319266",
        "582318560864",
        "985666609251",
        "054676820928",
        "156460612806",
        "652711504416",
        "635631232127",
        "009996457667",
        "897822967062",
        "076674570225",
        "507241528517",
        "048591011584",
        "190560391635",
        "638102146993",
        "037604701340",
    }
)
"""AWS accounts that deliver load balancer logs (Elastic Load Balancing User Guide, "Enable access logs for your
Application Load Balancer", "Legacy bucket policy")."""


class ReaderClass(StrEnum):
    """The relation of a reader to the bucket's owner."""

    INSIDE = "inside"
    """Part of the account."""
    EXPECTED = "expected"
    """Outside the account, but listed in the spec or part of how AWS works."""
    OPENING = "opening"
    """Outside the account, and not listed anywhere."""


@dataclass(frozen=True)
class Declared:
    """What the owner has, and the readers that the spec lists."""

    account: str
    owner: str = ""
    """Canonical user id of the bucket's owner."""
    identities: frozenset[str] = frozenset()
    """Ids of the account's OAIs."""
    unplaced: frozenset[str] = frozenset()
    """ARNs of the account's distributions whose origins may lead to the bucket."""
    also_read_by: tuple[str, ...] = ()
    also_managed_by: tuple[str, ...] = ()

    def listed(self, may: May) -> tuple[str, ...]:
        """Return the readers that the spec lists for `may`."""
        return self.also_read_by if may in (May.READ, May.LIST) else self.also_managed_by


@dataclass(frozen=True)
class Classification:
    """The class of a reader, with an optional note about it."""

    reader_class: ReaderClass
    note: str = ""


INSIDE = Classification(ReaderClass.INSIDE)
EXPECTED = Classification(ReaderClass.EXPECTED)
OPENING = Classification(ReaderClass.OPENING)


def classify(
    requester: Requester, may: May, declared: Declared, allowed_by: Sequence[Statement] = ()
) -> Classification:
    """Return the class of a requester that the statements `allowed_by` admit."""
    found = classify_reader(requester.reader, may, declared)
    if found.reader_class is not ReaderClass.OPENING:
        return found
    who = requester.principal
    if who.form is PrincipalForm.UNIQUE:
        text = f"{requester.reader.name} is the unique id of a deleted user or role"
        return Classification(ReaderClass.EXPECTED, text)
    if who.form is PrincipalForm.SERVICE and who.name != CLOUDFRONT:
        return _service(requester, declared, allowed_by)
    if who.form is PrincipalForm.ACCOUNT and who.name in LOAD_BALANCERS and _delivers_only(allowed_by):
        return Classification(ReaderClass.EXPECTED, f"account {who.name} of AWS delivers load balancer logs")
    return found


def _service(requester: Requester, declared: Declared, allowed_by: Sequence[Statement]) -> Classification:
    """A service is expected if it acts only for the own account, or if it only delivers logs or reports."""
    if requester.via == f"for account {declared.account}":
        return EXPECTED
    if _delivers_only(allowed_by):
        text = (
            f"{requester.reader.prose} {requester.via}: no SourceAccount or SourceArn fixes the own account"
        )
        return Classification(ReaderClass.EXPECTED, text)
    return OPENING


def _delivers_only(allowed_by: Iterable[Statement]) -> bool:
    statements = tuple(allowed_by)
    return bool(statements) and all(
        not each.all_but and DELIVERY.issuperset(each.actions) for each in statements
    )


def classify_reader(reader: Reader, may: May, declared: Declared) -> Classification:
    """Return the class of a reader by its name alone."""
    if _is_inside(reader, declared):
        return INSIDE
    name = text_of(reader.name)
    if name in (AWSLOGSDELIVERY, LOG_DELIVERY):
        return EXPECTED
    if any(lists(each, reader) for each in declared.listed(may)):
        return EXPECTED
    return OPENING


def _is_inside(reader: Reader, declared: Declared) -> bool:
    name = text_of(reader.name)
    match reader.kind:
        case ReaderKind.ACCOUNT:
            return name == declared.account
        case ReaderKind.PRINCIPAL | ReaderKind.DISTRIBUTION:
            own = account_of(name) == declared.account and name not in declared.unplaced
            return own or not isinstance(reader.name, str)
        case ReaderKind.OAI:
            return name in declared.identities or not isinstance(reader.name, str)
        case ReaderKind.CANONICAL:
            return bool(declared.owner) and name == declared.owner
    return False


def lists(entry: str, reader: Reader) -> bool:
    """Return whether an entry of `also_read_by` or `also_managed_by` covers the reader, by value or containment.

    An account covers its principals and distributions. A network covers the networks in it. An organisation covers
    only itself.
    """
    name = text_of(reader.name)
    match reader.kind:
        case ReaderKind.ACCOUNT:
            return entry == name or one_partition(entry) == f"arn:aws:iam::{name}:root"
        case ReaderKind.PRINCIPAL | ReaderKind.DISTRIBUTION | ReaderKind.OAI:
            return entry in (name, account_of(name)) or _principal_covers(entry, reader)
        case ReaderKind.CANONICAL:
            return entry == f"canonical:{name}"
        case ReaderKind.NETWORK:
            return entry == name or contains(entry, name) is True
        case ReaderKind.SERVICE | ReaderKind.ORGANISATION:
            return bool(name) and entry == name
    return False


def _principal_covers(entry: str, reader: Reader) -> bool:
    """Return whether the entry names the reader as a principal: a role covers its sessions."""
    if is_wild(entry):
        return False
    name = one_partition(text_of(reader.name))
    asking = (
        [Principal(PrincipalForm.OAI, name)]
        if reader.kind is ReaderKind.OAI
        else list(principals({"AWS": name}))
    )
    return any(
        covers(one, other) is Covers.ALL
        for one in principals({"AWS": one_partition(entry)})
        for other in asking
    )
