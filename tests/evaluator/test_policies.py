"""Bucket policies, judged by hand: who can read an object, with block public access off and on."""

from typing import Any

import pytest

from tests.evaluator import callers
from tests.evaluator.build import MEDIA, OAI, OAI_ARN, OAI_USER, OUR_ARN, bucket, state, statement
from tests.evaluator.callers import FOREIGN, Caller
from tests.evaluator.evaluator import evaluator
from tests.evaluator.sampling import FOREIGN_DISTRIBUTION
from tests.evaluator.state import ACCOUNT, CLOSED, OPEN, Json

CLOUDFRONT = {"Service": "cloudfront.amazonaws.com"}
CALLERS: dict[str, Caller] = {
    "anyone": callers.anyone(),
    "account": callers.account(),
    "theirs": callers.distribution(FOREIGN_DISTRIBUTION),
    "ours": callers.distribution(OUR_ARN),
    "oai": callers.identity(OAI, OAI_USER),
}
"""Anyone; another account; its distribution; the own distribution; an origin access identity."""

ROLE = f"arn:aws:iam::{FOREIGN}:role/admin"
ALL = "anyone account theirs ours oai"
SERVICES = "theirs ours"


def when(operator: str, key: str, *values: Any) -> Json:
    """One condition."""
    return {operator: {key: list(values)}}


PINNED = when("StringEquals", "AWS:SourceArn", OUR_ARN)
ONLY_US = statement(CLOUDFRONT, PINNED)

