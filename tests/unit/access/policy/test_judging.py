"""Judging with ids that are not known yet, different resources, and blocks."""

from typing import Any

import pytest

from cfstream.access.policy import (
    Judgement,
    ResourceType,
    account,
    actions,
    any_distribution,
    candidates,
    delegates_to_access_points,
    distribution,
    is_public,
    oai,
    parse_statement,
    parsed,
    principal,
    survives_restriction,
)
from cfstream.access.policy.principals import principals
from cfstream.access.reader import Certainty, May
from cfstream.policy_document import oac_statement, oai_statement
from cfstream.values import Joined, Json, Ref, StepId
from tests.unit.access.policy.judged import judge

OWN = "123456789012"
ARN = Ref(StepId("create distribution:lectures"), "arn")
OTHER_ARN = Ref(StepId("create distribution:other"), "arn")


def verdict(statement: Json, requester: Any) -> Certainty:
    """Return the verdict of a policy with one statement, where every resource matches."""
    policy = parsed({"Statement": [statement]})
    return judge(policy, requester, May.READ, OWN).verdict


def test_a_distribution_that_is_not_created_yet_is_compared_by_its_step() -> None:
    """The statement that a plan will write admits only the distribution of that step."""
    ours = oac_statement("cfstream-lectures-oac", "aws", "lectures-media", "", ARN)
    assert verdict(ours, distribution(ARN, OWN)) is Certainty.YES
    assert verdict(ours, distribution(OTHER_ARN, OWN)) is Certainty.NO
    assert verdict(ours, any_distribution()) is Certainty.NO


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (f"arn:aws:cloudfront::{OWN}:distribution/*", Certainty.YES),
        ("arn:aws:cloudfront::*:distribution/*", Certainty.YES),
        ("arn:aws:cloudfront::999988887777:distribution/*", Certainty.NO),
        (f"arn:aws:cloudfront::{OWN}:distribution/E1UGDLB9XZBD79", Certainty.NO),
    ],
)
def test_a_pattern_matches_a_distribution_that_is_not_created_yet(pattern: str, expected: Certainty) -> None:
    """Its ARN has the account, and an id that no live statement names."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Condition": {"StringLike": {"aws:SourceArn": pattern}},
    }
    assert verdict(statement, distribution(ARN, OWN)) is expected


def test_an_identity_that_is_not_created_yet_is_compared_by_its_step() -> None:
    """The statement for an OAI of the same plan admits only that OAI."""
    reference = Ref(StepId("create oai:lectures"))
    ours = oai_statement("cfstream-lectures-oai", "aws", "lectures-media", "", [reference])
    assert isinstance(ours["Principal"]["AWS"], Joined)
    assert verdict(ours, oai(reference)) is Certainty.YES
    assert verdict(ours, oai("E74FTE3AEXAMPLE")) is Certainty.NO


def test_a_canonical_user_id_names_its_identity() -> None:
    """S3 accepts an OAI by its canonical user id."""
    statement = {"Effect": "Allow", "Principal": {"CanonicalUser": "c" * 64}, "Action": "s3:GetObject"}
    assert verdict(statement, oai("E1", "c" * 64)) is Certainty.YES
    assert verdict(statement, oai("E2", "d" * 64)) is Certainty.NO


def test_the_resource_decides_per_key() -> None:
    """An Allow counts if its resource may match; a Deny counts only if its resource certainly matches."""
    policy = parsed(
        {
            "Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"},
                {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject"},
            ]
        }
    )
    both, first = 0b11, 0b01

    def judged(certain: int, possible: int) -> Judgement:
        return judge(policy, any_distribution(), May.READ, OWN, certain=certain, possible=possible)

    assert judged(both, both).denied_by == (1,)
    assert judged(first, both).verdict is Certainty.YES
    only_may = judged(0, both)
    assert (only_may.verdict, only_may.undecided) == (Certainty.MAYBE, ("Resource",))
    assert judged(0, 0).verdict is Certainty.NO


def test_actions_on_objects_and_on_the_bucket_are_judged_apart() -> None:
    """A reader that may write object ACLs may not write the policy."""
    policy = parsed({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObjectAcl"}]})
    found = {
        on: judge(
            policy,
            any_distribution(),
            May.MANAGE,
            OWN,
            only=actions(May.MANAGE, on),
        ).verdict
        for on in (ResourceType.OBJECT, ResourceType.BUCKET)
    }
    assert found == {ResourceType.OBJECT: Certainty.YES, ResourceType.BUCKET: Certainty.NO}


@pytest.mark.parametrize(
    ("principal_element", "condition", "public"),
    [
        ("*", {}, True),
        ({"AWS": "*"}, {}, True),
        ({"Service": "cloudfront.amazonaws.com"}, {}, False),
        ("*", {"StringEquals": {"aws:SourceVpc": "vpc-1"}}, False),
        ("*", {"StringLike": {"aws:SourceVpc": "vpc-*"}}, True),
        ("*", {"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}, True),
        ("*", {"ForAllValues:StringEquals": {"aws:SourceVpc": "vpc-1"}}, True),
        ("*", {"StringEquals": {"aws:SourceVpc": "${aws:username}"}}, True),
        ("*", {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, False),
        ("*", {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
        ("*", {"IpAddress": {"aws:SourceIp": "2.0.0.0/7"}}, True),
        ("*", {"IpAddress": {"aws:SourceIp": "2000::/31"}}, True),
        ("*", {"ArnLike": {"s3:DataAccessPointArn": f"arn:aws:s3:*:{OWN}:accesspoint/*"}}, False),
        ("*", {"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:*:*:accesspoint/*"}}, True),
    ],
)
def test_s3_counts_a_policy_as_public(principal_element: Any, condition: Any, public: bool) -> None:
    """It is public unless a fixed value limits it (S3 User Guide, "Blocking public access")."""
    statement = {
        "Effect": "Allow",
        "Principal": principal_element,
        "Action": "s3:GetObject",
        "Condition": condition,
    }
    assert is_public({"Statement": [statement]}) is public


def test_no_policy_is_not_public() -> None:
    """Without a policy, or with only a Deny, nothing is public."""
    assert not is_public(None)
    assert not is_public({"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*"}]})


def test_restriction_leaves_services_and_the_own_account() -> None:
    """RestrictPublicBuckets denies other accounts. For an OAI, AWS does not document it."""
    found = [
        survives_restriction(each, OWN)
        for each in (
            any_distribution(),
            principal(*principals({"AWS": f"arn:aws:iam::{OWN}:role/a"})),
            principal(*principals({"AWS": "arn:aws:iam::999988887777:role/a"})),
            oai("E1"),
        )
    ]
    assert found == [Certainty.YES, Certainty.YES, Certainty.NO, Certainty.MAYBE]


@pytest.mark.parametrize(
    ("condition", "delegates"),
    [
        ({"StringEquals": {"s3:DataAccessPointAccount": OWN}}, True),
        ({"StringEqualsIfExists": {"s3:DataAccessPointAccount": OWN}}, False),
        ({"StringNotEquals": {"s3:DataAccessPointAccount": OWN}}, False),
        ({"StringEquals": {"s3:DataAccessPointAccount": [OWN, "999988887777"]}}, False),
        ({"ArnLike": {"s3:DataAccessPointArn": f"arn:aws:s3:eu-west-1:{OWN}:accesspoint/*"}}, True),
        ({"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:eu-west-1:*:accesspoint/*"}}, False),
        ({}, False),
    ],
)
def test_a_statement_delegates_to_own_access_points(condition: Any, delegates: bool) -> None:
    """Only a condition that every request must fulfil delegates."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Condition": condition}
    assert delegates_to_access_points(parse_statement(statement), OWN) is delegates


