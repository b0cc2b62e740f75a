"""Bucket policies as documents: what they contain, and how statements are added and removed."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfstream.policy_document import (
    NamedPrincipal,
    by_sid,
    canonical,
    dead_principals,
    dump,
    equal,
    merge,
    oac_statement,
    oai_statement,
    parse,
    policy_digest,
    prefix_of,
    principals,
    same_policy,
    source_arns,
)
from cfstream.values import Ref, StepId
from tests.thorough import examples

OAI = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2OAI"
CANONICAL_USER = "7" * 96
IDENTITIES = {CANONICAL_USER: "E2OAI"}
DISTRIBUTION = "arn:aws:cloudfront::123456789012:distribution/E1DIST"
SID = "cfstream-lectures-oai"
WANTED = oai_statement(SID, "aws", "media", "", ["E2OAI"])
AIDA = "AIDAJ3EXAMPLE7QUSDP"


def allow(
    principal: Any = "*", resource: Any = "arn:aws:s3:::media/*", action: Any = "s3:GetObject", **more: Any
) -> Any:
    """Return an Allow for anyone to read the whole bucket, except for `fields`."""
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource, **more}


def policy(*statements: Any) -> Any:
    """Return a policy with these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.mark.parametrize(
    ("principal", "named"),
    [
        ("*", NamedPrincipal("anyone")),
        ({"AWS": "*"}, NamedPrincipal("anyone")),
        ({"AWS": ["*"]}, NamedPrincipal("anyone")),
        ({"AWS": OAI}, NamedPrincipal("oai", "E2OAI")),
        ({"AWS": OAI.replace(" ", "_")}, NamedPrincipal("oai", "E2OAI")),
        ({"AWS": OAI.replace("arn:aws:", "arn:aws-cn:")}, NamedPrincipal("oai", "E2OAI")),
        ({"CanonicalUser": CANONICAL_USER}, NamedPrincipal("oai", "E2OAI")),
        ({"CanonicalUser": "8" * 64}, NamedPrincipal("canonical-user", "8" * 64)),
        ({"AWS": "111122223333"}, NamedPrincipal("account", "111122223333")),
        ({"AWS": "arn:aws:iam::111122223333:root"}, NamedPrincipal("account", "111122223333")),
        (
            {"AWS": "arn:aws:iam::111122223333:role/x"},
            NamedPrincipal("aws", "arn:aws:iam::111122223333:role/x"),
        ),
        ({"AWS": AIDA}, NamedPrincipal("pending", AIDA)),
        ({"Service": "cloudfront.amazonaws.com"}, NamedPrincipal("service", "cloudfront.amazonaws.com")),
        ({"Federated": "idp"}, NamedPrincipal("federated", "idp")),
    ],
)
def test_principal_forms(principal: Any, named: NamedPrincipal) -> None:
    """All of IAM's forms of a principal are one principal."""
    assert principals(allow(principal), IDENTITIES) == {named}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (allow({"AWS": OAI}), allow({"CanonicalUser": CANONICAL_USER})),
        (allow({"AWS": OAI}), allow({"AWS": [OAI.replace(" ", "_")]})),
        (allow(action="s3:GetObject"), allow(action=["S3:getobject"])),
        (allow(resource=["b", "a"]), allow(resource=["a", "b", "a"])),
        (allow(Sid="one"), allow(Sid="two")),
        (
            allow(Condition={"StringEquals": {"AWS:SourceArn": DISTRIBUTION}}),
            allow(Condition={"StringEquals": {"aws:sourcearn": [DISTRIBUTION]}}),
        ),
        (
            allow(Condition={"Bool": {"aws:SecureTransport": False}}),
            allow(Condition={"Bool": {"aws:SecureTransport": "false"}}),
        ),
        (allow(Condition={}), allow()),
    ],
)
def test_equal_meaning(one: Any, other: Any) -> None:
    """Forms that IAM treats the same have one canonical form."""
    assert canonical(one, IDENTITIES) == canonical(other, IDENTITIES)


@pytest.mark.parametrize(
    "other",
    [
        {**allow(), "Effect": "Deny"},
        allow({"AWS": OAI}),
        allow(action=["s3:GetObject", "s3:PutObject"]),
        allow(resource="arn:aws:s3:::media/A/*"),
        allow(Condition={"StringEquals": {"aws:SourceArn": DISTRIBUTION}}),
        {**allow(), "NotAction": "s3:GetObject"},
        {
            "Effect": "Allow",
            "NotPrincipal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::media/*",
        },
    ],
)
def test_unequal_meaning(other: Any) -> None:
    """Forms that IAM treats differently have different canonical forms."""
    assert canonical(allow()) != canonical(other)


def test_transient_id_of_ours() -> None:
    """A unique id counts as the OAI in a statement of the stack, and in no other."""
    pending = {**WANTED, "Principal": {"AWS": AIDA}}
    assert equal(pending, WANTED, ours=True)
    assert not equal(pending, WANTED)
    assert not equal({**pending, "Action": "s3:*"}, WANTED, ours=True)


