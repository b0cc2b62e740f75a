"""Classes of requesters, as a statement's principals and conditions see them.

Source of the condition keys of a request: IAM User Guide, "AWS global condition context keys", "Availability".
"""

from collections.abc import Mapping
from dataclasses import field, replace

from cfstream.access.policy import networks
from cfstream.access.policy.actions import Action
from cfstream.access.policy.context import ABSENT, CHOSEN, UNKNOWN, Chosen, IpAddress, Unknown, Value, fixed
from cfstream.access.policy.principals import Principal, PrincipalForm
from cfstream.access.policy.request_contexts import (
    EVERY_ACCOUNT,
    INSIDE_A_VPC,
    INTERNET,
    NEW_ACCOUNT,
    NEW_ORGANISATION,
    NO_NETWORK,
    NO_PRINCIPAL,
    NO_SOURCE,
    SIGNED,
    UNSIGNED,
)
from cfstream.access.policy.request_keys import request_value
from cfstream.access.policy.texts import account_of, one_partition, text_of
from cfstream.access.reader import ANYONE, Reader, ReaderKind
from cfstream.policy_document import CLOUDFRONT
from cfstream.startup.frozen import dataclass
from cfstream.values import Known

NEW_SERVICE = "another-service.amazonaws.com"
"""Represents a service that no policy names."""

ANY_DISTRIBUTION = "through a distribution of any account"
ANY_SERVICE = "through another AWS service for any account"
ANY_ACCOUNT = "with any AWS account"
KINDS_OF_ANYONE = (ANY_DISTRIBUTION, ANY_SERVICE, ANY_ACCOUNT)
"""Ways of `ANYONE` that need more than an address: someone who can read without them can read with them."""
_NEW_IDS = ("AIDANEW0000000000000", "AROANEW0000000000000:*")


@dataclass(frozen=True)
class Requester:
    """One class of requests."""

    reader: Reader
    """The reader that reports show for the class."""
    principal: Principal
    context: Mapping[str, Value] = field(default_factory=dict)
    """By condition key in lower case. A key that ends with ``/*`` covers all keys with that beginning."""
    chooses: bool = False
    """Whether the requester also writes the request, and so chooses its headers and parameters."""
    via: str = ""
    """How it sends requests, as text, if the reader does not show it."""
    written: Mapping[str, str] = field(default_factory=dict)
    """Ids that are not known yet, and the form that AWS will give them."""

    def value(self, key: str, action: Action) -> Value:
        """Return the value of `key` in these requests."""
        found = self.context.get(key)
        if found is None and "/" in key:
            found = self.context.get(key.partition("/")[0] + "/*")
        return found or request_value(key, action, chooses=self.chooses)

    def with_keys(self, context: Mapping[str, Value]) -> "Requester":
        """Return the requester with these keys fixed."""
        return replace(self, context={**self.context, **context})


def anonymous() -> Requester:
    """Return everybody on the internet, without a signature."""
    return Requester(ANYONE, Principal(PrincipalForm.ANYONE), {**UNSIGNED, **INTERNET}, chooses=True)


def any_account() -> Requester:
    """Return everybody with an AWS account that no policy names."""
    known: dict[str, Value] = {
        **SIGNED,
        **INTERNET,
        "aws:principalaccount": Chosen((NEW_ACCOUNT,), optional=False, issuable=(EVERY_ACCOUNT,)),
        "aws:principalarn": _own_arns(NEW_ACCOUNT, issuable=True),
        "aws:principalorgid": Chosen(("o-new0000000",), issuable=("o-*",)),
        "aws:principalorgpaths": Chosen(("o-new0000000/r-new0/ou-new0/",), issuable=("o-*",)),
        "aws:principaltag/*": CHOSEN,
        "aws:username": CHOSEN,
        "aws:userid": Chosen((*_NEW_IDS, NEW_ACCOUNT), optional=False),
        "aws:principaltype": Chosen(("Account", "User", "AssumedRole", "FederatedUser"), optional=False),
        "aws:viaawsservice": Chosen(("true", "false"), optional=False),
    }
    principal = Principal(PrincipalForm.ACCOUNT, NEW_ACCOUNT)
    return Requester(ANYONE, principal, known, chooses=True, via=ANY_ACCOUNT)


