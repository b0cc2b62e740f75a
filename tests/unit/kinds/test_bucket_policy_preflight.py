"""What a grant by bucket policy must wait for, what it would open, and what S3 would refuse of it."""

from typing import Any

import pytest

from cfstream.kinds.bucket_policy import BucketPolicyKind
from cfstream.kinds.kind import Proposal
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.grant import Grant
from cfstream.steps.step import Stage
from tests.unit.kinds.live import distribution, live, ours, proposal, scene
from tests.unit.kinds.s3 import BUCKET, NONE, by_oac, by_oai, denied, land, policy_of, s3, signed, statement

KIND = BucketPolicyKind()
SPEC = f"version: 1\nname: lectures\nbucket: {BUCKET}\ntrusted_signers: [self]\n"
OAC = SPEC + "oac: {}\n"
OAI = SPEC + "oai: {}\n"
UNDER = "grant: {prefix: hls/}\n"
THEIRS = statement("Theirs", {"AWS": "111122223333"}, "papers/")


def proposed(text: str, *, own: Any = None, **replies: Any) -> Proposal:
    """What the kind proposes; `own` is our distribution's row, and signed by an OAC where none is given."""
    return proposal(KIND, scene(text), live(**{**ours(own or signed(oac="E3OAC")), **s3(**replies)}), land())


@pytest.mark.parametrize(
    ("text", "own", "stage"),
    [
        (OAC, distribution("E1DIST", oac="E3OAC"), Stage.LATE_GRANT),
        (OAC, distribution("E1DIST", oai="E2OAI"), Stage.GRANT),
        (OAC, distribution("E1DIST", oac="E3OAC", bucket="old-media"), Stage.GRANT),
        (OAC, distribution("E1DIST", oac="E3OAC", enabled=False), Stage.GRANT),
        (OAC, signed(oac="E3OAC", behaviors={"/open/*": ()}), Stage.LATE_GRANT),
        (
            OAC + 'http: {behaviors: [{path: "/open/*", public: true}]}\n',
            signed(oac="E3OAC", behaviors={"/open/*": ()}),
            Stage.GRANT,
        ),
        (
            OAC.replace("trusted_signers: [self]", "public: true"),
            distribution("E1DIST", oac="E3OAC"),
            Stage.GRANT,
        ),
        (OAI, distribution("E1DIST", oai="E2OAI"), Stage.LATE_GRANT),
        (OAI, distribution("E1DIST", oai="E9OLD"), Stage.GRANT),
    ],
)
def test_guarded_before_readable(text: str, own: Any, stage: Stage) -> None:
    """A grant that a live distribution would hand to anyone waits until the signers of the spec are in
    force.
    """
    step = proposed(text, own=own).steps[0]
    assert step.stage is stage


def test_successor_of_an_unsigned_identity() -> None:
    """A new OAI gets at once what the former one had, and what lies beyond once the signers are in force."""
    own = distribution("E1DIST", oai="E9OLD")
    seen = policy_of(by_oai("cfstream-lectures-oai", "hls/", "E9OLD"))
    first, second = proposed(OAI, own=own, policy=seen).steps
    assert isinstance(first, Grant)
    assert isinstance(second, Grant)
    assert (first.stage, second.stage) == (Stage.GRANT, Stage.LATE_GRANT)
    assert isinstance(first.edit, PolicyEdit)
    assert isinstance(second.edit, PolicyEdit)
    assert first.edit.put == (by_oai("cfstream-lectures-oai", "hls/", "E9OLD", "E2OAI"),)
    assert second.edit.put == (by_oai(),)
    assert [change.field for change in first.changes] == ["oai"]
    assert [[hazard.name for hazard in step.hazards] for step in (first, second)] == [[], ["widens-grant"]]


def test_narrowing_need_not_wait() -> None:
    """Narrowing what an unsigned distribution may read is done at once."""
    own = distribution("E1DIST", oac="E3OAC")
    (step,) = proposed(OAC + UNDER, own=own, policy=policy_of(by_oac())).steps
    assert step.stage is Stage.NARROW


def test_served_by_others() -> None:
    """A grant to an OAI by which another distribution serves the bucket unsigned makes it public, and says
    by which.
    """
    others = [
        distribution("E5OPEN", oai="E2OAI"),
        distribution("E6OFF", oai="E2OAI", enabled=False),
        distribution("E7OTHER", oai="E8OAI"),
        distribution("E8ELSE", oai="E2OAI", bucket="else-media"),
        {**signed(oai="E2OAI"), "Id": "E9SIGNED", "ARN": "arn:9"},
    ]
    replies = {**ours(signed(oai="E2OAI"), others), **s3()}
    (step,) = proposal(KIND, scene(OAI), live(**replies), land()).steps
    assert [(hazard.name, hazard.text) for hazard in step.hazards] == [
        ("makes-public", "the distribution E5OPEN reads this bucket by the same identity, for anyone")
    ]
    (step,) = proposal(KIND, scene(OAC), live(**replies), land()).steps
    assert step.hazards == ()


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
    assert "its statement Open is public, and that is blocked" in what
    assert problems(OAC, block=NONE, policy=policy_of(statement("Open", "*"))) == []


def test_too_large() -> None:
    """A policy that would outgrow what S3 takes is a problem, and one that only gets smaller is not."""
    large = [statement(f"Theirs{number}", {"AWS": "111122223333"}, "x" * 900) for number in range(20)]
    (what,) = problems(OAC, policy=policy_of(*large))
    assert "bytes, and S3 takes 20480" in what
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
    """A policy reaches no object of another account, so one in a sample is a problem as long as a grant is
    due.
    """
    (what,) = problems(OAC, **objects("0", "1"))
    assert (
        what == f"another account owns objects in {BUCKET}, which no bucket policy reaches: '1.mp4' for one"
    )
    assert problems(OAC, **objects("0", "0")) == []
    assert problems(OAC, policy=policy_of(by_oac()), **objects("0", "1")) == []
    assert problems(OAC, **{**objects("0", "1"), "list_objects_v2": denied("s3:ListBucket")}) == []