def test_the_transient_id_of_an_identity_that_the_plan_creates() -> None:
    """A unique id never counts as an OAI that this plan creates."""
    statement = oai_statement(
        SID, "aws", "media", "", [Ref(StepId("create origin-access-identity:lectures"))]
    )
    assert not equal({**WANTED, "Principal": {"AWS": AIDA}}, statement, ours=True)
    assert not equal(WANTED, statement, ours=True)


def test_statement_of_an_oac() -> None:
    """The statement for an OAC is the one in the Developer Guide."""
    assert oac_statement("S", "aws-cn", "media", "hls/", DISTRIBUTION) == {
        "Sid": "S",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws-cn:s3:::media/hls/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": DISTRIBUTION}},
    }


def test_merge_replaces_in_place() -> None:
    """The stack's statement is replaced in its place, and the others keep their order and their bytes."""
    foreign = {"Resource": ["x"], "Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:*"}
    live = {"Version": "2008-10-17", "Id": "P", "Statement": [{**WANTED, "Action": "s3:*"}, foreign]}
    merged = merge(live, [WANTED], ["cfstream-lectures-oac"])
    assert merged == {"Version": "2008-10-17", "Id": "P", "Statement": [WANTED, foreign]}
    assert json.dumps(foreign, separators=(",", ":")) in dump(merged)


def test_merge_into_nothing() -> None:
    """The first statement creates a policy with the current version, and removing the last one deletes it."""
    assert merge(None, [WANTED], []) == {"Version": "2012-10-17", "Statement": [WANTED]}
    assert merge(policy(WANTED), [], [SID]) is None


def test_single_statement_without_a_list() -> None:
    """A policy whose only statement is not in a list can be read, and is written as a list."""
    live = {"Version": "2012-10-17", "Statement": allow(Sid="Theirs")}
    assert by_sid(live, "Theirs") == allow(Sid="Theirs")
    assert merge(live, [WANTED], []) == policy(allow(Sid="Theirs"), WANTED)


sids = st.sampled_from(
    ["", "Theirs", "cfstream-other-oai", "cfstream-lectures-oac-2", "Cfstream-lectures-oai"]
)
foreign_statements = st.lists(
    st.fixed_dictionaries(
        {
            "Sid": sids,
            "Effect": st.sampled_from(["Allow", "Deny"]),
            "Action": st.lists(st.text(), max_size=2),
        },
        optional={"Condition": st.dictionaries(st.text(), st.dictionaries(st.text(), st.text()), max_size=2)},
    ),
    max_size=5,
)


@settings(max_examples=examples(40))
@given(foreign_statements)
def test_foreign_statements_survive(foreign: list[Any]) -> None:
    """Adding and removing the stack's statement leaves every other statement unchanged."""
    with_ours = merge(policy(*foreign), [WANTED], [])
    assert by_sid(with_ours, SID) == WANTED
    without = merge(parse(dump(with_ours or {})), [], [SID])
    assert without == (policy(*foreign) if foreign else None)


@settings(max_examples=examples(40))
@given(foreign_statements, st.randoms())
def test_digest_knows_no_order(foreign: list[Any], random: Any) -> None:
    """The digest of a policy does not depend on the order of its statements."""
    shuffled = random.sample(foreign, len(foreign))
    assert policy_digest(policy(*foreign)) == policy_digest(policy(*shuffled))


def test_digest_of_content() -> None:
    """The digest distinguishes no policy from an empty one, and different Sids."""
    digests = [
        policy_digest(each) for each in (None, policy(), policy(WANTED), policy({**WANTED, "Sid": "x"}))
    ]
    assert len(set(digests)) == 4


def test_settled_identity_has_not_moved() -> None:
    """A transient id in a stack's OAI statement that becomes its ARN is not a change of the policy."""
    pending = {**WANTED, "Principal": {"AWS": AIDA}}
    assert same_policy(policy(pending), policy(WANTED))
    assert same_policy(policy(WANTED), policy(pending))
    assert not same_policy(policy({**pending, "Sid": "Theirs"}), policy({**WANTED, "Sid": "Theirs"}))
    assert not same_policy(policy(pending), policy({**WANTED, "Action": "s3:*"}))


def test_deleted_principals_in_foreign_statements() -> None:
    """A unique id in a foreign statement is a deleted principal. In a stack's own it is not settled yet."""
    theirs = allow({"AWS": [AIDA, OAI]}, Sid="Theirs")
    ours = {**WANTED, "Principal": {"AWS": AIDA}}
    assert dead_principals(policy(theirs, ours)) == (("Theirs", AIDA),)


def test_pins() -> None:
    """SourceArn limits a statement only with an operator that requires one of its values."""
    assert source_arns(oac_statement("S", "aws", "media", "", DISTRIBUTION)) == (DISTRIBUTION,)
    assert source_arns(allow(Condition={"StringNotEquals": {"aws:SourceArn": DISTRIBUTION}})) is None
    assert source_arns(allow()) is None


def test_prefixes() -> None:
    """A prefix is read only from the form of resource that cfstream writes."""
    assert prefix_of(allow(resource="arn:aws:s3:::media/hls/*"), "media") == "hls/"
    assert prefix_of(allow(resource=["arn:aws:s3:::media/a/*", "arn:aws:s3:::media/b/*"]), "media") is None
    assert prefix_of(allow(resource="arn:aws:s3:::other/*"), "media") is None
