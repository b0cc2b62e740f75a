"""The sandbox and the evaluator, which share no code, agree on every request that the evaluator can decide."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from moto.s3.models import OWNER, FakeBucket, FakeGrant, FakeGrantee, FakeKey, PublicAccessBlock

from cfstream.sandbox import bucket_policy
from cfstream.sandbox.acl import Acl
from cfstream.sandbox.cloudfront import Identity
from cfstream.sandbox.edge import path_patterns, requester, s3_access
from cfstream.sandbox.edge.requester import S3Requester
from tests.evaluator import callers
from tests.evaluator import state as evaluated
from tests.evaluator.build import MEDIA, OAI, OAI_USER, OUR_ARN, config
from tests.evaluator.callers import ANY_ADDRESS, Caller
from tests.evaluator.cloudfront import behavior_for
from tests.evaluator.evaluator import Evaluator
from tests.evaluator.policies import is_public
from tests.evaluator.s3 import LIST, READ
from tests.evaluator.state import ACCOUNT, Bucket, Json, State
from tests.evaluator.worlds import OBJECTS, THEIR_ARN, behaviors, buckets, many, policies

IDENTITY = Identity(OAI, "E0ETAG0000000", 0, {}, canonical_user=OAI_USER)

CALLERS: dict[str, tuple[Caller, tuple[S3Requester, ...]]] = {
    "anyone": (
        callers.anyone(),
        tuple(requester.anonymous(ANY_ADDRESS, scheme) for scheme in ("http", "https")),
    ),
    "the identity": (callers.identity(OAI, OAI_USER), (requester.identity(IDENTITY, "https"),)),
    "our distribution": (callers.distribution(OUR_ARN), (requester.service(OUR_ARN),)),
    "their distribution": (callers.distribution(THEIR_ARN), (requester.service(THEIR_ARN),)),
}


def kept(bucket: Bucket) -> Any:
    """Return the bucket as moto and the sandbox store it."""
    kind: Any = FakeBucket
    created = kind(MEDIA, ACCOUNT, "us-east-1")
    created.policy = json.dumps(bucket.policy).encode() if bucket.policy else None
    created.ownership_rule = bucket.ownership
    switches = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    created.public_access_block = PublicAccessBlock(*(str(bucket.block[name]).lower() for name in switches))
    created.acl = acl(bucket.acl)
    return created


def acl(written: Json | None) -> Acl | None:
    """Return an ACL as the sandbox stores it."""
    if written is None:
        return None
    grants = [
        FakeGrant(
            [FakeGrantee(grantee_id=each["Grantee"].get("ID", ""), uri=each["Grantee"].get("URI", ""))],
            [each["Permission"]],
        )
        for each in written["Grants"]
    ]
    owner = written["Owner"]["ID"]
    return Acl(OWNER if owner == evaluated.OWNER else owner, grants)


@many
@given(buckets(), st.sampled_from(OBJECTS))
def test_s3(bucket: Bucket, name: str) -> None:
    """Who reads an object and who lists the bucket, by policy, ACL, ownership and block public access."""
    judge = Evaluator(State(buckets={MEDIA: bucket}, identities={OAI: OAI_USER}))
    raw = kept(bucket)
    key: Any = FakeKey(name, b"-", ACCOUNT, region_name="us-east-1", bucket_name=MEDIA)
    key.acl = acl(bucket.objects[name])
    for who, (caller, requests) in CALLERS.items():
        reads = judge.can_read(caller, MEDIA, name)
        if reads is not None:
            assert any(s3_access.may_read(raw, key, each) for each in requests) is reads, (who, READ)
        lists = judge.can_list(caller, MEDIA)
        if lists is not None:
            assert any(s3_access.may_list(raw, each) for each in requests) is lists, (who, LIST)


@many
@given(policies())
def test_public(policy: Json | None) -> None:
    """Which policies S3 calls public."""
    expected = is_public(policy)
    if expected is not None:
        assert bucket_policy.is_public(json.dumps(policy).encode() if policy else None) is expected


@many
@given(behaviors(), st.text(alphabet="ab/.", max_size=7))
def test_behaviors(listed: list[Json], key: str) -> None:
    """Which behavior matches a path."""
    written = config(*listed)
    assert path_patterns.choose(written, f"/{key}") == behavior_for(written, f"/{key}")


def test_an_unsigned_request_has_a_user_id() -> None:
    """It is ``anonymous``, so a condition that the key is present holds."""
    condition = {"Null": {"aws:userid": "false"}}
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::media/*",
    }
    bucket = Bucket("media", policy={"Statement": [{**statement, "Condition": condition}]})
    key: Any = FakeKey("a", b"-", ACCOUNT, region_name="us-east-1", bucket_name=MEDIA)
    assert s3_access.may_read(kept(bucket), key, requester.anonymous(ANY_ADDRESS, "https"))
