"""The stack's statement in a bucket policy: when the kind proposes to grant, change and revoke it."""

from typing import Any

import pytest

from cfstream.kinds.bucket_policy import BucketPolicyKind
from cfstream.policy_document import policy_digest
from cfstream.stack.proposal import KindResults, Proposal
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.grant import ProposedGrant
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Change, Stage
from cfstream.values import Address, Joined, Ref, StepId
from tests.unit.kinds.live import ACCOUNT, context, distribution, live, ours, proposal
from tests.unit.kinds.s3 import (
    BUCKET,
    DISTRIBUTION_ARN,
    REGION,
    by_oac,
    by_oai,
    kind_results,
    missing,
    policy_of,
    s3,
    signed,
    statement,
)

KIND = BucketPolicyKind()
ADDRESS = Address("bucket-policy", "lectures")
OLD = Address("bucket-policy", "lectures", "old-media")
SPEC = f"version: 1\nname: lectures\nbucket: {BUCKET}\ntrusted_signers: [self]\n"
OAC = SPEC + "oac: {}\n"
OAI = SPEC + "oai: {}\n"
UNDER = "grant: {prefix: hls/}\n"
THEIRS = statement("Theirs", {"AWS": "111122223333"}, "papers/")


def proposed(text: str, *, results: KindResults | None = None, own: Any = None, **replies: Any) -> Proposal:
    """Return what the kind proposes. `own` is the row of the stack's distribution, by default signed by an OAC."""
    return proposal(
        KIND,
        context(text),
        live(**{**ours(own or signed(oac="E3OAC")), **s3(**replies)}),
        results or kind_results(),
    )


def edit(seen: Any, *, put: tuple[Any, ...] = (), drop: tuple[str, ...] = ()) -> PolicyEdit:
    """Return a change of the bucket's policy."""
    return PolicyEdit(BUCKET, REGION, ACCOUNT, seen, put, frozenset(drop))


def test_first_grant() -> None:
    """Without a statement of the stack, one is added for the distribution.

    The edit starts from the other statements.
    """
    seen = policy_of(THEIRS)
    result = proposed(OAC, policy=seen)
    assert result.steps == (
        ProposedGrant(
            address=ADDRESS,
            stage=Stage.GRANT,
            because="allow the distribution to read objects",
            line=2,
            changes=(Change("grant.via", None, "bucket-policy"),),
            edit=edit(seen, put=(by_oac(),)),
        ),
    )
    (relied,) = result.relied_on
    assert (relied.address, relied.sha256) == (ADDRESS, policy_digest(seen))


def test_a_grant_to_a_resource_that_the_plan_creates() -> None:
    """The statement refers to resources that earlier steps create."""
    creation = StepId("create distribution:lectures")
    brought = {Address("distribution", "lectures"): {"arn": Ref(creation, "arn")}}
    (step,) = proposed(OAC, results=kind_results(brought=brought)).steps
    assert isinstance(step, ProposedGrant)
    assert step.edit == edit(None, put=(by_oac(arn=Ref(creation, "arn")),))


def test_grant_to_a_new_oai() -> None:
    """An OAI is named by its ARN, whose end is the id from the creating step."""
    creation = StepId("create origin-access-identity:lectures")
    brought = {
        Address("origin-access-identity", "lectures"): {
            "id": Ref(creation),
            "canonical_user": Ref(creation, "c"),
        }
    }
    (step,) = proposed(OAI + UNDER, results=kind_results(brought=brought)).steps
    arn = Joined(("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ", Ref(creation)))
    assert isinstance(step, ProposedGrant)
    assert step.edit == edit(None, put=({**by_oai(prefix="hls/"), "Principal": {"AWS": arn}},))
    assert step.changes == (Change("grant.via", None, "bucket-policy"), Change("grant.prefix", None, "hls/"))


@pytest.mark.parametrize(
    ("text", "live_statement"),
    [
        (OAC, by_oac()),
        (OAC, {**by_oac(), "Action": ["S3:GetObject"], "Resource": [f"arn:aws:s3:::{BUCKET}/*"]}),
        (OAI, by_oai()),
        (OAI, {**by_oai(), "Principal": {"CanonicalUser": "7" * 96}}),
        (OAI, {**by_oai(), "Principal": {"AWS": "AIDAJ3EXAMPLE7QUSDP"}}),
        (OAC, {**by_oac(), "Sid": "Theirs"}),
        (OAI, {**by_oai(), "Sid": "Theirs", "Principal": {"CanonicalUser": "7" * 96}}),
    ],
)
def test_nothing_to_do(text: str, live_statement: Any) -> None:
    """A statement that grants exactly what is wanted is enough, in any spelling and from any owner."""
    result = proposed(text, own=signed(oai="E2OAI"), policy=policy_of(THEIRS, live_statement))
    assert result.steps == ()
    assert result.problems == ()