@pytest.mark.parametrize("version", ["2012-10-17", "2008-10-17", None])
def test_an_older_version_knows_no_variables(version: str | None) -> None:
    """In it, ``${aws:ResourceAccount}`` is plain text, which equals no account."""
    condition = {"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Condition": condition}
    policy = parsed({"Statement": [statement], **({"Version": version} if version else {})})
    found = judge(policy, account(OWN), May.READ, OWN).verdict
    assert found is (Certainty.YES if version == "2012-10-17" else Certainty.NO)


NAMES: list[dict[str, Any]] = [
    {"AWS": "999988887777"},
    {"AWS": "arn:aws:iam::999988887777:root"},
    {"AWS": "arn:aws:iam::999988887777:user/*"},
    {"AWS": "arn:aws:sts::999988887777:assumed-role/player/one"},
    {"AWS": "arn:aws:sts::999988887777:federated-user/ann"},
    {"AWS": "arn:aws-cn:iam::999988887777:role/player"},
    {"AWS": "AROAEXAMPLEID1234567"},
    {"AWS": "AROA1"},
    {"AWS": "somebody"},
    {"Federated": "cognito-identity.amazonaws.com"},
    {"Federated": "www.amazon.com"},
    {"Federated": "graph.facebook.com"},
    {"Federated": "arn:aws:iam::999988887777:oidc-provider/token.actions.githubusercontent.com"},
    {"CanonicalUser": "b" * 64},
    {"Service": "transcribe.amazonaws.com"},
    {"Service": "*"},
    {"Sts": "somebody"},
]


@pytest.mark.parametrize("principal", NAMES, ids=str)
def test_everyone_in_a_statement_is_a_candidate(principal: dict[str, Any]) -> None:
    """For every form of principal, a requester that the statement admits is judged."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject"}
    policy = parsed({"Version": "2012-10-17", "Statement": [statement]})
    assert Certainty.YES in {judge(policy, each, May.READ, OWN).verdict for each in candidates(policy, OWN)}
