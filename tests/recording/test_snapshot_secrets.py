"""A snapshot never contains secrets or names of people, and on request no account numbers."""

import json
import re
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from cfstream.ports import Call
from cfstream.recording.accounts import NUMBER, hidden, pseudonym, revealed
from cfstream.recording.redaction import redacted
from cfstream.sandbox.accounts import ACCOUNT
from tests.faults.running import ANY_HAZARD, ScenarioRunner, run
from tests.faults.scenarios import BY_OBJECTS, HTTP, Spec, changed
from tests.recording.through_a_file import SALT, plan_of, text_of, world_in
from tests.world.clients import BotoClients
from tests.world.configs import config, listing, make, origin

AUDITOR = "111122223333"
"""The account that statements of others in the bucket policies name."""

KEPT = {"Comment", "KMSMasterKeyID"}
"""Sensitive by botocore's models, and yet what plans compare and show."""

BUCKET = f"media-{ACCOUNT}"
SPECS: tuple[Spec, ...] = (
    BY_OBJECTS,
    changed(HTTP, "key_groups", name="seminars", trusted_signers=["self", ACCOUNT, "999988887777"]),
    changed(HTTP, "key_groups", name="talks", bucket=BUCKET, trusted_signers=["self"]),
)


@pytest.fixture
def everything(runner: ScenarioRunner, clients: BotoClients) -> ScenarioRunner:
    """An account with numbers in all places, and a shared secret on an origin."""
    runner.restore(runner.initial)
    clients("s3").create_bucket(Bucket=BUCKET)
    clients("s3").put_object(Bucket=BUCKET, Key="recorded-202611261422.mp4", Body=b"-")
    headers = listing({"HeaderName": "X-Origin-Verify", "HeaderValue": "s3cr3t-s3cr3t"})
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    api = {
        "Id": "api",
        "DomainName": "api.example.com",
        "CustomOriginConfig": custom,
        "CustomHeaders": headers,
    }
    make(
        clients("cloudfront"),
        config("verified", Origins=listing(origin(DomainName="lectures.s3.amazonaws.com"), api)),
    )
    run(runner.load(*SPECS), runner.world_at(), ANY_HAZARD)
    return runner


def test_no_secret_is_in_a_snapshot(everything: ScenarioRunner) -> None:
    """Neither values of custom headers nor names of object owners."""
    text = text_of(everything.load(*SPECS), everything.world_at())
    owner = {"Owner": {"ID": "a" * 64, "DisplayName": "somebody@example.com"}}
    assert "somebody" not in str(redacted(Call("s3", "get_object_acl"), owner))
    assert "X-Origin-Verify" in text
    assert not [secret for secret in ("s3cr3t", "hunter2", "DisplayName", "PRIVATE KEY") if secret in text]


def test_no_account_is_in_a_hashed_snapshot(everything: ScenarioRunner) -> None:
    """Neither its number in any text, nor S3's id of it. Dates in names of objects stay."""
    stacks, world = everything.load(*SPECS), everything.world_at()
    text, hashed = text_of(stacks, world), text_of(stacks, world, salt=SALT)
    known = {ACCOUNT, AUDITOR, "999988887777"}
    assert known <= {*NUMBER.findall(text)}
    assert not known & {*NUMBER.findall(hashed)}
    assert "recorded-202611261422.mp4" in hashed
    owners = {*re.findall(r'"Owner": {\s*"ID": "([0-9a-f]+)"', text)}
    assert owners
    assert not [owner for owner in owners if owner in hashed]
    identities = {*re.findall(r'"S3CanonicalUserId": "(\w+)"', text)}
    assert identities == {*re.findall(r'"S3CanonicalUserId": "(\w+)"', hashed)}


