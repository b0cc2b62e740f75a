"""What S3 would refuse in a bucket policy with the grant."""

from typing import Any

from cfstream.kinds.bucket_policy import BucketPolicyKind
from cfstream.stack.proposal import Proposal
from tests.unit.kinds.live import context, live, ours, proposal
from tests.unit.kinds.s3 import BUCKET, NONE, by_oac, denied, kind_results, policy_of, s3, signed, statement

KIND = BucketPolicyKind()
SPEC = f"version: 1\nname: lectures\nbucket: {BUCKET}\ntrusted_signers: [self]\n"
OAC = SPEC + "oac: {}\n"
OAI = SPEC + "oai: {}\n"
UNDER = "grant: {prefix: hls/}\n"
THEIRS = statement("Theirs", {"AWS": "111122223333"}, "papers/")


def proposed(text: str, *, own: Any = None, **replies: Any) -> Proposal:
    """Return what the kind proposes. `own` is the row of the stack's distribution, by default signed by an OAC."""
    return proposal(
        KIND, context(text), live(**{**ours(own or signed(oac="E3OAC")), **s3(**replies)}), kind_results()
    )


def problems(text: str, **replies: Any) -> list[str]:
    """Return the problems."""
    return [each.what for each in proposed(text, **replies).problems]


def test_policy_that_cannot_be_read() -> None:
    """A policy that cannot be read is a problem that names the action."""
    (problem,) = proposed(OAC, policy=denied("s3:GetBucketPolicy")).problems
    assert problem.what.startswith(f"the policy of {BUCKET} cannot be read: s3:GetBucketPolicy was refused")
    assert problem.do == "allow s3:GetBucketPolicy to these credentials"


def test_a_deleted_principal_in_a_foreign_statement() -> None:
    """If a foreign statement has a deleted principal, S3 would refuse any new policy."""
    dead = {**THEIRS, "Principal": {"AWS": "AIDAJ3EXAMPLE7QUSDP"}}
    (what,) = problems(OAC, policy=policy_of(dead))
    assert what == f"S3 will refuse the policy of {BUCKET}: the statement Theirs names AIDAJ3EXAMPLE7QUSDP"
    assert problems(OAC, policy=policy_of(dead, by_oac())) == []


def test_public_statement_under_a_block() -> None:
    """If public policies are blocked, one public statement makes S3 refuse the whole policy."""
    (what,) = problems(OAC, policy=policy_of(statement("Open", "*")))
    assert "the statement Open is public, which is blocked" in what
    assert problems(OAC, block=NONE, policy=policy_of(statement("Open", "*"))) == []


def test_too_large() -> None:
    """A policy that would be too large for S3 is a problem. One that only gets smaller is not."""
    large = [statement(f"Theirs{number}", {"AWS": "111122223333"}, "x" * 900) for number in range(20)]
    (what,) = problems(OAC, policy=policy_of(*large))
    assert "bytes, and S3 accepts 20480" in what
    assert problems(SPEC + "origin_access: none\n", policy=policy_of(by_oac())) == []


def objects(*owners: str) -> dict[str, Any]:
    """Return replies of a bucket of owner 0 whose objects have these owners."""
    rows = [{"Key": f"{number}.mp4", "Owner": {"ID": owner}} for number, owner in enumerate(owners)]
    return {
        "ownership": "ObjectWriter",
        "list_objects_v2": {"Contents": rows},
        "get_bucket_acl": {"Owner": {"ID": "0"}, "Grants": []},
    }


def test_objects_of_others() -> None:
    """A policy does not apply to objects of other accounts: if a sample has one, a needed grant is a problem."""
    (what,) = problems(OAC, **objects("0", "1"))
    assert (
        what == f"other accounts own objects in {BUCKET}, for example '1.mp4': no bucket policy applies there"
    )
    assert problems(OAC, **objects("0", "0")) == []
    assert problems(OAC, policy=policy_of(by_oac()), **objects("0", "1")) == []
    assert problems(OAC, **{**objects("0", "1"), "list_objects_v2": denied("s3:ListBucket")}) == []
