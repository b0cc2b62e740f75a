"""The callers to try on a bucket: some that always exist, and one for each name and value that its policy mentions."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from tests.evaluator import callers
from tests.evaluator.callers import CLOUDFRONT, FOREIGN, IDENTITY, Caller
from tests.evaluator.conditions import FREE, values_of
from tests.evaluator.policies import principals_of, statements_of
from tests.evaluator.state import ACCOUNT, Bucket, Json, State

FOREIGN_DISTRIBUTION = f"arn:aws:cloudfront::{FOREIGN}:distribution/E0FOREIGN00000"
UNNAMED_DISTRIBUTION = "arn:aws:cloudfront::777766665555:distribution/E0UNNAMED00000"
"""Of an account that no policy in the tests names."""
FOREIGN_SERVICE = "config.amazonaws.com"
FOREIGN_ENDPOINT, FOREIGN_NETWORK = "vpce-0f0f0f0f", "vpc-0f0f0f0f"


def callers_of(state: State, bucket: Bucket) -> tuple[Caller, ...]:
    """Everyone to try who is neither the own account nor CloudFront for one of its distributions."""
    found = {each.name: each for each in (*_always(), *_mentioned(state, bucket), *_grantees(state, bucket))}
    return tuple(found.values())


@cache
def _always() -> tuple[Caller, ...]:
    inside = f"account {FOREIGN} in {FOREIGN_ENDPOINT}"
    return (
        callers.anyone(),
        callers.account(),
        callers.distribution(FOREIGN_DISTRIBUTION),
        callers.distribution(UNNAMED_DISTRIBUTION),
        callers.service(FOREIGN_SERVICE, FOREIGN, foreign_resource(FOREIGN_SERVICE)),
        _inside(callers.account(), inside, FOREIGN_ENDPOINT, FOREIGN_NETWORK),
    )


def _grantees(state: State, bucket: Bucket) -> Iterator[Caller]:
    known = {state.owner, callers.FOREIGN_USER, *state.identities.values()}
    for acl in (bucket.acl, *bucket.objects.values()):
        for grant in (acl or {}).get("Grants", ()):
            user = grant["Grantee"].get("ID")
            if user and user not in known:
                yield callers.canonical_user(user)


def _mentioned(state: State, bucket: Bucket) -> Iterator[Caller]:
    policies = [
        bucket.policy,
        *(point.policy for point in state.access_points if point.bucket == bucket.name),
    ]
    for statement in (each for policy in policies for each in statements_of(policy)):
        for sort, name in principals_of(statement.get("Principal", statement.get("NotPrincipal"))):
            yield from _named(state, sort, name)
        # A value under a negated operator too: a Deny for all others does not deny those that it names.
        for keys in statement.get("Condition", {}).values():
            for key, values in keys.items():
                for value in values_of(values):
                    yield from _with_value(key.lower(), value)


def _named(state: State, sort: str, name: str) -> Iterator[Caller]:
    if sort == "Service" and name != CLOUDFRONT:
        yield callers.service(name, FOREIGN, foreign_resource(name))
        yield replace(callers.service(name, state.account), name=f"service {name} for the account")
    elif sort == "CanonicalUser" and name not in (state.owner, *state.identities.values()):
        yield callers.canonical_user(name)
    elif sort == "Federated":
        user = callers.canonical_user("")
        yield _member(replace(user, name=f"principal {name}", names=frozenset({(sort, name)})))
    elif sort == "AWS" and not name.startswith(IDENTITY.split(" ", 1)[0]):
        number = name if name.isdecimal() else name.split(":")[4] if name.count(":") >= 5 else ""
        if number not in ("", state.account):
            whole = name.isdecimal() or name.endswith(":root")
            yield _member(callers.account(number) if whole else callers.principal(name))


UNKNOWN_OF_NAMED = (
    *("aws__PrincipalOrgID", "aws__PrincipalOrgPaths"),
    *("aws__SourceIp", "aws__VpcSourceIp", "aws__SourceVpc", "aws__SourceVpce"),
)


def _member(caller: Caller) -> Caller:
    """Return the same sender as the policy names it, without an organisation and networks, which are unknown."""
    return caller.with_values(caller.name, **dict.fromkeys(UNKNOWN_OF_NAMED, FREE))


def _with_value(key: str, value: str) -> Iterator[Caller]:
    """The senders that have the value in that key, as far as there are any outside the account."""
    concrete = re.sub(r"\*+", "0", value).replace("?", "0")
    if key in ("aws:sourcearn", "aws:principalarn") and concrete.count(":") >= 5:
        number = concrete.split(":")[4]
        number = number if re.fullmatch(r"\d{12}", number) else FOREIGN
        parts = concrete.split(":", 5)
        arn = ":".join([*parts[:4], number, parts[5]])
        if number != ACCOUNT:
            yield callers.distribution(arn) if key == "aws:sourcearn" else _member(callers.principal(arn))
    elif key in ("aws:sourceaccount", "aws:principalaccount", "aws:sourceowner"):
        if re.fullmatch(r"\d{12}", value) and value != ACCOUNT:
            own = f"arn:aws:cloudfront::{value}:distribution/E0FOREIGN00000"
            yield (
                _member(callers.account(value))
                if key == "aws:principalaccount"
                else callers.distribution(own)
            )
    elif key == "aws:userid" and re.match("A(IDA|ROA)", value):
        yield callers.account().with_values(f"principal aws:userid {value}", aws__userid=concrete)
    elif key in ORGANISATIONS:
        yield from _in_organisation(key, concrete)
    elif key == "aws:sourceip":
        yield from _from_network(value)
    elif key in ("aws:sourcevpce", "aws:sourcevpc"):
        endpoint, network = (concrete, FOREIGN_NETWORK) if key.endswith("e") else (FOREIGN_ENDPOINT, concrete)
        yield _inside(callers.anyone(), f"network {value}", endpoint, network)
    elif key in ("s3:dataaccesspointaccount", "s3:dataaccesspointarn"):
        yield from _through_a_point(key, concrete)


def foreign_resource(service: str) -> str:
    """The ARN of what another account has a service do. ARNs of buckets name no account."""
    kind = service.partition(".")[0]
    return "arn:aws:s3:::theirs" if kind == "s3" else f"arn:aws:{kind}:us-east-1:{FOREIGN}:resource/theirs"


ORGANISATIONS = ("aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid", "aws:sourceorgpaths")


def _in_organisation(key: str, value: str) -> Iterator[Caller]:
    id_ = value.partition("/")[0]
    paths = (value if "/" in value else f"{id_}/r-0000/ou-0000-00000000/",)
    if "principal" in key:
        yield callers.account().with_values(
            f"organisation {id_}", aws__PrincipalOrgID=id_, aws__PrincipalOrgPaths=paths
        )
    else:
        yield callers.distribution(FOREIGN_DISTRIBUTION).with_values(
            f"distribution of organisation {id_}", aws__SourceOrgID=id_, aws__SourceOrgPaths=paths
        )


def _from_network(value: str) -> Iterator[Caller]:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return
    yield replace(callers.anyone(str(network.network_address)), name=f"network {value}")


def _inside(caller: Caller, name: str, endpoint: str, network: str) -> Caller:
    """The same caller through a VPC endpoint: S3 then sees no public address."""
    return caller.with_values(
        name, aws__SourceIp=(), aws__VpcSourceIp="10.0.0.7", aws__SourceVpce=endpoint, aws__SourceVpc=network
    )


def _through_a_point(key: str, value: str) -> Iterator[Caller]:
    number = value.split(":")[4] if value.count(":") >= 5 else value
    arn = value if key.endswith("arn") and number != ACCOUNT else ""
    number = number if re.fullmatch(r"\d{12}", number) and number != ACCOUNT else FOREIGN
    arn = arn or f"arn:aws:s3:us-east-1:{number}:accesspoint/theirs"
    for caller in (callers.account(number), callers.anyone()):
        yield caller.with_values(
            f"{caller.name} through an access point of account {number}",
            s3__DataAccessPointAccount=number,
            s3__DataAccessPointArn=arn,
            s3__AccessPointNetworkOrigin="Internet",
        )


def policy_values(policy: Json | None) -> set[str]:
    """Every resource pattern of a policy, without the bucket's ARN."""
    found = set()
    for statement in statements_of(policy):
        for term in ("Resource", "NotResource"):
            if term in statement:
                found |= {value.partition(":::")[2].partition("/")[2] for value in values_of(statement[term])}
    return found - {""}