def test_a_hashed_snapshot_gives_the_same_plan(everything: ScenarioRunner) -> None:
    """Only the digits of accounts that the specs do not name differ, and digests."""
    specs = (
        SPECS[0],
        changed(SPECS[1], trusted_signers=["self", "444455556666"], comment="changed"),
        SPECS[2],
    )
    world, after = everything.world_at(), everything.load(*specs)
    text = text_of(everything.load(*SPECS), world, salt=SALT)
    from_aws, from_hashed = plan_of(after, world), plan_of(after, world_in(text, after, world))
    hashed = from_aws
    for number in (AUDITOR, "999988887777"):
        hashed = hashed.replace(number, pseudonym(number, SALT))
    assert "444455556666" in hashed
    assert comparable(from_hashed) == comparable(hashed)


def test_accounts_in_the_specs_are_restored() -> None:
    """A number, or S3's id, is restored if the specs have it. Tags are not names of objects."""
    tag = {"Key": "of-555566667777", "Value": "ab" * 32}
    masked = [{"AccountId": f"******{ACCOUNT[-6:]}"}, {"AccountId": "******654321"}, {"Note": "*1"}]
    document = {
        "format_version": 1,
        "kind": "x",
        "cfstream_version": "0",
        "taken": "2026-11-26",
        "account": ACCOUNT,
        "accounts": [
            {
                "account": ACCOUNT,
                "reads": [
                    {
                        "service": "cloudfront",
                        "operation": "x",
                        "rows": [tag, f"arn:aws:iam::{AUDITOR}:root", masked],
                    }
                ],
            }
        ],
    }
    text = json.dumps(hidden(document, SALT))
    assert not [
        each for each in (ACCOUNT, AUDITOR, "555566667777", "ab" * 32, "654321", ACCOUNT[-6:]) if each in text
    ]
    assert text.count(pseudonym(ACCOUNT, SALT)) == 3
    assert '"*1"' in text
    back = revealed(text, SALT, [f"arn:aws:acm:us-east-1:{AUDITOR}:certificate/x", "ab" * 32])
    assert AUDITOR in back
    assert "ab" * 32 in back
    assert ACCOUNT not in back


def test_every_sensitive_member_is_handled() -> None:
    """Each member of a recorded reply that botocore marks as sensitive is redacted, or on the list of kept ones."""
    call = Call("cloudfront", "get_distribution", {})
    hidden_ones = {
        member
        for member in {name for shape in _recorded_shapes() for name in _sensitive(shape, frozenset())} - KEPT
        if redacted(call, {member: "x"}) == {member: "x"}
    }
    assert hidden_ones == set()


def _recorded_shapes() -> Iterator[Any]:
    session: Any = botocore.session.Session()
    operations = {
        "cloudfront": r".*(Distributions?|AccessControl.*|AccessIdentit.*|Key.*|CachePol.*|HeadersPol.*)",
        "s3": r"HeadBucket|GetBucket(Policy|Acl|Encryption|OwnershipControls)|GetPublicAccessBlock|GetObjectAcl",
        "acm": r"ListCertificates|DescribeCertificate",
        "route53": r"List(HostedZones|ResourceRecordSets).*",
        "kms": r"DescribeKey|GetKeyPolicy",
        "s3control": r"GetPublicAccessBlock|ListAccessPoints",
    }
    for service, pattern in operations.items():
        model = session.get_service_model(service)
        for name in model.operation_names:
            shape = model.operation_model(name).output_shape
            if re.fullmatch(pattern, name) and name.startswith(("Get", "List", "Head", "Describe")) and shape:
                yield shape


def _sensitive(shape: Any, seen: frozenset[str]) -> Iterator[str]:
    """Return the names of the sensitive members, at any depth."""
    if shape.name in seen:
        return
    deeper = seen | {shape.name}
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if member.metadata.get("sensitive"):
                yield name
            yield from _sensitive(member, deeper)
    elif shape.type_name == "list":
        yield from _sensitive(shape.member, deeper)
    elif shape.type_name == "map":
        yield from _sensitive(shape.value, deeper)


def comparable(plan: str) -> Any:
    """Return the plan without digests of documents with account numbers. Readers are sorted."""
    document = json.loads(re.sub(r"sha256:[0-9a-f]{64}|[0-9a-f]{64}", "…", plan))
    for stack in document["stacks"]:
        stack["exposure"]["access"].sort(key=json.dumps)
    return document
