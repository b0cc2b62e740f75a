"""The bucket: created if the spec has `create: true`, and otherwise only checked."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from cfstream.domain import Block
from cfstream.errors import Refused, Unreachable
from cfstream.kinds.bucket import BucketKind, WantedBucket, with_encryption
from cfstream.ports import Reads
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.bucket import LiveBucket, read_bucket
from cfstream.stack.live_state import LiveState
from cfstream.steps.create_bucket import CreateBucket
from cfstream.steps.step import Change, Stage
from cfstream.values import Address, Json, Ref
from tests.unit.kinds.live import ACCOUNT, context, distribution, live, ours, proposal
from tests.unit.kinds.s3 import ALL, BUCKET, NONE, denied, elsewhere, missing, s3
from tests.unit.spec.reading import stack


class Writing(BucketKind):
    """The kind in a plan that writes something: it also reads the encryption."""

    def observe(self, aws: Reads, state: LiveState, want: WantedBucket | None) -> LiveBucket:
        return with_encryption(aws, state.context, super().observe(aws, state, want), state.own)


KIND = Writing()
ADDRESS = Address("bucket", "lectures")
HEAD = "version: 1\nname: lectures\ntrusted_signers: [self]\n"
SPEC = HEAD + f"bucket: {BUCKET}\n"
CREATES = HEAD + f"bucket: {{name: {BUCKET}, region: eu-west-1, create: true}}\n"
BY_ACL = "oai: {}\ngrant: {via: object-acl}\n"


def read(aws: Reads) -> LiveBucket:
    """Return the bucket of a run with one stack."""
    return read_bucket(AccountLists(aws), context(SPEC))


def problems(text: str, **replies: Any) -> list[str]:
    """Return the problems of this spec."""
    return [each.what for each in proposal(KIND, context(text), live(**replies)).problems]


def notices(text: str, **replies: Any) -> list[str]:
    """Return the notices about this bucket."""
    return [each.text for each in proposal(KIND, context(text), live(**replies)).notices]


@pytest.mark.parametrize(
    ("grant", "ownership"), [("", "BucketOwnerEnforced"), (BY_ACL, "BucketOwnerPreferred")]
)
def test_made(grant: str, ownership: str) -> None:
    """A missing bucket is created in its region, with ACLs only if grants are on objects."""
    proposed = proposal(KIND, context(CREATES + grant), live(**s3(head=missing("404"))))
    assert proposed.steps == (
        CreateBucket(
            address=ADDRESS,
            stage=Stage.BUCKET,
            because="store the media, with all public access blocked",
            line=4,
            changes=(Change("bucket.name", None, BUCKET), Change("bucket.region", None, "eu-west-1")),
            bucket=BUCKET,
            region="eu-west-1",
            account=ACCOUNT,
            ownership=ownership,
        ),
    )
    assert proposed.brings == {ADDRESS: {"id": Ref(proposed.steps[0].id), "region": "eu-west-1"}}
    assert proposed.problems == ()


def test_a_bucket_that_several_stacks_create() -> None:
    """A step names the other stacks of the run that create the same bucket."""
    own = context(CREATES)
    beside = tuple(own.stack.spec.model_copy(update={"name": name}) for name in (own.name, "clips", "films"))
    (step,) = proposal(KIND, replace(own, beside=beside), live(**s3(head=missing("404")))).steps
    assert step.because.endswith("; clips, films may create it first, and then this step changes nothing")


def test_a_bucket_is_created_in_the_region_of_the_session() -> None:
    """A new bucket whose spec has no region is created in the session's region."""
    text = CREATES.replace("region: eu-west-1, ", "")
    proposed = proposal(KIND, context(text), live(**s3(head=missing("404"))))
    assert proposed.brings[ADDRESS]["region"] == "us-east-1"


@pytest.mark.parametrize("text", [SPEC, CREATES])
def test_an_existing_bucket_is_never_changed(text: str) -> None:
    """A bucket that exists is never changed, whatever its settings are, and its own region is brought."""
    replies = s3(block=NONE, ownership="ObjectWriter", get_bucket_acl={"Owner": {"ID": "0"}, "Grants": []})
    proposed = proposal(KIND, context(text), live(**replies))
    assert proposed.steps == ()
    assert proposed.problems == ()
    assert proposed.brings == {ADDRESS: {"id": BUCKET, "region": "eu-west-1"}}


def test_missing() -> None:
    """A missing bucket that must not be created is a problem."""
    assert problems(SPEC, **s3(head=missing("404"))) == [f"the bucket {BUCKET} does not exist"]


