"""Laws for every policy."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cfstream.access.policy import Judgement, Requester, candidates, parse_statement, parsed
from cfstream.access.reader import Certainty, May, Reader, ReaderKind
from tests.thorough import examples
from tests.unit.access.policy.judged import ORDER, judge
from tests.unit.access.policy.requests import ORGANISATION, OTHER, OWN, Request, allowed, outsiders

OUTSIDERS = outsiders()

PRINCIPALS = (
    "*",
    {"AWS": "*"},
    {"AWS": OTHER},
    {"AWS": f"arn:aws:iam::{OTHER}:root"},
    {"AWS": [f"arn:aws:iam::{OTHER}:role/player", f"arn:aws:iam::{OWN}:root"]},
    {"AWS": f"arn:aws:iam::{OWN}:role/admin"},
    {"Service": "cloudfront.amazonaws.com"},
    {"Service": ["cloudfront.amazonaws.com", "logging.s3.amazonaws.com"]},
)
TEXTS: Mapping[str, tuple[str, ...]] = {
    "aws:SourceAccount": (OWN, OTHER, "*", "9999*"),
    "aws:SourceOrgID": (ORGANISATION, "o-*"),
    "aws:PrincipalAccount": (OWN, OTHER, "*"),
    "aws:PrincipalOrgID": (ORGANISATION, "o-*"),
    "aws:PrincipalServiceName": ("cloudfront.amazonaws.com", "*.amazonaws.com"),
    "aws:SourceVpce": ("vpce-0a1b2c3d", "vpce-*", "vpce-9*"),
    "aws:SourceVpc": ("vpc-0a1b2c3d", "vpc-*"),
    "aws:Referer": ("https://www.example.com/*", "https://www.example.com/a", "*"),
}
ARNS: Mapping[str, tuple[str, ...]] = {
    "aws:SourceArn": (
        f"arn:aws:cloudfront::{OWN}:distribution/*",
        f"arn:aws:cloudfront::{OTHER}:distribution/E2OTHER00000",
        "arn:aws:cloudfront::*:distribution/*",
        "arn:aws:cloudfront::*:distribution/E9*",
        f"arn:aws:*:*:{OTHER}:*",
    ),
    "aws:PrincipalArn": (
        f"arn:aws:iam::{OTHER}:role/player",
        f"arn:aws:iam::{OTHER}:*",
        "arn:aws:iam::*:role/player",
        f"arn:aws:iam::{OWN}:role/*",
    ),
}
NETWORKS = ("203.0.113.0/24", "198.51.0.0/16", "0.0.0.0/0", "128.0.0.0/1", "10.1.0.0/16")


def conditions_of(names: tuple[str, ...], keys: Mapping[str, tuple[str, ...]]) -> st.SearchStrategy[Any]:
    """Return conditions with one of the operators on one of the keys."""
    sets = st.sampled_from(("", "", "ForAllValues:", "ForAnyValue:"))
    return st.sampled_from(sorted(keys)).flatmap(
        lambda key: st.builds(
            lambda every, name, exists, values: (f"{every}{name}{exists}", key, values),
            sets,
            st.sampled_from(names),
            st.sampled_from(("", "", "IfExists")),
            st.lists(st.sampled_from(keys[key]), min_size=1, max_size=2, unique=True),
        )
    )


ANY_KEY = st.sampled_from((*TEXTS, *ARNS, "aws:SourceIp"))
TESTS = st.one_of(
    conditions_of(("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"), {**TEXTS, **ARNS}),
    conditions_of(("ArnLike", "ArnNotLike"), ARNS),
    st.builds(
        lambda name, key, values: (name, key, values),
        st.sampled_from(("IpAddress", "NotIpAddress", "IpAddressIfExists", "NotIpAddressIfExists")),
        st.sampled_from(("aws:SourceIp", "aws:VpcSourceIp")),
        st.lists(st.sampled_from(NETWORKS), min_size=1, max_size=2, unique=True),
    ),
    st.builds(lambda key, value: ("Null", key, [value]), ANY_KEY, st.sampled_from(("true", "false"))),
    st.builds(
        lambda name, key, value: (name, key, [value]),
        st.sampled_from(("Bool", "BoolIfExists")),
        st.sampled_from(("aws:SecureTransport", "aws:PrincipalIsAWSService")),
        st.sampled_from(("true", "false")),
    ),
)
ACTIONS = st.sampled_from(
    ({"Action": "s3:GetObject"}, {"Action": ["s3:get*"]}, {"NotAction": "s3:PutObject"}, {"Action": "*"})
)


def statement(effect: str, positive: bool, who: Any, acts: Any, tests: list[Any]) -> dict[str, Any]:
    """Return one statement."""
    condition: dict[str, dict[str, Any]] = {}
    for name, key, values in tests:
        condition.setdefault(name, {})[key] = values
    principal = {"Principal" if positive else "NotPrincipal": who}
    return {"Effect": effect, **principal, **acts, "Resource": "*", "Condition": condition}


def statements(effect: str) -> st.SearchStrategy[dict[str, Any]]:
    """Generate statements with this effect."""
    return st.builds(
        statement,
        st.just(effect),
        st.sampled_from((True, True, True, False)),
        st.sampled_from(PRINCIPALS),
        ACTIONS,
        st.lists(TESTS, max_size=3),
    )


POLICIES = st.builds(
    lambda allow, deny: {"Statement": [*allow, *deny]},
    st.lists(statements("Allow"), min_size=1, max_size=2),
    st.lists(statements("Deny"), max_size=2),
)


def judged(policy: Mapping[str, Any], requester: Requester, may: May = May.READ) -> Judgement:
    """Judge a requester with matching resources."""
    return judge(parsed(policy), requester, may, OWN)


def rank(judgement: Judgement) -> int:
    """Return the judgement's verdict as a number."""
    return ORDER.index(judgement.verdict)