def _own_arns(account: str, *, issuable: bool = False) -> Chosen:
    kinds = (f"iam::{account}:user/*", f"iam::{account}:role/*", f"iam::{account}:root", f"sts::{account}:*")
    return Chosen(
        tuple(f"arn:aws:{kind}" for kind in kinds),
        optional=False,
        issuable=(f"arn:aws:iam::{EVERY_ACCOUNT}:*",) if issuable else (),
    )


def account(number: str) -> Requester:
    """Return every principal of an account. The account can create principals with any name."""
    known: dict[str, Value] = {
        **SIGNED,
        "aws:principalaccount": fixed(number),
        "aws:principalarn": _own_arns(number),
    }
    reader = Reader(ReaderKind.ACCOUNT, number)
    return Requester(reader, Principal(PrincipalForm.ACCOUNT, number), known, chooses=True)


def principal(who: Principal) -> Requester:
    """Return one user, role, session or federated provider, as a statement names it.

    An identity provider without an account serves every account, so its users are those of an account that no policy
    names.
    """
    name = str(who.known or who.name)
    reader = Reader(ReaderKind.PRINCIPAL, name)
    if who.form is PrincipalForm.ARN and not account_of(name):
        return replace(any_account(), reader=reader, principal=who, via="")
    known: dict[str, Value] = {**SIGNED}
    if who.form is PrincipalForm.ARN:
        number = account_of(name)
        known |= {"aws:principalaccount": fixed(number), "aws:principalarn": fixed(who.name)}
        if ":assumed-role/" in name:
            known["aws:principalarn"] = Unknown((f"arn:aws:iam::{number}:role/*",), optional=False)
    return Requester(reader, who, known, chooses=True)


def user_id(value: str) -> Requester:
    """Return who has an ``aws:userid`` that a condition names, in an account that no policy names.

    Whether the id belongs to such an account is not known: the id of a user or role does not show its account.
    """
    who = any_account()
    known: dict[str, Value] = {**who.context, "aws:userid": Unknown((value, *_NEW_IDS), optional=False)}
    return replace(who, reader=Reader(ReaderKind.PRINCIPAL, f"aws:userid {value}"), context=known, via="")


def canonical(number: str) -> Requester:
    """Return the account with a canonical user id. Its account number is not known."""
    who = Principal(PrincipalForm.CANONICAL, number, canonical=number)
    return Requester(Reader(ReaderKind.CANONICAL, number), who, SIGNED, chooses=True)


def oai(identity: Known, canonical_id: Known = "") -> Requester:
    """Return CloudFront with an origin access identity. Whether AWS counts it as a service is not documented."""
    who = Principal(PrincipalForm.OAI, text_of(identity), canonical=text_of(canonical_id))
    known: dict[str, Value] = {**NO_SOURCE, "aws:viaawsservice": fixed("false")}
    return Requester(Reader(ReaderKind.OAI, identity), who, known)


def distribution(arn: Known, account_number: str, *, https: bool = True) -> Requester:
    """Return CloudFront for one distribution with an origin access control.

    Whether CloudFront sends more than SourceArn is not documented. `https`: the access control always signs. Only then
    does CloudFront always use HTTPS (Developer Guide, "Restrict access to an Amazon S3 origin").
    """
    text = one_partition(text_of(arn))
    known = {**_cloudfront(account_number, https=https), "aws:sourcearn": fixed(text)}
    written = (
        {} if isinstance(arn, str) else {text: f"arn:aws:cloudfront::{account_number}:distribution/{text}"}
    )
    if written:
        known["aws:sourcearn"] = fixed(written[text])
    reader = Reader(ReaderKind.DISTRIBUTION, arn)
    return Requester(reader, Principal(PrincipalForm.SERVICE, CLOUDFRONT), known, written=written)