@pytest.mark.parametrize(
    ("names", "correct"),
    [
        (["films", f"{BUCKET}s"], f"write {BUCKET}s, a bucket of this account"),
        (["films"], "correct the name"),
        ([], "correct the name"),
    ],
)
def test_a_misspelt_bucket_gets_the_nearest_one(names: list[str], correct: str) -> None:
    """The fix names the bucket of the account whose name is most similar, if one is."""
    replies = s3(head=missing("404"), list_buckets=[{"Name": name} for name in names])
    (problem,) = proposal(KIND, context(SPEC), live(**replies)).problems
    line = "bucket: {name: lectures-media, create: true}"
    assert problem.do == f"{correct}, or write `{line}` so that apply creates the bucket"


@pytest.mark.parametrize(
    "bucket", ["bucket: lectures-media", "bucket: {name: lectures-media, region: eu-west-1}"]
)
def test_the_line_that_creates_a_missing_bucket_is_a_valid_field(bucket: str) -> None:
    """It can replace the field as it is, and keeps the region."""
    text = re.sub("(?m)^bucket:.*$", bucket, SPEC)
    (found,) = proposal(KIND, context(text), live(**s3(head=missing("404")))).problems
    (line,) = re.findall("`(.*)`", found.do)
    spec = stack(re.sub("(?m)^bucket:.*$", line, text)).spec
    assert spec.bucket.create
    assert spec.bucket.region == stack(text).spec.bucket.region


def test_not_accessible() -> None:
    """A 403 may be another account's bucket or a lack of permission: the problem names both."""
    (problem,) = proposal(KIND, context(SPEC), live(**s3(head=denied("s3:ListBucket")))).problems
    assert problem.what == f"the bucket {BUCKET} is not accessible: Access Denied"
    assert problem.do == f"check that it belongs to account {ACCOUNT}, and that s3:ListBucket is allowed"


def test_followed_to_its_region() -> None:
    """A bucket whose region the spec does not set is read in its own region."""
    proposed = proposal(KIND, context(SPEC), live(**s3(head=elsewhere("eu-central-1"))))
    assert proposed.brings[ADDRESS]["region"] == "eu-central-1"
    assert proposed.problems == ()


def test_in_another_region() -> None:
    """It is a problem if the region in the spec is not the bucket's."""
    text = HEAD + f"bucket: {{name: {BUCKET}, region: us-west-2}}\n"
    assert problems(text, **s3(head=elsewhere("eu-central-1"))) == [
        f"the bucket {BUCKET} is in eu-central-1, not in us-west-2"
    ]


def test_acls_disabled() -> None:
    """Grants on objects need ACLs."""
    (what,) = problems(SPEC + BY_ACL, **s3())
    assert "has ACLs disabled" in what
    assert problems(SPEC + BY_ACL, **s3(ownership="BucketOwnerPreferred")) == []


def test_other_refusals() -> None:
    """A refusal that means neither "does not exist" nor "not allowed" ends the plan."""
    with pytest.raises(Refused, match="400"):
        read(live(**s3(head=Refused("s3:HeadBucket", "400", "Bad Request", status=400))))
    with pytest.raises(Refused, match="InternalError"):
        read(live(**s3(ownership=Refused("s3:Get", "InternalError", ""))))


def test_not_readable_counts_as_absent() -> None:
    """A setting that cannot be read counts as absent, and a notice names the action."""
    replies = s3(
        block=denied("s3:GetBucketPublicAccessBlock"),
        ownership=denied("s3:GetBucketOwnershipControls"),
        encryption=denied("s3:GetEncryptionConfiguration"),
        account_block=denied("s3:GetAccountPublicAccessBlock"),
        points=denied("s3:ListAccessPoints"),
        get_bucket_acl=denied("s3:GetBucketAcl"),
    )
    aws = live(**replies)
    seen = with_encryption(aws, context(SPEC), read(aws), None)
    assert (seen.effective, seen.ownership, seen.encryption, seen.grants) == (Block(), "", None, ())
    text = " ".join(notice.text for notice in seen.notices)
    for action in (
        "GetBucketPublicAccessBlock",
        "GetBucketOwnershipControls",
        "GetEncryptionConfiguration",
        "GetAccountPublicAccessBlock",
        "ListAccessPoints",
        "GetBucketAcl",
    ):
        assert action in text


