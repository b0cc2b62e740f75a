"""Who sends a request to S3: concrete samples, each with the names and the context that S3 sees.

The sources are the IAM User Guide, "AWS JSON policy elements: Principal" and "AWS global condition context keys", and
the S3 User Guide, "Access control list (ACL) overview".
"""

from dataclasses import dataclass, replace

from tests.evaluator.conditions import FREE, Context, Values
from tests.evaluator.state import ACCOUNT, OWNER

FOREIGN = "999988887777"
FOREIGN_USER = "9" * 64
ANYONE = "anyone"
CLOUDFRONT = "cloudfront.amazonaws.com"
ANY_ADDRESS = "203.0.113.77"
"""An address on the internet that no network in these tests covers, unless it covers all."""

IDENTITY = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity "

PRINCIPAL_KEYS = (
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalTag/",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:username",
    "aws:FederatedProvider",
    "aws:MultiFactorAuthPresent",
    "aws:MultiFactorAuthAge",
)
SOURCE_KEYS = (
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOwner",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
)
NETWORK_KEYS = ("aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp")
POINT_KEYS = ("s3:DataAccessPointAccount", "s3:DataAccessPointArn", "s3:AccessPointNetworkOrigin")


@dataclass(frozen=True, eq=False)
class Caller:
    """One sender of requests. `names` are the principals in a policy that mean it."""

    name: str
    """As cfstream writes readers: ``anyone``, ``account A``, ``principal ARN``, ``distribution ARN``, …"""
    contexts: tuple[Context, ...]
    """The same request in all the ways that the sender can choose: it is allowed if one of them is."""
    names: frozenset[tuple[str, str]] = frozenset()
    account: str = ""
    canonical: str = ""
    signs: bool = True
    service: bool = False
    identity: bool = False
    """Whether it is an origin access identity."""

    def with_values(self, name: str, **changes: Values | str) -> "Caller":
        """The same sender under another name, with other values in its context."""
        return replace(self, name=name, contexts=tuple(each.with_values(**changes) for each in self.contexts))


def anyone(address: str = ANY_ADDRESS) -> Caller:
    """A request without a signature, over http or https."""
    absent = (*PRINCIPAL_KEYS, *SOURCE_KEYS, *NETWORK_KEYS, *POINT_KEYS)
    own = {
        "aws:SourceIp": address,
        "aws:PrincipalType": "Anonymous",
        "aws:userid": "anonymous",
        "aws:PrincipalIsAWSService": "false",
        "aws:ViaAWSService": "false",
    }
    return Caller(ANYONE, _either_protocol(own, absent), signs=False)


def account(number: str = FOREIGN, canonical: str = "") -> Caller:
    """An administrator of an account: whatever the account is granted, it may use."""
    arn = f"arn:aws:iam::{number}:role/admin"
    return principal(
        arn, name=f"account {number}", canonical=canonical or (FOREIGN_USER if number == FOREIGN else "")
    )


def principal(arn: str, *, name: str = "", canonical: str = "") -> Caller:
    """A user, a role or a session of an account."""
    number = arn.split(":")[4]
    names = {("AWS", arn), ("AWS", number), ("AWS", f"arn:aws:iam::{number}:root")}
    if canonical:
        names.add(("CanonicalUser", canonical))
    own: dict[str, Values | str] = {
        "aws:SourceIp": ANY_ADDRESS,
        "aws:PrincipalArn": arn,
        "aws:PrincipalAccount": number,
        "aws:PrincipalType": FREE,
        "aws:PrincipalOrgID": (),
        "aws:PrincipalOrgPaths": (),
        "aws:PrincipalIsAWSService": "false",
        "aws:ViaAWSService": "false",
    }
    absent = (
        *SOURCE_KEYS,
        *NETWORK_KEYS,
        *POINT_KEYS,
        "aws:PrincipalServiceName",
        "aws:PrincipalServiceNamesList",
    )
    return Caller(
        name or f"principal {arn}",
        _either_protocol(own, absent),
        frozenset(names),
        account=number,
        canonical=canonical,
    )


def own_account() -> Caller:
    """An administrator of the account that owns the bucket."""
    return replace(account(ACCOUNT, OWNER), canonical=OWNER)


def canonical_user(user: str) -> Caller:
    """Another account, known by its canonical user alone."""
    own = {"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false", "aws:SourceIp": ANY_ADDRESS}
    absent = (*SOURCE_KEYS, *NETWORK_KEYS, *POINT_KEYS)
    names = frozenset({("CanonicalUser", user)})
    return Caller(f"canonical {user}", _either_protocol(own, absent), names, account="?", canonical=user)


def service(name: str, source_account: str, source_arn: str = "") -> Caller:
    """An AWS service that acts for an account. S3 does not see the service's address."""
    own: dict[str, Values | str] = {
        "aws:SourceAccount": source_account,
        "aws:SourceArn": source_arn or FREE,
        "aws:SourceOwner": FREE,
        "aws:SourceOrgID": (),
        "aws:SourceOrgPaths": (),
        "aws:PrincipalServiceName": name,
        "aws:PrincipalServiceNamesList": FREE,
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalType": FREE,
        # Not documented, but it is not the id of a user or of a role.
        "aws:userid": (*FREE, f"service:{name}"),
        "aws:SecureTransport": "true",
    }
    principal_keys = tuple(key for key in PRINCIPAL_KEYS if key not in own)
    context = Context(own, (*principal_keys, *NETWORK_KEYS, *POINT_KEYS))
    return Caller(f"service {name}", (context,), frozenset({("Service", name)}), service=True)


def distribution(arn: str) -> Caller:
    """CloudFront that signs for a distribution by an origin access control."""
    number = arn.split(":")[4]
    caller = service(CLOUDFRONT, number, arn)
    if number == ACCOUNT:
        # Whether CloudFront sends the organisation of the own account is not documented.
        caller = caller.with_values(caller.name, aws__SourceOrgID=FREE, aws__SourceOrgPaths=FREE)
    return replace(caller, name=f"distribution {arn}")


def identity(id_: str, canonical: str) -> Caller:
    """CloudFront that signs as an origin access identity. The address is one of CloudFront's."""
    arn = IDENTITY + id_
    own: dict[str, Values | str] = {
        "aws:SecureTransport": "true",
        "aws:PrincipalIsAWSService": "false",
        "aws:ViaAWSService": "false",
        "aws:SourceIp": FREE,
    }
    absent = tuple(key for key in (*SOURCE_KEYS, *NETWORK_KEYS, *POINT_KEYS) if key not in own)
    names = {("AWS", arn), ("AWS", arn.replace(" ", "_")), ("CanonicalUser", canonical)}
    return Caller(f"oai {id_}", (Context(own, absent),), frozenset(names), canonical=canonical, identity=True)


def cloudfront_unsigned() -> Caller:
    """CloudFront without an origin access: anonymous, from an address of CloudFront's."""
    return anyone().with_values("anyone through CloudFront", aws__SourceIp=FREE)


def _either_protocol(
    own: dict[str, Values | str] | dict[str, str], absent: tuple[str, ...]
) -> tuple[Context, ...]:
    missing = tuple(key for key in absent if key not in own)
    return tuple(Context({**own, "aws:SecureTransport": secure}, missing) for secure in ("true", "false"))