def test_an_identity_left_behind_in_a_statement_of_others() -> None:
    """It stays, because cfstream does not own it. The plan of the change mentions it, and later plans do not."""
    theirs = by_oai("1")
    assert proposed(OAC, own=signed(oac="E3OAC"), policy=policy_of(theirs, by_oac())).notices == ()
    result = proposed(OAC, own=signed(oai="E2OAI"), policy=policy_of(theirs, by_oac()))
    (notice,) = result.notices
    assert "the policy statement 1 of lectures-media stays, because cfstream does not own it" in notice.text
    assert "the origin access identity E2OAI to read" in notice.text
    assert notice.do.startswith("remove it from the policy")
    assert "'1'" not in repr([step.edit for step in result.steps if isinstance(step, Revoke)])


@pytest.mark.parametrize(
    ("text", "others"),
    [(OAI, ()), (OAI + "grant: {via: object-acl}\n", ()), (OAC, (distribution("E5THEIRS", oai="E2OAI"),))],
)
def test_an_identity_in_use_is_not_a_remnant(text: str, others: tuple[Any, ...]) -> None:
    """No notice mentions the stack's own identity, or one with which another distribution reads this bucket."""
    replies = {**ours(signed(oai="E2OAI"), others), **s3(policy=policy_of(by_oai("1")))}
    proposed = proposal(KIND, context(text), live(**replies), kind_results())
    assert not any("stays, because cfstream does not own it" in notice.text for notice in proposed.notices)


@pytest.mark.parametrize(
    ("theirs", "text"),
    [
        ({**by_oac(), "Sid": "Theirs"}, "the policy statement Theirs already grants this access"),
        (
            {key: value for key, value in by_oac().items() if key != "Sid"},
            "statement without a Sid already grants",
        ),
    ],
)
def test_satisfied_by_others(theirs: Any, text: str) -> None:
    """A notice mentions that the stack relies on a statement of others."""
    (notice,) = proposed(OAC, policy=policy_of(theirs)).notices
    assert text in notice.text


def test_transient_id_is_reported() -> None:
    """A transient id in the stack's statement counts as the OAI, and a notice mentions it."""
    shown = {**by_oai(), "Principal": {"AWS": "AIDAJ3EXAMPLE7QUSDP"}}
    (notice,) = proposed(OAI, policy=policy_of(shown)).notices
    assert "cfstream-lectures-oai shows a unique id" in notice.text


@pytest.mark.parametrize(
    "theirs",
    [
        {**by_oac(), "Sid": "Theirs", "Action": ["s3:GetObject", "s3:PutObject"]},
        {**by_oac(), "Sid": "x", "Effect": "Deny"},
    ],
)
def test_not_exactly_the_grant(theirs: Any) -> None:
    """A foreign statement that grants more, or something else, is not enough."""
    (step,) = proposed(OAC, policy=policy_of(theirs)).steps
    assert isinstance(step, ProposedGrant)


def test_repaired() -> None:
    """If someone changed the stack's statement, it is repaired in its place."""
    (step,) = proposed(OAC, policy=policy_of({**by_oac(), "Action": "s3:*"})).steps
    assert isinstance(step, ProposedGrant)
    assert step.because == "the stack's statement is not as the spec says"
    (change,) = step.changes
    assert (change.before["Action"], change.after["Action"]) == (["s3:*"], ["s3:getobject"])
    assert step.hazards == ()


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("hls/", OAC),
        ("hls/", OAC + "grant: {prefix: mp4/}\n"),
        ("", OAC + UNDER),
        ("h", OAC + UNDER),
    ],
)
def test_prefix(before: str, text: str) -> None:
    """Another prefix is one change of the statement. Planning decides its time, and whether it is a hazard."""
    (step,) = proposed(text, policy=policy_of(by_oac(prefix=before))).steps
    assert [change.field for change in step.changes] == ["grant.prefix"]
    assert step.changes[0].before == before
    assert (step.stage, step.hazards) == (Stage.GRANT, ())