def test_s3_control_not_reachable() -> None:
    """An endpoint without S3 Control adds a notice, and does not stop the plan."""

    def unreachable(params: Any) -> Any:
        raise Unreachable("s3control: no route")

    assert notices(SPEC, **{**s3(), "list_access_points": unreachable}) == [
        "this plan assumes no access points, because they cannot be listed: s3control: no route"
    ]


def test_effective_block() -> None:
    """The stricter of the bucket's and the account's block counts.

    The account's is read only if it matters: if the bucket's own is not complete and something is public.
    """
    half = {**NONE, "BlockPublicAcls": True}
    public = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}]}
    replies = s3(block=half, account_block={**NONE, "BlockPublicPolicy": True}, policy=public)
    assert read(live(**replies)).effective == Block(acls=True, policy=True)
    unasked = Refused("s3control", "Boom", "")
    assert read(live(**s3(account_block=unasked, policy=public))).effective.complete
    closed = read(live(**s3(block=half, account_block=unasked)))
    assert (closed.effective, closed.notices) == (Block(acls=True), ())


def test_acl_read_where_it_counts() -> None:
    """The bucket's ACL is read only if ACLs are enabled. IgnorePublicAcls keeps grants to other accounts."""
    grants = [{"Grantee": {"Type": "Group", "URI": "http://acs/global/AllUsers"}, "Permission": "READ"}]
    acl = {"Owner": {"ID": "0"}, "Grants": grants}
    seen = read(live(**s3(block=NONE, ownership="ObjectWriter", get_bucket_acl=acl)))
    assert seen.grants == (("http://acs/global/AllUsers", "READ"),)
    acl = {"Owner": {"ID": "0"}, "Grants": [{"Grantee": {"ID": "8" * 64}, "Permission": "FULL_CONTROL"}]}
    seen = read(live(**s3(block=ALL, ownership="ObjectWriter", get_bucket_acl=acl)))
    assert seen.grants == (("8" * 64, "FULL_CONTROL"),)
    unasked = Refused("s3:GetBucketAcl", "Boom", "")
    assert read(live(**s3(block=NONE, get_bucket_acl=unasked))).grants == ()


def test_legacy_ownership() -> None:
    """Without ownership controls, ACLs are enabled. Without a reply about encryption, there is none."""
    replies = s3(
        ownership=missing("OwnershipControlsNotFoundError"),
        encryption=missing("ServerSideEncryptionConfigurationNotFoundError"),
    )
    seen = read(live(**replies))
    assert (seen.ownership, seen.encryption) == ("ObjectWriter", None)


POINTS: list[Json] = [
    {"Name": "b", "Bucket": BUCKET, "Alias": "b-1-s3alias", "VpcConfiguration": {"VpcId": "vpc-1"}},
    {"Name": "other", "Bucket": "other"},
    {"Name": "a", "Bucket": BUCKET},
]
PUBLIC_POINT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}],
}


def point_replies(policy: Any = None) -> dict[str, Any]:
    """Return replies about access points, each with this policy; an exception refuses to show it."""

    def of_point(params: Any) -> Any:
        if isinstance(policy, Exception):
            raise policy
        if policy is None:
            raise missing("NoSuchAccessPointPolicy")
        return {"Policy": json.dumps(policy)}

    return {
        "get_access_point_policy": of_point,
        "get_access_point": {"PublicAccessBlockConfiguration": NONE},
    }


def test_access_points() -> None:
    """The access points of this bucket are read with their policies, sorted by name."""
    seen = read(live(**s3(points=POINTS, **point_replies(PUBLIC_POINT))))
    assert [(each.name, each.alias, each.vpc, each.policy) for each in seen.access_points] == [
        ("a", "", "", PUBLIC_POINT),
        ("b", "b-1-s3alias", "vpc-1", PUBLIC_POINT),
    ]
    assert notices(SPEC, **s3(points=POINTS, **point_replies())) == []


def test_access_point_that_cannot_be_read() -> None:
    """A policy of an access point that cannot be read is a warning with the action."""
    refused = denied("s3:GetAccessPointPolicy")
    (text, _) = notices(SPEC, **s3(points=POINTS, **point_replies(refused)))
    assert text.startswith("it is unknown who can read through the access point a: s3:GetAccessPointPolicy")


