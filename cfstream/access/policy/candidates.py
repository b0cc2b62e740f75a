"""Find every class of requesters that a policy could admit."""

import re
from collections.abc import Iterable, Iterator, Sequence

from cfstream.access.policy.clauses import Clause
from cfstream.access.policy.networks import network as parse_network
from cfstream.access.policy.operators import Family
from cfstream.access.policy.principals import Principal, PrincipalForm, principals
from cfstream.access.policy.requester import (
    NEW_SERVICE,
    Requester,
    access_point,
    account,
    anonymous,
    any_account,
    any_distribution,
    any_service,
    canonical,
    distribution,
    distributions,
    network,
    oai,
    organisation,
    organisation_service,
    principal,
    service,
    user_id,
)
from cfstream.access.policy.statement import Statement
from cfstream.access.policy.texts import account_of
from cfstream.access.policy.variables import of_bucket
from cfstream.access.policy.wildcards import fits, is_wild
from cfstream.policy_document import CLOUDFRONT

_OF_A_SIGNER = ("aws:principal", "aws:user")
_BY_A_SERVICE = "aws:principalisawsservice"
_ORGANISATION = re.compile(r"\bo-[a-z0-9]+(?![a-z0-9*?])")
"""A complete id. A new organisation's id may have the same beginning."""
_DISTRIBUTION = re.compile(r"arn:aws[a-z-]*:cloudfront::(\d{12}):(?:streaming-)?distribution/\w+")


def candidates(policy: Sequence[Statement], own_account: str) -> tuple[Requester, ...]:
    """Return every class of requesters that some statement could admit, each once, in a fixed order.

    The classes come from the principals and from the values in all conditions, including those of a Deny: "deny unless
    from this network" still admits the network.
    """
    found: list[Requester] = []
    for each in _candidates(policy, own_account):
        if each not in found:
            found.append(each)
    return tuple(found)


def _candidates(policy: Sequence[Statement], own: str) -> Iterator[Requester]:
    allows = [each for each in policy if each.allow]
    if not allows:
        return
    named = {each for statement in policy for each in statement.principals}
    services = sorted(_services(policy))
    if any(each.negated or Principal(PrincipalForm.ANYONE) in each.principals for each in allows):
        services = [*services, NEW_SERVICE]
        yield from (anonymous(), any_account(), any_distribution(), any_service())
        yield from (account(own), distributions(own, own=True))
    for one in sorted(named, key=lambda each: (each.form, each.name)):
        yield from _of_principal(one, own)
    tests = [clause for statement in policy for clause in statement.clauses]
    # The values of Null are true and false, and name nobody.
    clauses = [each for each in tests if each.operator is None or each.operator.family is not Family.NULL]
    for clause in clauses:
        yield from _of_clause(clause, own, services)
    if any(_favours_signed(statement, clause) for statement in policy for clause in statement.clauses):
        for clause in clauses:
            yield from (network(value, signed=True) for value in _networks(clause))


def _favours_signed(statement: Statement, clause: Clause) -> bool:
    """Return whether a clause may allow a signed request from a network, and not an unsigned one.

    Signed requests that are not a service's have aws:PrincipalIsAWSService with the value false; unsigned ones do not
    have it (IAM User Guide, "AWS global condition context keys").
    """
    if clause.key != _BY_A_SERVICE:
        return clause.key.startswith(_OF_A_SIGNER)
    signed, unsigned = clause.holds(("false",)), clause.holds(None)
    if statement.allow:
        return signed is not False and unsigned is not True
    return signed is not True and unsigned is not False


def _services(policy: Iterable[Statement]) -> set[str]:
    """Return the services that the policy names, except CloudFront."""
    found = {each.name for one in policy for each in one.principals if each.form is PrincipalForm.SERVICE}
    for clause in (clause for one in policy for clause in one.clauses):
        if clause.key in ("aws:principalservicename", "aws:principalservicenameslist"):
            found |= {value for value in clause.values if not is_wild(value)}
        elif clause.key == "aws:sourcearn":
            found |= {f"{part}.amazonaws.com" for part in _services_of(clause.values)}
    return found - {CLOUDFRONT, "*"}


def _services_of(arns: Iterable[str]) -> set[str]:
    parts = {arn.split(":", 5)[2] for arn in arns if arn.count(":") >= 5}
    return {part for part in parts if re.fullmatch(r"[a-z0-9-]+", part)}