def distributions(account_number: str, *, own: bool) -> Requester:
    """Return the distributions of an account that no policy names individually.

    For another account, the account is reported, because it can create more distributions.
    """
    arns = f"arn:aws:cloudfront::{account_number}:distribution/"
    known = {
        **_cloudfront(account_number, https=False),
        "aws:sourcearn": Chosen((f"{arns}ENEW0000000000",), optional=False, issuable=(f"{arns}*",)),
    }
    if own:
        reader = Reader(ReaderKind.DISTRIBUTION, f"arn:aws:cloudfront::{account_number}:distribution/*")
    else:
        reader = Reader(ReaderKind.ACCOUNT, account_number)
    via = f"through a distribution of account {account_number}"
    return Requester(reader, Principal(PrincipalForm.SERVICE, CLOUDFRONT), known, chooses=not own, via=via)


def any_distribution() -> Requester:
    """Return CloudFront for a distribution that anybody creates in their own account."""
    own = tuple(
        f"arn:{each}:cloudfront::{NEW_ACCOUNT}:distribution/ENEW0000000000" for each in ("aws", "aws-cn")
    )
    known = {
        **_cloudfront(NEW_ACCOUNT, https=True),
        "aws:sourcearn": Chosen(
            own, optional=False, issuable=(f"arn:aws:cloudfront::{EVERY_ACCOUNT}:distribution/E*",)
        ),
        "aws:sourceaccount": Unknown((NEW_ACCOUNT,), issuable=(EVERY_ACCOUNT,)),
        **NEW_ORGANISATION,
        "aws:securetransport": Chosen(("true", "false"), optional=False),
    }
    return Requester(
        ANYONE, Principal(PrincipalForm.SERVICE, CLOUDFRONT), known, chooses=True, via=ANY_DISTRIBUTION
    )


def _cloudfront(account_number: str, *, https: bool) -> dict[str, Value]:
    known = {**_service(CLOUDFRONT), "aws:sourceaccount": Unknown((account_number,))}
    known["aws:securetransport"] = fixed("true") if https else Unknown(("true", "false"), optional=False)
    return known


def _service(name: str) -> dict[str, Value]:
    return {
        **NO_PRINCIPAL,
        **NO_NETWORK,
        "aws:principalisawsservice": fixed("true"),
        "aws:principalservicename": fixed(name),
        "aws:principalservicenameslist": Unknown((name, f"*.{name}"), optional=False),
        "aws:viaawsservice": fixed("false"),
        "aws:calledvia": ABSENT,
        "aws:multifactorauthpresent": ABSENT,
        "aws:multifactorauthage": ABSENT,
        "aws:sourceowner": UNKNOWN,
        # Not documented for services. It cannot be the id of a user or role.
        "aws:userid": Unknown(("service:*",)),
        "aws:principaltype": UNKNOWN,
    }


def service(name: str, source_account: str = "", *, own: bool = False) -> Requester:
    """Return an AWS service that acts for `source_account`, or for an account that no policy names.

    For another account, the account is reported, because it controls the service.
    """
    acts_for = source_account or NEW_ACCOUNT
    # The ARN of a bucket has no account. Nobody else can own a bucket that a policy names.
    buckets = "arn:aws:s3:::*" if source_account else "arn:aws:s3:::new-bucket"
    issuable = () if source_account else (f"arn:aws:*:*:{EVERY_ACCOUNT}:*", "arn:aws:s3:::*")
    known: dict[str, Value] = {
        **_service(name),
        "aws:sourcearn": Chosen((f"arn:aws:*:*:{acts_for}:*", buckets), issuable=issuable),
        "aws:sourceaccount": Chosen((acts_for,), issuable=() if source_account else (EVERY_ACCOUNT,)),
        "aws:sourceowner": Unknown((acts_for,), issuable=() if source_account else (EVERY_ACCOUNT,)),
    }
    if not source_account:
        known |= NEW_ORGANISATION
    foreign = source_account and not own
    reader = Reader(ReaderKind.ACCOUNT, source_account) if foreign else Reader(ReaderKind.SERVICE, name)
    acts = f"for account {source_account}" if source_account else "for any account"
    via = f"through {name}" if foreign else acts
    return Requester(reader, Principal(PrincipalForm.SERVICE, name), known, chooses=True, via=via)