# Statement or statements; who can read with the blocks off, and who with all four on. A name with ? is a maybe.
CASES: dict[str, tuple[Json | list[Json], str, str]] = {
    "nothing": ([], "", ""),
    "everyone": (statement(), ALL, f"{SERVICES} oai?"),
    "everyone, as AWS": (statement({"AWS": "*"}), ALL, f"{SERVICES} oai?"),
    "everyone, in a list": (statement({"AWS": ["*", OAI_ARN]}), ALL, f"{SERVICES} oai?"),
    "everyone, one key": (statement(Resource=f"arn:aws:s3:::{MEDIA}/a.mp4"), ALL, f"{SERVICES} oai?"),
    "everyone, another key": (statement(Resource=f"arn:aws:s3:::{MEDIA}/b.mp4"), "", ""),
    "everyone, another action": (statement(Action="s3:ListBucket"), "", ""),
    "everyone, any action": (statement(Action="*"), ALL, f"{SERVICES} oai?"),
    "action with a wildcard in another case": (statement(Action="S3:getobj*"), ALL, f"{SERVICES} oai?"),
    "not another action": (statement(Action=None, NotAction="s3:Put*"), ALL, f"{SERVICES} oai?"),
    "not this action": (statement(Action=None, NotAction="s3:get*"), "", ""),
    "not another key": (
        statement(Resource=None, NotResource="arn:aws:s3:::media/b*"),
        ALL,
        f"{SERVICES} oai?",
    ),
    "not this key": (statement(Resource=None, NotResource="arn:aws:s3:::media/a*"), "", ""),
    "one unknown character": (statement(Resource="arn:aws:s3:::media/a.mp?"), ALL, f"{SERVICES} oai?"),
    "resource in another case": (statement(Resource="arn:aws:s3:::media/A.mp4"), "", ""),
    "resource with a variable": (
        statement(CLOUDFRONT, Resource="arn:aws:s3:::media/${aws:username}*"),
        "theirs? ours?",
        "theirs? ours?",
    ),
    "resource with an escape": (statement(Resource="arn:aws:s3:::media/${*}.mp4"), "", ""),
    "all but the identity": (
        statement(None, NotPrincipal={"AWS": OAI_ARN}),
        "anyone account theirs ours",
        SERVICES,
    ),
    "all but the service": (statement(None, NotPrincipal=CLOUDFRONT), "anyone account oai", "oai?"),
    "the identity": (statement({"AWS": OAI_ARN}), "oai", "oai"),
    "the identity with underscores": (statement({"AWS": OAI_ARN.replace(" ", "_")}), "oai", "oai"),
    "the identity as a canonical user": (statement({"CanonicalUser": OAI_USER}), "oai", "oai"),
    "the identity and everyone": ([statement({"AWS": OAI_ARN}), statement()], ALL, f"{SERVICES} oai?"),
    "another account": (statement({"AWS": FOREIGN}), "account", "account"),
    "the root of another account": (statement({"AWS": f"arn:aws:iam::{FOREIGN}:root"}), "account", "account"),
    "a role of another account": (statement({"AWS": ROLE}), "account", "account"),
    "another account and everyone": ([statement({"AWS": FOREIGN}), statement()], ALL, f"{SERVICES} oai?"),
    "the own account": (statement({"AWS": ACCOUNT}), "", ""),
    "the service, our distribution": (ONLY_US, "ours", "ours"),
    "the service, no condition": (statement(CLOUDFRONT), SERVICES, SERVICES),
    "the service, over TLS": (
        statement(CLOUDFRONT, when("Bool", "aws:SecureTransport", "true")),
        SERVICES,
        SERVICES,
    ),
    "the service, over http": (statement(CLOUDFRONT, when("Bool", "aws:SecureTransport", False)), "", ""),
    "the service, any distribution": (
        statement(CLOUDFRONT, when("ArnLike", "aws:SourceArn", "arn:aws:cloudfront::*:distribution/*")),
        SERVICES,
        SERVICES,
    ),
    "the service, the account's distributions": (
        statement(CLOUDFRONT, when("StringLike", "aws:SourceArn", f"arn:aws:cloudfront::{ACCOUNT}:*")),
        "ours",
        "ours",
    ),
    "the service, the account": (
        statement(CLOUDFRONT, when("StringEquals", "aws:SourceAccount", ACCOUNT)),
        "ours",
        "ours",
    ),
    "the service, another account": (
        statement(CLOUDFRONT, when("StringEquals", "aws:SourceAccount", FOREIGN)),
        "theirs",
        "theirs",
    ),
    "the service, all but another account": (
        statement(CLOUDFRONT, when("StringNotEquals", "aws:SourceAccount", "000000000000")),
        SERVICES,
        SERVICES,
    ),
    "the service, ForAllValues": (
        statement(CLOUDFRONT, when("ForAllValues:StringEquals", "aws:SourceArn", OUR_ARN)),
        "ours",
        "ours",
    ),
    "the service, a source that exists": (
        statement(CLOUDFRONT, when("Null", "aws:SourceArn", "false")),
        SERVICES,
        SERVICES,
    ),
    "the service, no source": (statement(CLOUDFRONT, when("Null", "aws:SourceArn", "true")), "", ""),
    "the service, an organisation": (
        statement(CLOUDFRONT, when("StringEquals", "aws:SourceOrgID", "o-0")),
        "ours?",
        "ours?",
    ),
    "the service, an unknown operator": (
        statement(CLOUDFRONT, when("StringResembles", "aws:SourceArn", OUR_ARN)),
        "theirs? ours?",
        "theirs? ours?",
    ),
    "a service, fixed to a resource": (
        statement({"Service": "s3.amazonaws.com"}, when("ArnLike", "aws:SourceArn", "arn:aws:s3:::media")),
        "",
        "",
    ),
    "everyone, our distribution": (statement("*", PINNED), "ours", "ours"),
    "everyone, our distribution if there is a source": (
        statement("*", when("StringEqualsIfExists", "aws:SourceArn", OUR_ARN)),
        "anyone account ours oai",
        "ours oai?",
    ),
    "everyone, ForAllValues": (
        statement("*", when("ForAllValues:StringEquals", "aws:SourceArn", OUR_ARN)),
        "anyone account ours oai",
        "ours oai?",
    ),
    "everyone, a network": (
        statement("*", when("IpAddress", "aws:SourceIp", "192.0.2.0/24")),
        "oai?",
        "oai?",
    ),
    "everyone, the internet": (
        statement("*", when("IpAddress", "aws:SourceIp", "0.0.0.0/0")),
        "anyone account oai?",
        "oai?",
    ),
    "everyone, the half of it": (
        statement("*", when("IpAddress", "aws:SourceIp", "128.0.0.0/1")),
        "anyone account oai?",
        "oai?",
    ),
    "everyone, outside a network": (
        statement("*", when("NotIpAddress", "aws:SourceIp", "192.0.2.0/24")),
        "anyone account theirs ours oai?",
        "theirs ours oai?",
    ),
    "everyone, a referer": (
        statement("*", when("StringLike", "aws:Referer", "https://www.example.com/*")),
        "anyone? account? theirs? ours? oai?",
        "theirs? ours? oai?",
    ),
    "everyone, an endpoint": (statement("*", when("StringEquals", "aws:SourceVpce", "vpce-1")), "", ""),
    "everyone, an organisation": (
        statement("*", when("StringEquals", "aws:PrincipalOrgID", "o-0")),
        "oai?",
        "oai?",
    ),
    "everyone, the account's principals": (
        statement("*", when("StringEquals", "aws:PrincipalAccount", ACCOUNT)),
        "oai?",
        "oai?",
    ),
    "everyone, by access points": (
        statement("*", when("StringEquals", "s3:DataAccessPointAccount", ACCOUNT)),
        "",
        "",
    ),
    "everyone, but not over http": (
        [statement(), statement("*", when("Bool", "aws:SecureTransport", "false"), Effect="Deny")],
        ALL,
        f"{SERVICES} oai?",
    ),
    "everyone, but denied": ([statement(), statement(Effect="Deny")], "", ""),
    "everyone, but all denied except ours": (
        [statement(), statement("*", when("StringNotEquals", "aws:SourceArn", OUR_ARN), Effect="Deny")],
        "ours",
        "ours",
    ),
    "everyone, but denied by an unknown operator": (
        [statement(), statement("*", when("StringResembles", "a:b", "c"), Effect="Deny")],
        "anyone? account? theirs? ours? oai?",
        "theirs? ours? oai?",
    ),
    "denied except to a role": (
        [statement({"AWS": ROLE}), statement(None, Effect="Deny", NotPrincipal={"AWS": ROLE})],
        "account?",
        "account?",
    ),
    "denied except to a role and its account": (
        [statement({"AWS": ROLE}), statement(None, Effect="Deny", NotPrincipal={"AWS": [ROLE, FOREIGN]})],
        "account",
        "account",
    ),
    "denied on another key": (
        [ONLY_US, statement(Effect="Deny", Resource="arn:aws:s3:::media/b*")],
        "ours",
        "ours",
    ),
    "everyone, and the identity, with a number as the value": (
        statement("*", when("NumericLessThan", "s3:signatureAge", 600)),
        "anyone? account? theirs? ours? oai?",
        "theirs? ours? oai?",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_readers_of_one_object(name: str) -> None:
    """Every caller of `CALLERS` on one object, with block public access off and on."""
    written, off, on = CASES[name]
    statements = written if isinstance(written, list) else [written]
    for block, expected in ((OPEN, off), (CLOSED, on)):
        judge = evaluator(state(bucket(*statements, block=block)))
        found = {who: judge.can_read(caller, MEDIA, "a.mp4") for who, caller in CALLERS.items()}
        marks = {True: "", None: "?"}
        assert {f"{who}{marks[answer]}" for who, answer in found.items() if answer is not False} == set(
            expected.split()
        )


def test_mentions() -> None:
    """Everyone that a policy mentions is tried: accounts, principals, organisations, networks, endpoints."""
    everyone = bucket(
        statement({"AWS": ["111122223333", f"arn:aws:iam::{FOREIGN}:user/x"], "Service": "s3.amazonaws.com"}),
        statement("*", when("IpAddress", "aws:SourceIp", "192.0.2.0/24")),
        statement("*", when("StringEquals", "aws:PrincipalOrgID", "o-1")),
        statement("*", when("StringEquals", "aws:SourceVpce", "vpce-1")),
        statement("*", when("StringEquals", "aws:SourceOrgID", "o-2")),
        statement("*", when("StringEquals", "s3:DataAccessPointAccount", "444455556666")),
        statement({"CanonicalUser": "c" * 64}),
    )
    readings = evaluator(state(everyone)).readings(["a.mp4"], certain=True)
    assert {each.who for each in readings if each.may == "read"} == {
        "account 111122223333",
        f"principal arn:aws:iam::{FOREIGN}:user/x",
        "service s3.amazonaws.com",
        "service s3.amazonaws.com for the account",
        "network 192.0.2.0/24",
        "organisation o-1",
        "network vpce-1",
        "distribution of organisation o-2",
        "account 444455556666 through an access point of account 444455556666",
        "anyone through an access point of account 444455556666",
        f"canonical {'c' * 64}",
    }
