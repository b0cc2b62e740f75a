"""What S3 would refuse of a grant by bucket policy."""

from typing import Any

from cfstream.kinds.bucket_policy import BucketPolicyKind
from cfstream.stack.proposal import Proposal
from tests.unit.kinds.live import live, ours, proposal, scene
from tests.unit.kinds.s3 import BUCKET, NONE, by_oac, denied, land, policy_of, s3, signed, statement

KIND = BucketPolicyKind()
SPEC = f"version: 1\nname: lectures\nbucket: {BUCKET}\ntrusted_signers: [self]\n"
OAC = SPEC + "oac: {}\n"
OAI = SPEC + "oai: {}\n"
UNDER = "grant: {prefix: hls/}\n"
THEIRS = statement("Theirs", {"AWS": "111122223333"}, "papers/")


def proposed(text: str, *, own: Any = None, **replies: Any) -> Proposal:
    """What the kind proposes; `own` is our distribution's row, and signed by an OAC where none is given."""
    return proposal(KIND, scene(text), live(**{**ours(own or signed(oac="E3OAC")), **s3(**replies)}), land())


def problems(text: str, **replies: Any) -> list[str]:
    """What stands in the way."""
    return [each.what for each in proposed(text, **replies).problems]


def test_policy_that_cannot_be_read() -> None:
    """A policy that may not be read is a problem that names the action."""
    (problem,) = proposed(OAC, policy=denied("s3:GetBucketPolicy")).problems
    assert problem.what.startswith(f"the policy of {BUCKET} cannot be read: s3:GetBucketPolicy was refused")
    assert problem.do == "allow s3:GetBucketPolicy to these credentials"


def test_dead_principal() -> None:
    """A foreign statement whose principal is gone keeps any policy from being put back."""
    dead = {**THEIRS, "Principal": {"AWS": "AIDAJ3EXAMPLE7QUSDP"}}
    (what,) = problems(OAC, policy=policy_of(dead))
    assert what == f"S3 will refuse the policy of {BUCKET}: the statement Theirs names AIDAJ3EXAMPLE7QUSDP"
    assert problems(OAC, policy=policy_of(dead, by_oac())) == []


def test_public_statement_under_a_block() -> None:
    """One public statement makes S3 refuse the whole policy where public policies are blocked."""
    (what,) = problems(OAC, policy=policy_of(statement("Open", "*")))
    assert "the statement Open is public, which is blocked" in what
    assert problems(OAC, block=NONE, policy=policy_of(statement("Open", "*"))) == []


def test_too_large() -> None:
    """A policy that would outgrow what S3 takes is a problem, and one that only gets smaller is not."""
    large = [statement(f"Theirs{number}", {"AWS": "111122223333"}, "x" * 900) for number in range(20)]
    (what,) = problems(OAC, policy=policy_of(*large))
    assert "bytes, and S3 accepts 20480" in what
    assert problems(SPEC + "origin_access: none\n", policy=policy_of(by_oac())) == []


def objects(*owners: str) -> dict[str, Any]:
    """Replies of a bucket of owner 0 whose objects have these owners."""
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
