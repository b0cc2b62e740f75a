"""The readers that `also_read_by` and `also_managed_by` list, parsed into a kind and a value.

`access` decides which readers a listed one covers.
"""

import re
from enum import StrEnum
from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from cfstream.spec.fields import account_number, fault
from cfstream.spec.wording import shown
from cfstream.startup.frozen import dataclass

CLOUDFRONT = ("cloudfront.amazonaws.com", "cloudfront.amazonaws.com.cn")

WIDEST = {4: 8, 6: 32}
"""The shortest prefix of a network by IP version. S3 treats a policy that allows a wider one as public ("Blocking
public access to your Amazon S3 storage"). Private ranges are not an exception.
"""


class ListedReaderKind(StrEnum):
    """What a listed reader is. An account also covers its principals and distributions."""

    ACCOUNT = "account"
    PRINCIPAL = "principal"
    OAI = "oai"
    CANONICAL = "canonical"
    DISTRIBUTION = "distribution"
    ORGANISATION = "organisation"
    NETWORK = "network"
    VPC = "vpc"
    VPC_ENDPOINT = "vpc-endpoint"
    SERVICE = "service"


@dataclass(frozen=True)
class ListedReader:
    """Somebody outside the stack who is expected to read, list or manage.

    `value` is the part that identifies it: 12 digits, an ARN, the id of an OAI, a canonical user id, `o-…`, a CIDR,
    `vpc-…`, `vpce-…`, or the name of a service.
    """

    kind: ListedReaderKind
    value: str


_ACCOUNT = re.compile(r"[0-9]{12}")
_ROOT = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):root")
_OAI = re.compile(r"arn:aws[a-z-]*:iam::cloudfront:user/CloudFront Origin Access Identity ([A-Z0-9]{2,40})")
_CANONICAL = re.compile(r"canonical:([0-9a-f]{64})")

_PARTS = (
    (ListedReaderKind.ACCOUNT, _ROOT),
    (ListedReaderKind.OAI, _OAI),
    (ListedReaderKind.CANONICAL, _CANONICAL),
)
"""The forms whose value is a part of the text."""

_WHOLE: tuple[tuple[ListedReaderKind, re.Pattern[str]], ...] = (
    (
        ListedReaderKind.PRINCIPAL,
        re.compile(
            r"arn:aws[a-z-]*:(iam::[0-9]{12}:(user|role)|sts::[0-9]{12}:(assumed-role|federated-user))"
            r"/[A-Za-z0-9_+=,.@/-]+"
        ),
    ),
    (
        ListedReaderKind.DISTRIBUTION,
        re.compile(r"arn:aws[a-z-]*:cloudfront::[0-9]{12}:(streaming-)?distribution/[A-Z0-9]{2,40}"),
    ),
    (ListedReaderKind.ORGANISATION, re.compile(r"o-[a-z0-9]{10,32}")),
    (ListedReaderKind.VPC, re.compile(r"vpc-[0-9a-f]{8,17}")),
    (ListedReaderKind.VPC_ENDPOINT, re.compile(r"vpce-[0-9a-f]{8,17}")),
    (ListedReaderKind.SERVICE, re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?")),
)
"""The forms whose value is the whole text."""

FORMS = (
    'write an account like "111122223333", the ARN of a user, role or distribution, canonical:…, o-…, a CIDR, vpc-…, '
    "vpce-… or a service like logging.s3.amazonaws.com; `cfstream docs also_read_by` shows the forms"
)


def listed_reader(text: str) -> ListedReader:
    """Return the reader that `text` names. Raises a fault that says what to write instead."""
    _refuse_everybody(text)
    if _ACCOUNT.fullmatch(text):
        return ListedReader(ListedReaderKind.ACCOUNT, text)
    for kind, form in _PARTS:
        if found := form.fullmatch(text):
            return ListedReader(kind, found[1])
    for kind, form in _WHOLE:
        if form.fullmatch(text):
            return ListedReader(kind, text)
    if (network := _network(text)) is not None:
        return ListedReader(ListedReaderKind.NETWORK, network)
    if wrong := account_number(text):
        raise fault(*wrong)
    what = (
        f"{shown(text)} does not name an account, principal, distribution, organisation, network or service"
    )
    raise fault(what, _remedy(text))


def _refuse_everybody(text: str) -> None:
    """Refuse a text that means everyone: it would hide every opening."""
    if text == "*":
        raise fault(
            '"*" means everyone, and this list is for named readers',
            "list each reader, or write public: true if everyone may read",
        )
    if text in CLOUDFRONT:
        raise fault(
            f"{text} covers the distributions of every AWS account",
            "list the ARN of each distribution, or the account that owns them",
        )
    if "*" in text or "?" in text or "${" in text:
        account = re.search(r"(?<![0-9])[0-9]{12}(?![0-9])", text)
        do = "list each one by its full name"
        raise fault(
            f"{shown(text)} has a wildcard, and this list is for named readers",
            f'{do}, or the account: "{account[0]}"' if account else do,
        )


def _network(text: str) -> str | None:
    """Return `text` if it is a network, or None. Raises a fault for a network that is too wide or oddly spelled."""
    if "/" not in text:
        return None
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return None
    least = WIDEST[network.version]
    if network.prefixlen < least:
        raise fault(
            f"{shown(text)} is wider than /{least}, and S3 treats such a network as public",
            f"list networks of /{least} or narrower",
        )
    if text != str(network):
        raise fault(f"{shown(text)} is not the way AWS writes this network", f"write {network}")
    return text


def _remedy(text: str) -> str:
    """Return what to write if the meaning is clear, or else the forms."""
    if re.fullmatch(r"[0-9a-fA-F]{64}", text.removeprefix("canonical:")):
        return f"write canonical:{text.removeprefix('canonical:').lower()}"
    try:
        return f"write {ip_network(text)}"
    except ValueError:
        return FORMS


_EXAMPLES = (
    "999988887777",
    "arn:aws:iam::999988887777:role/transcoder",
    "arn:aws:cloudfront::999988887777:distribution/E1UGDLB9XZBD79",
    "o-a1b2c3d4e5",
    "203.0.113.0/24",
    "vpce-0a1b2c3d4e5f67890",
    "logging.s3.amazonaws.com",
)


def _schema_pattern() -> str:
    """Return one pattern for all forms, for editors. It does not check the width of a network."""
    forms = [_ACCOUNT, _ROOT, _OAI, _CANONICAL, *(form for _, form in _WHOLE)]
    others = "|".join(re.sub(r"\((?!\?)", "(?:", form.pattern) for form in forms)
    never = "|".join(map(re.escape, CLOUDFRONT))
    return f"^(?!(?:{never})$)(?:{others}|[0-9.]+/[0-9]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/[0-9]+)$"


def _party_text(text: str) -> str:
    listed_reader(text)
    return text


ListedReaderText = Annotated[
    str,
    AfterValidator(_party_text),
    WithJsonSchema({"type": "string", "pattern": _schema_pattern(), "examples": list(_EXAMPLES)}),
]
"""A listed reader as a spec spells it."""