def any_service() -> Requester:
    """Return an AWS service that no policy names and that acts for an account that no policy names."""
    return replace(service(NEW_SERVICE), reader=ANYONE, via=ANY_SERVICE)


def network(name: str, *, signed: bool = False) -> Requester:
    """Return everybody in a CIDR or VPC or behind a VPC endpoint: without a signature, or with any AWS account."""
    who = any_account() if signed else anonymous()
    known: dict[str, Value] = {**who.context}
    key = _KEY_OF_NETWORK.get(name.partition("-" if name.startswith("vpc") else ":")[0])
    known |= {"aws:sourcevpc": UNKNOWN, "aws:sourcevpce": UNKNOWN}
    if key:
        # A pattern represents each network that matches it.
        known |= {**INSIDE_A_VPC, key: Chosen((one_partition(name),), optional=False)}
    else:
        # Only a VPC can have a private range. From a public range, requests without a VPC have no VpcSourceIp.
        vpc_address = IpAddress((name,), optional=not networks.is_internal(name))
        known |= {"aws:sourceip": IpAddress((name,)), "aws:vpcsourceip": vpc_address}
    return replace(who, reader=Reader(ReaderKind.NETWORK, name), context=known)


_KEY_OF_NETWORK = {"vpce": "aws:sourcevpce", "vpc": "aws:sourcevpc", "arn": "aws:sourcevpcarn"}


def organisation(number: str) -> Requester:
    """Return every principal of an organisation's accounts."""
    known: dict[str, Value] = {
        **SIGNED,
        "aws:principalorgid": fixed(number),
        "aws:principalorgpaths": Unknown((f"{number}/*",), optional=False),
        "aws:principalarn": Unknown((f"arn:aws:*::{EVERY_ACCOUNT}:*",), optional=False),
        "aws:principalaccount": Unknown((EVERY_ACCOUNT,), optional=False),
    }
    reader = Reader(ReaderKind.ORGANISATION, number)
    return Requester(reader, Principal(PrincipalForm.MEMBER, number), known, chooses=True)


def organisation_service(number: str, name: str = CLOUDFRONT) -> Requester:
    """Return an AWS service that acts for an account of the organisation that no policy names.

    Accounts that a policy names are separate requesters.
    """
    arns = f"arn:aws:*:*:{NEW_ACCOUNT}:*", f"arn:aws:*:*:{EVERY_ACCOUNT}:*"
    known: dict[str, Value] = {
        **_service(name),
        "aws:sourcearn": Unknown(arns[:1], optional=False, issuable=arns[1:]),
        "aws:sourceaccount": Unknown((NEW_ACCOUNT,), issuable=(EVERY_ACCOUNT,)),
        "aws:sourceorgid": Unknown((number,)),
        "aws:sourceorgpaths": Unknown((f"{number}/*",)),
    }
    via = f"through {name}"
    reader = Reader(ReaderKind.ORGANISATION, number)
    return Requester(reader, Principal(PrincipalForm.SERVICE, name), known, chooses=True, via=via)


def access_point(account_number: str) -> Requester:
    """Return the readers through another account's access points of the bucket. Their policies are not visible."""
    known: dict[str, Value] = {
        **UNSIGNED,
        **INTERNET,
        "s3:dataaccesspointaccount": fixed(account_number),
        "s3:dataaccesspointarn": Chosen((f"arn:aws:s3:*:{account_number}:accesspoint/*",), optional=False),
    }
    via = f"through an access point of account {account_number}"
    reader = Reader(ReaderKind.ACCOUNT, account_number)
    return Requester(reader, Principal(PrincipalForm.ANYONE), known, chooses=True, via=via)
