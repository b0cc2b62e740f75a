"""What may not be read is not verified: there is a finding or a notice for it, and the rest is judged."""

from typing import NamedTuple

import pytest

from cfstream.verification import Verdict
from cfstream.workflow import access_of
from tests.verify.account import VerifiedAccount
from tests.world.denied import deny
from tests.world.specs import by_acl, without


class Denied(NamedTuple):
    """A read that is denied, the part whose finding says so, its claim, its reason and its fix."""

    operation: str
    part: str
    claim: str
    why: str
    do: str
    key: str = ""


CASES = (
    Denied(
        "get_bucket_policy",
        "policy",
        "the bucket policy has no openings",
        "get_bucket_policy was refused: not allowed (AccessDenied)",
        "allow s3:GetBucketPolicy",
    ),
    Denied(
        "get_object_acl",
        "ACLs",
        "no ACL is an opening (7 objects read)",
        "the ACLs of 1 object of 7 cannot be read",
        "allow s3:GetObjectAcl",
        "a/one.mp4",
    ),
    Denied(
        "get_access_point_policy",
        "access point media-point",
        "the access point media-point is not an opening",
        "get_access_point_policy was refused: not allowed (AccessDenied)",
        "allow s3:GetAccessPointPolicy",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.operation)
def test_what_may_not_be_read_is_not_verified(account: VerifiedAccount, case: Denied) -> None:
    """The finding has the reason and the permission."""
    account.access_point("media-point")
    deny(account, case.operation, **({"Key": case.key} if case.key else {}))
    proof = account.proof(key=account.key)
    found = [(each.part, each.claim, each.why, each.do) for each in proof.unproved]
    assert (case.part, case.claim, case.why, case.do) in found
    assert proof.exit_code == 1
    assert any(each.brief == "signed URL" and each.verdict is Verdict.HELD for each in proof.findings)


@pytest.mark.parametrize(
    ("operation", "notice"),
    [
        (
            "list_objects_v2",
            "the objects of media cannot be listed: list_objects_v2 was refused: not allowed (AccessDenied)",
        ),
        ("head_bucket", "bucket media cannot be read"),
    ],
)
def test_objects_that_may_not_be_listed(account: VerifiedAccount, operation: str, notice: str) -> None:
    """Paths without an object are requested, and a notice says so."""
    enforced = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    account.s3.put_bucket_ownership_controls(Bucket="media", OwnershipControls=enforced)
    deny(account, operation)
    proof = account.proof(key=account.key)
    asked = "paths without an object were requested, which does not prove that objects are served"
    assert f"{notice}: {asked}" in [each.text for each in proof.notices]


def test_a_policy_that_may_not_be_read_is_a_warning_of_access(account: VerifiedAccount) -> None:
    """Every distribution may read then, as far as it is known."""
    deny(account, "get_bucket_policy")
    (found,) = access_of(account.load(account.spec), account.world)
    text = "the bucket policy could not be read: get_bucket_policy was refused: not allowed (AccessDenied)"
    assert text in [each.text for each in found.notices if each.warning]
    assert {row.certain for row in found.rows} == {False}


def test_settings_that_may_not_be_read_count_as_absent(account: VerifiedAccount) -> None:
    """`plan`, `access` and `verify` say so."""
    deny(account, "list_access_points")
    text = "this plan assumes no access points, because they cannot be listed: list_access_points was refused"
    (found,) = access_of(account.load(account.spec), account.world)
    for notices in (account.stack(account.spec).notices, found.notices, account.proof().notices):
        assert any(each.text.startswith(text) for each in notices)


def test_a_sample_is_not_every_acl(empty: VerifiedAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """The claim says how many ACLs were read, and how to read all."""
    spec = {**without(by_acl(), "trusted_signers"), "key_groups": empty.spec["key_groups"]}
    empty.unblocked()
    empty.made(spec)
    for name, number in {"MOST_READ": 2, "FROM_START": 1, "LISTS": 0}.items():
        monkeypatch.setattr(f"cfstream.kinds.object_acl.sample.{name}", number)
    claims = [each.claim for each in empty.proof(spec).findings if each.part == "ACLs"]
    assert claims == [
        "no ACL of a sample is an opening (1 object read, of a bucket with more: --all-objects reads all)"
    ]
