"""Which values of AWS's documents are secrets, and what is shown instead."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfstream.policy_document import canonical, equal, policy_digest
from cfstream.secret_values import REDACTED, without_secrets

SECRET = "hunter2"


def statement(condition: Any) -> dict[str, Any]:
    """Return a statement with this condition."""
    return {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "*",
        "Condition": condition,
    }


def policy(condition: Any) -> dict[str, Any]:
    """Return a policy with one such statement."""
    return {"Version": "2012-10-17", "Statement": [statement(condition)]}


SECRETS = [
    {"StringEquals": {"aws:Referer": SECRET}},
    {"StringLike": {"AWS:REFERER": [f"{SECRET}*", "other"]}},
    {"StringNotEqualsIfExists": {"aws:UserAgent": SECRET}},
    {"ForAnyValue:StringLike": {"aws:useragent": [SECRET]}},
]


@pytest.mark.parametrize("condition", SECRETS)
def test_headers_in_conditions_are_hidden(condition: Any) -> None:
    """They are hidden in a document, in a document as text, and in the form that plans compare and show."""
    document = policy(condition)
    for shown in (
        without_secrets(document),
        without_secrets({"Policy": json.dumps(document)}),
        canonical(statement(condition)),
    ):
        assert SECRET not in json.dumps(shown)
        assert REDACTED in json.dumps(shown)


@pytest.mark.parametrize(
    "condition",
    [
        {"Null": {"aws:Referer": "true"}},
        {"StringLike": {"aws:Referer": "*"}},
        {"StringEquals": {"aws:SourceArn": "arn:aws:cloudfront::111122223333:distribution/E1"}},
        {"StringEquals": {"s3:ExistingObjectTag/class": "public"}},
        {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}},
        {"Bool": {"aws:SecureTransport": "false"}},
    ],
)
def test_all_other_values_stay(condition: Any) -> None:
    """Names and labels are needed to judge who can read, and do not give access."""
    document = policy(condition)
    assert without_secrets(document) == document
    text = json.dumps(document, indent=1)
    assert without_secrets({"Policy": text}) == {"Policy": text}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"Policy"', "PRICE"])
def test_a_member_that_only_has_the_name_of_a_policy_stays(text: str) -> None:
    """A member with that name may be anything."""
    assert without_secrets({"Policy": text}) == {"Policy": text}


WORDS = st.text("ab*?", max_size=3) | st.lists(st.text("ab*?", max_size=3), max_size=3)
CONDITIONS = st.dictionaries(
    st.sampled_from(["StringEquals", "StringLike", "Null"]),
    st.dictionaries(st.sampled_from(["aws:Referer", "aws:UserAgent", "aws:SourceIp"]), WORDS, max_size=2),
    max_size=2,
)


@settings(deadline=None)  # a digest is slow on purpose
@given(CONDITIONS, CONDITIONS)
def test_digests_replace_secrets(one: Any, other: Any) -> None:
    """Hiding twice changes nothing more, a hidden policy keeps its digest, and equal policies stay equal."""
    hidden = without_secrets(policy(one))
    assert without_secrets(hidden) == hidden
    assert policy_digest(hidden) == policy_digest(policy(one))
    assert canonical(statement(one)) == canonical(hidden["Statement"][0])
    assert equal(statement(one), statement(other)) == equal(hidden["Statement"][0], statement(other))