def test_from_oai_to_oac() -> None:
    """The OAC is granted before the distribution changes. A later step removes the OAI's statement."""
    seen = policy_of(by_oai(), THEIRS)
    assert proposed(OAC, own=signed(oai="E2OAI"), policy=seen).steps == (
        ProposedGrant(
            address=ADDRESS,
            stage=Stage.GRANT,
            because="allow the distribution to read objects",
            line=5,
            changes=(Change("oac", None, DISTRIBUTION_ARN),),
            edit=edit(seen, put=(by_oac(),)),
        ),
        Revoke(
            address=ADDRESS,
            stage=Stage.REVOKE,
            because="nothing uses the former identity now",
            line=5,
            changes=(Change("oai", "E2OAI", None),),
            edit=edit(seen, drop=("cfstream-lectures-oai",)),
        ),
    )


def test_one_oai_after_another() -> None:
    """While the distribution reads with the former OAI, the statement names both. Then it is narrowed."""
    seen = policy_of(by_oai("cfstream-lectures-oai", "", "E9OLD"))
    granted, narrowed = proposed(OAI, own=signed(oai="E9OLD"), policy=seen).steps
    assert isinstance(granted, ProposedGrant)
    assert isinstance(narrowed, Revoke)
    assert granted.edit == edit(seen, put=(by_oai("cfstream-lectures-oai", "", "E9OLD", "E2OAI"),))
    assert granted.changes == (Change("oai", "E9OLD", "E2OAI"),)
    assert narrowed.edit == edit(seen, put=(by_oai(),))
    assert (granted.stage, narrowed.stage) == (Stage.GRANT, Stage.REVOKE)


def test_one_oai_after_another_after_a_crash() -> None:
    """A statement that names both is narrowed once the distribution reads with the wanted one."""
    seen = policy_of(by_oai("cfstream-lectures-oai", "", "E9OLD", "E2OAI"))
    (narrowed,) = proposed(OAI, own=signed(oai="E2OAI"), policy=seen).steps
    assert isinstance(narrowed, Revoke)
    assert narrowed.edit == edit(seen, put=(by_oai(),))


def test_an_oai_that_nothing_reads_by() -> None:
    """An OAI with which the distribution does not read is replaced at once."""
    seen = policy_of(by_oai("cfstream-lectures-oai", "", "E9OLD"))
    (step,) = proposed(OAI, own=signed(oai="E2OAI"), policy=seen).steps
    assert isinstance(step, ProposedGrant)
    assert step.edit == edit(seen, put=(by_oai(),))


@pytest.mark.parametrize(
    ("text", "because"),
    [
        (OAI + "grant: {via: object-acl}\n", "the grants are on the objects now"),
        (SPEC + "origin_access: none\n", "origin_access: none needs no grant"),
    ],
)
def test_none_wanted(text: str, because: str) -> None:
    """If no statement is wanted, the stack's statements are removed, and others stay."""
    seen = policy_of(by_oac(), by_oai(), THEIRS)
    (step,) = proposed(text, policy=seen).steps
    assert isinstance(step, Revoke)
    assert (step.because, step.stage) == (because, Stage.REVOKE)
    assert step.edit == edit(seen, drop=("cfstream-lectures-oac", "cfstream-lectures-oai"))
    assert proposed(text, policy=policy_of(THEIRS)).steps == ()


def test_an_identity_with_a_problem_gets_no_grant() -> None:
    """If the identity has a problem, nothing is granted or revoked."""
    assert proposed(OAI, results=KindResults(), policy=policy_of(by_oac())).steps == ()


def test_a_bucket_that_the_plan_creates() -> None:
    """For a bucket that the plan creates, the grant starts from no policy, in the bucket's future region."""
    result = proposed(
        OAC.replace(BUCKET, f"{{name: {BUCKET}, region: eu-west-1, create: true}}"), head=missing("404")
    )
    (step,) = result.steps
    assert isinstance(step, ProposedGrant)
    assert step.edit == edit(None, put=(by_oac(),))


def test_the_order_of_statements_does_not_matter() -> None:
    """The order of statements and distributions in AWS does not change the proposal, except its starting policy."""
    seen = [THEIRS, by_oai("cfstream-lectures-oai", "", "E9OLD", "E8OLD")]
    one, other = (
        proposed(OAI, own=signed(oai="E9OLD"), policy=policy_of(*order)) for order in (seen, seen[::-1])
    )
    assert [(s.id, s.changes, s.asks()) for s in one.steps] == [
        (s.id, s.changes, s.asks()) for s in other.steps
    ]
    assert [relied.sha256 for relied in one.relied_on] == [relied.sha256 for relied in other.relied_on]
