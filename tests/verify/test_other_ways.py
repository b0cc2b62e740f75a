"""Openings other than statements: other distributions, ACLs and access points. Verify names each, with exit code 7."""

import json
from typing import Any

import pytest

from cfstream.verification import StackProof
from tests.verify.account import MEDIA, VerifiedAccount, failed_checks
from tests.verify.openings import BUCKET, CANONICAL, CLOUDFRONT, OBJECTS, OTHER, OWN, THEIRS
from tests.verify.test_openings import judged
from tests.world.specs import Json
from tests.world.statements import allow

POINT = f"arn:aws:s3:us-east-1:{OWN}:accesspoint/media-point"
OBJECTS_OF_POINT = f"{POINT}/object/*"
OWN_POINTS = {"StringEquals": {"s3:DataAccessPointAccount": OWN}}
DELEGATION = allow("Points", "*", [BUCKET, OBJECTS], Action="s3:*", Condition=OWN_POINTS)
"""What delegates to the account's own access points: their policies decide."""


def opened(proof: StackProof, part: str) -> str:
    """Return the text of an opening of this part, and check that verify exits with 7 for it."""
    assert proof.exit_code == 7
    assert part in {each.part for each in proof.broken}
    return failed_checks(proof)


def proof_of(account: VerifiedAccount, **fields: Any) -> StackProof:
    """Return the proof of the good stack with these fields. Its plans do not read the ACLs of objects."""
    return account.proof({**account.spec, **fields})


def add(account: VerifiedAccount, statement: Json) -> None:
    """Add a statement, and block all public access again."""
    account.unblocked()
    account.add_statement(statement)
    account.blocked()


def unsigned(account: VerifiedAccount, **origin: Any) -> Json:
    """Create an unsigned distribution of the account with an origin like the stack's, except for these fields."""
    (ours,) = account.config()["Origins"]["Items"]
    return account.other_distribution(Origins={"Quantity": 1, "Items": [{**ours, **origin}]})


def point(account: VerifiedAccount, *statements: Json, open_: bool = False, delegated: bool = True) -> str:
    """Create an access point of the bucket with this policy, and return its alias."""
    if delegated:
        add(account, DELEGATION)
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)}) if statements else ""
    account.access_point("media-point", policy, open_=open_)
    (row,) = account.s3control.list_access_points(AccountId=OWN)["AccessPointList"]
    return str(row["Alias"])


def grant(account: VerifiedAccount, permission: str, grantee: str, key: str = "a/one.mp4") -> None:
    """Grant on an object, in addition to its owner's grant."""
    acl = account.s3.get_object_acl(Bucket="media", Key=key)
    given = {"Grantee": {"Type": "CanonicalUser", "ID": grantee}, "Permission": permission}
    account.s3.put_object_acl(
        Bucket="media",
        Key=key,
        AccessControlPolicy={"Owner": acl["Owner"], "Grants": [*acl["Grants"], given]},
    )


def test_an_unsigned_distribution_by_a_statement_for_everybody(account: VerifiedAccount) -> None:
    """RestrictPublicBuckets does not deny the account's own distributions, whatever their OAC is."""
    created = unsigned(account)
    add(account, allow("Opening", "*"))
    openings = opened(judged(account), "distributions")
    assert (
        f"anyone can read /*: distribution {created['Id']} (unsigned), bucket policy statement Opening"
        in openings
    )


@pytest.mark.parametrize("spelling", ["arn", "account"])
def test_a_listed_distribution_covers_its_unsigned_viewers(account: VerifiedAccount, spelling: str) -> None:
    """Its ARN or its account in `also_read_by` covers it, with a note. Another distribution is still an opening."""
    created = unsigned(account)
    source = {"StringEquals": {"aws:SourceArn": created["ARN"]}}
    add(account, allow("Mirror", CLOUDFRONT, Condition=source))
    assert f"distribution {created['Id']} (unsigned)" in opened(judged(account), "distributions")
    listed = created["ARN"] if spelling == "arn" else OWN
    proof = judged(account, also_read_by=[listed])
    assert (proof.exit_code, failed_checks(proof)) == (0, "")
    plan = account.stack({**account.spec, "also_read_by": [listed]})
    assert f"the distribution {created['Id']} is listed in also_read_by, and serves anyone" in [
        each.text for each in plan.notices
    ]
    assert "distributions" in {each.part for each in judged(account, also_managed_by=[listed]).broken}


def test_an_object_granted_to_the_identity_of_an_unsigned_distribution(account: VerifiedAccount) -> None:
    """The recipe of 2011 leaves such grants behind."""
    identity = account.make_identity()
    created = unsigned(
        account,
        OriginAccessControlId="",
        S3OriginConfig={"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"},
    )
    grant(account, "READ", account.identities()[identity]["S3CanonicalUserId"])
    openings = opened(account.proof(), "distributions")
    assert f"anyone can read /*: distribution {created['Id']} (unsigned), object ACL" in openings


def test_an_object_granted_to_an_identity_that_nothing_uses(account: VerifiedAccount) -> None:
    """Nobody reads with it, so it is not an opening."""
    identity = account.make_identity()
    grant(account, "READ", account.identities()[identity]["S3CanonicalUserId"])
    assert failed_checks(judged(account)) == ""