@pytest.mark.parametrize(
    "replies",
    [
        s3(block=NONE, account_block=ALL, ownership="ObjectWriter"),
        s3(block=NONE, account_block=ALL, points=POINTS, **point_replies(PUBLIC_POINT)),
        s3(block=NONE, account_block=ALL, points=POINTS, **point_replies(denied("s3:GetAccessPointPolicy"))),
        s3(block=NONE, account_block=ALL, policy=denied("s3:GetBucketPolicy")),
    ],
    ids=[
        "ACLs of objects",
        "policy of an access point",
        "unknown policy of an access point",
        "unknown policy of the bucket",
    ],
)
def test_the_block_of_the_account_is_read_if_anything_may_be_public(replies: Any) -> None:
    """The account's block also closes public ACLs of objects and public access points, so it is read for them."""
    assert read(live(**replies)).effective.complete


def test_an_existing_open_bucket_has_a_notice() -> None:
    """If a bucket with `create: true` exists and is open, it is not changed, and a notice names it."""
    assert notices(CREATES, **s3(block=NONE)) == [
        f"the bucket {BUCKET} exists and does not block all public access; cfstream leaves it as it is"
    ]


KMS = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:aws:kms:eu-west-1:123456789012:key/1"}
OWN_KEY = {"KeyMetadata": {"KeyManager": "CUSTOMER", "KeyId": "1"}}
ALLOW = '"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "kms:*"'
DECRYPT = '{"Statement": [{' + ALLOW + "}]}"


@pytest.mark.parametrize("access", ["oai: {}\n", "origin_access: none\n"])
def test_kms_without_oac(access: str) -> None:
    """Only an OAC can read what SSE-KMS encrypts."""
    (what,) = problems(SPEC + access, **s3(encryption=KMS))
    assert "only an origin access control can read" in what


@pytest.mark.parametrize(
    ("encryption", "key"),
    [
        ({"SSEAlgorithm": "aws:kms"}, None),
        ({"SSEAlgorithm": "aws:kms:dsse", "KMSMasterKeyID": "arn:x:alias/aws/s3"}, None),
        (KMS, {"KeyMetadata": {"KeyManager": "AWS", "KeyId": "1"}}),
    ],
)
def test_kms_by_aws_managed_key(encryption: Any, key: Any) -> None:
    """The policy of the key aws/s3 cannot allow CloudFront to decrypt, under any name of the key."""
    (what,) = problems(SPEC, **s3(encryption=encryption, describe_key=key))
    assert "the key aws/s3" in what


def test_kms_key_that_allows() -> None:
    """A key whose policy allows CloudFront to decrypt has no notice."""
    replies = s3(encryption=KMS, describe_key=OWN_KEY, get_key_policy={"Policy": DECRYPT})
    assert notices(SPEC, **replies) == []


@pytest.mark.parametrize(
    "policy",
    [
        '{"Statement": []}',
        DECRYPT.replace("kms:*", "kms:Encrypt"),
        DECRYPT.replace("Allow", "Deny"),
        DECRYPT[:-3]
        + ', "Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:cloudfront::1:distribution/EX"}}}]}',
    ],
)
def test_kms_key_that_does_not_allow(policy: str) -> None:
    """A notice has the missing statement of the key's policy, ready to copy, for the live distribution."""
    replies = s3(encryption=KMS, describe_key=OWN_KEY, get_key_policy={"Policy": policy})
    (text,) = notices(SPEC, **{**replies, **ours(distribution("E1DIST"))})
    assert "does not allow CloudFront to decrypt" in text
    assert '{"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/E1DIST"}' in text


def test_kms_key_that_cannot_be_read() -> None:
    """If the key's policy cannot be read, a notice still has the statement that it needs."""
    (text,) = notices(SPEC, **s3(encryption=KMS, describe_key=denied("kms:DescribeKey")))
    assert "cannot be read: kms:DescribeKey was refused" in text
    assert "distribution/<id of the distribution, known after apply>" in text


def test_relied_on() -> None:
    """A plan relies on the bucket's settings, but not on notices about what could not be read."""
    one = proposal(KIND, context(SPEC), live(**s3())).relied_on
    assert one == proposal(KIND, context(SPEC), live(**s3(points=denied("s3:ListAccessPoints")))).relied_on
    assert one != proposal(KIND, context(SPEC), live(**s3(ownership="ObjectWriter"))).relied_on
    assert one != proposal(KIND, context(SPEC), live(**s3(head=missing("404")))).relied_on


def test_usable() -> None:
    """A bucket is usable if it exists and is accessible."""
    assert LiveBucket(BUCKET).usable
    assert not LiveBucket(BUCKET, missing=True).usable
    assert not LiveBucket(BUCKET, why_not="403").usable