def _of_principal(one: Principal, own: str) -> Iterator[Requester]:
    match one.form:
        case PrincipalForm.ACCOUNT:
            yield account(one.name)
        case PrincipalForm.ARN | PrincipalForm.UNIQUE:
            yield principal(one)
        case PrincipalForm.OAI:
            yield oai(one.known)
        case PrincipalForm.CANONICAL:
            yield canonical(one.name)
        case PrincipalForm.SERVICE if one.name in (CLOUDFRONT, "*"):
            yield from (any_distribution(), distributions(own, own=True))
            if one.name == "*":
                yield any_service()
        case PrincipalForm.SERVICE:
            yield from (service(one.name), service(one.name, own, own=True))


def _of_clause(clause: Clause, own: str, services: Sequence[str]) -> Iterator[Requester]:
    yield from map(network, _networks(clause))
    for value in (of_bucket(each, own) for each in clause.written):
        match clause.key:
            case "aws:principalaccount" | "aws:userid" if re.fullmatch(r"\d{12}", value):
                yield account(value)
            case "aws:userid":
                yield from _of_user_id(value)
            case "aws:principalarn":
                yield from _of_principal_arn(value, own)
            case "aws:sourceorgid" | "aws:sourceorgpaths":
                for number in _ORGANISATION.findall(value)[:1]:
                    yield from (organisation_service(number, name) for name in (CLOUDFRONT, *services))
            case "aws:sourceaccount" | "aws:sourceowner":
                yield from _of_source(value, own, services)
            case "aws:sourcearn":
                yield from _of_source_arn(value, own, services)
            case "aws:principalservicename" | "aws:principalservicenameslist" if not is_wild(value):
                yield from _of_principal(Principal(PrincipalForm.SERVICE, value), own)
            case _:
                yield from _of_place(clause.key, value, own)


def _of_place(key: str, value: str, own: str) -> Iterator[Requester]:
    match key:
        case "aws:principalorgid" | "aws:principalorgpaths" | "aws:vpceorgid" | "aws:vpceorgpaths":
            yield from map(organisation, _ORGANISATION.findall(value)[:1])
        case "s3:dataaccesspointaccount" if value != own and re.fullmatch(r"\d{12}", value):
            yield access_point(value)
        case "s3:dataaccesspointarn" if account_of(value) != own and re.fullmatch(
            r"\d{12}", account_of(value)
        ):
            yield access_point(account_of(value))
        case "aws:vpceaccount" if re.fullmatch(r"\d{12}", value):
            yield account(value)


def _networks(clause: Clause) -> Iterator[str]:
    match clause.key:
        case "aws:sourceip" | "aws:vpcsourceip":
            yield from (value for value in clause.written if parse_network(value))
        case "aws:sourcevpc" | "aws:sourcevpce" | "aws:sourcevpcarn":
            yield from (value for value in clause.written if not _is_anybodys(value))


def _is_anybodys(value: str) -> bool:
    """Return whether every new VPC or endpoint matches: the requester with any network then covers it."""
    return any(fits(each, value) for each in ("vpc-0new0", "vpce-0new0"))


def _of_user_id(value: str) -> Iterator[Requester]:
    if re.match(r"A(?:IDA|ROA)[A-Z0-9]{8,}", value):
        yield user_id(value)


def _of_principal_arn(value: str, own: str) -> Iterator[Requester]:
    if re.fullmatch(r"\d{12}", account_of(value)):
        for one in principals({"AWS": value}):
            yield from _of_principal(one, own)


def _of_source(number: str, own: str, services: Sequence[str]) -> Iterator[Requester]:
    if re.fullmatch(r"\d{12}", number):
        yield distributions(number, own=number == own)
        # Services that work for the own account are part of it, so only those that the policy names are reported.
        named = (name for name in services if number != own or name != NEW_SERVICE)
        yield from (service(name, number, own=number == own) for name in named)


def _of_source_arn(value: str, own: str, services: Sequence[str]) -> Iterator[Requester]:
    if exact := _DISTRIBUTION.fullmatch(value):
        # It is not known how its access control signs.
        yield distribution(value, exact.group(1), https=False)
    elif re.fullmatch(r"\d{12}", account_of(value)):
        yield from _of_source(account_of(value), own, services)