@pytest.mark.parametrize(
    ("permission", "lists"),
    [
        ("READ", ("also_read_by",)),
        ("WRITE_ACP", ("also_managed_by",)),
        ("FULL_CONTROL", ("also_read_by", "also_managed_by")),
    ],
)
def test_an_object_granted_to_another_account(
    account: VerifiedAccount, permission: str, lists: tuple[str, ...]
) -> None:
    """IgnorePublicAcls does not affect it. Only both fields together cover it."""
    grant(account, permission, CANONICAL)
    openings = opened(account.proof(), "ACLs")
    assert f"canonical {CANONICAL}" in openings
    assert "/a/one.mp4" in openings
    every = {name: [f"canonical:{CANONICAL}"] for name in lists}
    assert failed_checks(proof_of(account, **every)) == ""
    for name in every:
        fewer = {field: value for field, value in every.items() if field != name}
        assert f"canonical {CANONICAL}" in opened(proof_of(account, **fewer), "ACLs")


@pytest.mark.parametrize(
    ("permission", "field", "fix"),
    [
        ("READ", "also_read_by", "can list the objects: bucket ACL"),
        ("WRITE", "also_managed_by", "can write objects: bucket ACL"),
        ("WRITE_ACP", "also_managed_by", "can change who can read: bucket ACL"),
    ],
)
def test_a_bucket_granted_to_another_account(
    account: VerifiedAccount, permission: str, field: str, fix: str
) -> None:
    """The bucket's own ACL counts too."""
    acl = account.s3.get_bucket_acl(Bucket="media")
    given = {"Grantee": {"Type": "CanonicalUser", "ID": CANONICAL}, "Permission": permission}
    account.s3.put_bucket_acl(
        Bucket="media",
        AccessControlPolicy={"Owner": acl["Owner"], "Grants": [*acl["Grants"], given]},
    )
    assert f"canonical {CANONICAL} {fix}" in opened(judged(account), "ACLs")
    assert failed_checks(judged(account, **{field: [f"canonical:{CANONICAL}"]})) == ""


@pytest.mark.parametrize(
    ("action", "resource", "field", "fix"),
    [
        ("s3:GetObject", OBJECTS_OF_POINT, "also_read_by", "can read"),
        ("s3:ListBucket", POINT, "also_read_by", "can list"),
        ("s3:PutObject", OBJECTS_OF_POINT, "also_managed_by", "can write"),
        ("s3:DeleteObject", OBJECTS_OF_POINT, "also_managed_by", "can write"),
        ("s3:PutObjectAcl", OBJECTS_OF_POINT, "also_managed_by", "can change who can read"),
    ],
)
def test_an_access_point_for_another_account(
    account: VerifiedAccount, action: str, resource: str, field: str, fix: str
) -> None:
    """If the bucket delegates to its access points, their policies are judged."""
    point(account, allow("Theirs", THEIRS, resource, Action=action))
    openings = opened(judged(account), "policy")
    assert f"account {OTHER} {fix}" in openings
    assert "statement Theirs of the access point media-point" in openings
    assert failed_checks(judged(account, **{field: [OTHER]})) == ""


def test_an_access_point_for_any_distribution(account: VerifiedAccount) -> None:
    """The blocks of the access point and of the bucket do not deny CloudFront."""
    point(account, allow("Edges", CLOUDFRONT, OBJECTS_OF_POINT))
    openings = opened(judged(account), "policy")
    assert "anyone through a distribution of any account can read" in openings
    assert "statement Edges of the access point media-point" in openings


def test_an_access_point_as_the_origin_of_an_unsigned_distribution(account: VerifiedAccount) -> None:
    """The alias of an access point is an origin of the bucket too."""
    alias = point(account)
    created = unsigned(account, DomainName=f"{alias}.s3.us-east-1.amazonaws.com")
    source = {"StringEquals": {"aws:SourceArn": created["ARN"]}}
    policy = {
        "Version": "2012-10-17",
        "Statement": [allow("Edge", CLOUDFRONT, OBJECTS_OF_POINT, Condition=source)],
    }
    account.s3control.put_access_point_policy(AccountId=OWN, Name="media-point", Policy=json.dumps(policy))
    openings = opened(judged(account), "distributions")
    assert f"distribution {created['Id']} (unsigned)" in openings
    assert "statement Edge of the access point media-point" in openings
    reply = account.visit(f"https://{created['DomainName']}/a/one.mp4")
    assert (reply.status, reply.body) == (200, MEDIA["a/one.mp4"])


def test_access_points_of_another_account(account: VerifiedAccount) -> None:
    """Their policies are not visible, so that account may allow anyone to read."""
    theirs = {"StringEquals": {"s3:DataAccessPointAccount": OTHER}}
    add(account, allow("Points", "*", OBJECTS, Condition=theirs))
    openings = opened(judged(account), "policy")
    assert f"account {OTHER} through an access point of account {OTHER} can read" in openings
    assert failed_checks(judged(account, also_read_by=[OTHER])) == ""


@pytest.mark.parametrize("delegated", [True, False])
def test_access_points_without_other_readers(account: VerifiedAccount, *, delegated: bool) -> None:
    """Delegation alone is not an opening, and neither is an access point without delegation."""
    point(account, *[allow("Theirs", THEIRS, OBJECTS_OF_POINT)] * (not delegated), delegated=delegated)
    assert failed_checks(judged(account)) == ""