def classes(policy: Mapping[str, Any]) -> tuple[Requester, ...]:
    """Return every class of requesters that the policy could admit."""
    return candidates(parsed(policy), OWN)


@given(POLICIES)
@settings(max_examples=examples(100), deadline=None)
def test_everyone_who_can_read_has_a_reader(policy: dict[str, Any]) -> None:
    """Each allowed request from outside belongs to a reader that is reported as yes or maybe."""
    reported = {each.reader for each in classes(policy) if judged(policy, each).verdict is not Certainty.NO}
    unexplained = [
        request
        for request in OUTSIDERS
        if allowed(policy, request) and not any(includes(reader, request) for reader in reported)
    ]
    assert unexplained == []


def includes(reader: Reader, request: Request) -> bool:
    """Return whether the request belongs to the reader."""
    keys = request.keys
    accounts = {keys.get("aws:principalaccount"), *keys.get("aws:sourcearn", "").split(":")[4:5]}
    match reader.kind:
        case ReaderKind.ANYONE:
            return True
        case ReaderKind.ACCOUNT:
            return reader.name in accounts
        case ReaderKind.PRINCIPAL:
            return keys.get("aws:principalarn") == reader.name
        case ReaderKind.DISTRIBUTION:
            return keys.get("aws:sourcearn") == reader.name
        case ReaderKind.SERVICE:
            return keys.get("aws:principalservicename") == reader.name
        case ReaderKind.ORGANISATION:
            return reader.name in (keys.get("aws:principalorgid"), keys.get("aws:sourceorgid"))
        case ReaderKind.NETWORK:
            return is_in(str(reader.name), keys)
    return False


def is_in(network: str, keys: Mapping[str, str]) -> bool:
    """Return whether the request comes from the network."""
    if network.startswith("vpc"):
        return network in (keys.get("aws:sourcevpc"), keys.get("aws:sourcevpce"))
    address = keys.get("aws:sourceip", keys.get("aws:vpcsourceip"))
    return address is not None and ip_address(address) in ip_network(network)


@given(POLICIES, statements("Deny"))
@settings(max_examples=examples(60), deadline=None)
def test_a_deny_never_opens(policy: dict[str, Any], deny: dict[str, Any]) -> None:
    """No class can do more after a Deny is added."""
    after = {"Statement": [*policy["Statement"], deny]}
    for each in classes(after):
        assert rank(judged(after, each)) <= rank(judged(policy, each))


@given(POLICIES, statements("Allow"))
@settings(max_examples=examples(60), deadline=None)
def test_an_allow_never_closes(policy: dict[str, Any], allow: dict[str, Any]) -> None:
    """No class can do less after an Allow is added."""
    after = {"Statement": [*policy["Statement"], allow]}
    for each in classes(after):
        assert rank(judged(after, each)) >= rank(judged(policy, each))


@given(statements("Allow"))
@settings(max_examples=examples(60), deadline=None)
def test_if_exists_admits_at_least_as_many(allow: dict[str, Any]) -> None:
    """The same operators with IfExists admit every class that they admit without it."""
    exists = {
        name if name == "Null" or name.endswith("IfExists") else f"{name}IfExists": tests
        for name, tests in allow["Condition"].items()
        if f"{name}IfExists" not in allow["Condition"]
    }
    wider = {**allow, "Condition": exists}
    narrow = allow
    for each in classes({"Statement": [allow, wider]}):
        one, other = (judge((parse_statement(form),), each, May.READ, OWN) for form in (narrow, wider))
        assert rank(one) <= rank(other)


@given(POLICIES)
@settings(max_examples=examples(40), deadline=None)
def test_case_of_actions_keys_and_operators_does_not_matter(policy: dict[str, Any]) -> None:
    """A policy in other letter case admits the same classes."""
    shouted = {"Statement": [_shout(each) for each in policy["Statement"]]}
    for each in classes(policy):
        assert judged(policy, each).verdict is judged(shouted, each).verdict


def _shout(each: dict[str, Any]) -> dict[str, Any]:
    element = "Action" if "Action" in each else "NotAction"
    names = each[element] if isinstance(each[element], list) else [each[element]]
    condition = {
        name.upper(): {key.upper(): values for key, values in tests.items()}
        for name, tests in each["Condition"].items()
    }
    return {**each, element: [name.upper() for name in names], "Condition": condition}


@given(POLICIES)
@settings(max_examples=examples(40), deadline=None)
def test_order_of_statements_does_not_matter(policy: dict[str, Any]) -> None:
    """A policy with its statements in the opposite order admits the same classes."""
    turned = {"Statement": policy["Statement"][::-1]}
    assert {str(each) for each in classes(policy)} == {str(each) for each in classes(turned)}
    for each in classes(policy):
        assert judged(policy, each).verdict is judged(turned, each).verdict
