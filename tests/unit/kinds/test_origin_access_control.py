"""Origin access controls: named after the stack, always signing, and never someone else's."""

import itertools

import pytest

from cfstream.errors import Notice
from cfstream.kinds.origin_access_control import OriginAccessControlKind
from cfstream.ports import Call
from cfstream.stack.proposal import Proposal, Relied
from cfstream.steps.create import Create, Twin
from cfstream.steps.delete import Delete
from cfstream.steps.modify import Modify
from cfstream.steps.step import Change, Stage
from cfstream.values import Address, ETag, Json, Ref, digest
from tests.unit.kinds.live import context, distribution, live, ours, proposal

KIND = OriginAccessControlKind()
ADDRESS = Address("origin-access-control", "lectures")
CONFIG = "OriginAccessControlConfig"

SPEC = "version: 1\nname: lectures\nbucket: lectures-media\ntrusted_signers: [self]\n"
OAC = SPEC + "oac: {}\n"
OAI = SPEC + "oai: {}\n"

OURS = {
    "Name": "cfstream-lectures",
    "Description": "cfstream:lectures",
    "OriginAccessControlOriginType": "s3",
    "SigningBehavior": "always",
    "SigningProtocol": "sigv4",
}


def row(id_: str, **fields: str) -> Json:
    """Return a row of ListOriginAccessControls: an owned control, except for these fields."""
    return {"Id": id_, **OURS, **fields}


def relied(id_: str, member: str = "", etag: str | None = None, **fields: str) -> Relied:
    """Return what a plan relies on of a control."""
    config = {**OURS, **fields}
    content = {"id": id_, "description": config.pop("Description"), **config}
    return Relied(
        Address("origin-access-control", "lectures", member), digest(content), ETag(etag) if etag else None
    )


def test_a_missing_control_is_created_and_always_signs() -> None:
    """Without an owned control, one is created for S3 that signs every request with SigV4."""
    step = Create(
        address=ADDRESS,
        stage=Stage.IDENTITY,
        because="sign CloudFront's requests to the bucket",
        line=5,
        changes=(
            Change("oac.name", None, "cfstream-lectures"),
            Change("oac.origin_type", None, "s3"),
            Change("oac.signing_behavior", None, "always"),
            Change("oac.signing_protocol", None, "sigv4"),
        ),
        call=Call("cloudfront", "create_origin_access_control", {CONFIG: OURS}),
        outputs={"id": "OriginAccessControl.Id"},
        twin=Twin(
            listing=Call("cloudfront", "list_origin_access_controls"),
            row_id="Id",
            row={"Name": "cfstream-lectures"},
            detail="get_origin_access_control",
            match={f"OriginAccessControl.{CONFIG}.Name": "cfstream-lectures"},
            content=f"OriginAccessControl.{CONFIG}",
        ),
        document=CONFIG,
    )

    assert proposal(KIND, context(OAC), live()) == Proposal(
        steps=(step,), brings={ADDRESS: {"id": Ref(step.id, "id")}}
    )


def test_it_is_the_default_of_delivery_http() -> None:
    """A spec without origin access gets an OAC."""
    assert [step.id for step in proposal(KIND, context(SPEC), live()).steps] == [
        "create origin-access-control:lectures"
    ]


@pytest.mark.parametrize("description", ["cfstream:lectures", "cfstream:lectures by the media team"])
def test_an_owned_control_is_kept_with_any_text_after_its_mark(description: str) -> None:
    """An owned control that signs as wanted is brought, relied on and not changed."""
    aws = live(list_origin_access_controls=[row("E1", Description=description)])

    assert proposal(KIND, context(OAC), aws) == Proposal(
        brings={ADDRESS: {"id": "E1"}}, relied_on=(relied("E1", Description=description),)
    )


def test_signing_that_was_turned_off_is_turned_on_again() -> None:
    """With `never`, CloudFront would send unsigned requests: the plan says so, and repairs it."""
    drifted = {**OURS, "SigningBehavior": "never", "Description": "cfstream:lectures and more"}
    aws = live(
        list_origin_access_controls=[{"Id": "E1", **drifted}],
        get_origin_access_control_config={CONFIG: drifted, "ETag": "E2OAC"},
    )

    assert proposal(KIND, context(OAC), aws) == Proposal(
        steps=(
            Modify(
                address=ADDRESS,
                stage=Stage.IDENTITY,
                because="signing is off, so CloudFront would send unsigned requests to the bucket",
                line=5,
                changes=(Change("oac.signing_behavior", "never", "always"),),
                call=Call(
                    "cloudfront",
                    "update_origin_access_control",
                    {"Id": "E1", CONFIG: {**drifted, "SigningBehavior": "always"}},
                ),
                document=CONFIG,
                read=Call("cloudfront", "get_origin_access_control_config", {"Id": "E1"}),
                content=CONFIG,
                base=drifted,
                etag=ETag("E2OAC"),
            ),
        ),
        brings={ADDRESS: {"id": "E1"}},
        relied_on=(
            relied("E1", etag="E2OAC", SigningBehavior="never", Description="cfstream:lectures and more"),
        ),
    )


def test_an_owned_control_with_another_name_is_renamed() -> None:
    """The mark shows the owner. The name is one of the owned fields."""
    aws = live(
        list_origin_access_controls=[row("E1", Name="renamed")],
        get_origin_access_control_config={CONFIG: {**OURS, "Name": "renamed"}, "ETag": "E2OAC"},
    )
    (step,) = proposal(KIND, context(OAC), aws).steps

    assert step.because == "changed outside cfstream"
    assert step.changes == (Change("oac.name", "renamed", "cfstream-lectures"),)


def test_a_list_that_lags_behind_proposes_nothing() -> None:
    """The document decides, not the row of the list."""
    aws = live(
        list_origin_access_controls=[row("E1", SigningBehavior="never")],
        get_origin_access_control_config={CONFIG: OURS, "ETag": "E2OAC"},
    )

    assert proposal(KIND, context(OAC), aws).steps == ()


@pytest.mark.parametrize(
    ("description", "whose"),
    [
        ("made by hand", "it does not belong to cfstream"),
        ("", "it does not belong to cfstream"),
        ("cfstream:talks", "it belongs to the cfstream stack talks"),
    ],
)
def test_an_unmanaged_control_with_our_name_is_a_problem(description: str, whose: str) -> None:
    """The existing control is named and not changed. `oac: {id}` uses it."""
    aws = live(list_origin_access_controls=[row("E9", Description=description)])
    proposed = proposal(KIND, context(OAC), aws)

    assert (proposed.steps, proposed.brings) == ((), {})
    (problem,) = proposed.problems
    assert problem.what == f"the origin access control cfstream-lectures (E9) already exists, and {whose}"
    assert "`oac: {id: E9}`" in problem.do
    assert problem.where.line == 5


def test_a_control_named_by_id_is_used_as_it_is() -> None:
    """A control in `oac: {id}` is brought, relied on, and never changed."""
    aws = live(list_origin_access_controls=[row("E9", Name="theirs", Description="theirs")])

    assert proposal(KIND, context(SPEC + "oac: {id: E9}\n"), aws) == Proposal(
        brings={ADDRESS: {"id": "E9"}}, relied_on=(relied("E9", "E9", Name="theirs", Description="theirs"),)
    )


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        (
            {"SigningBehavior": "never"},
            (
                "the origin access control E9 has the signing behavior never: signing is off, "
                "so CloudFront would send unsigned requests to the bucket"
            ),
        ),
        (
            {"OriginAccessControlOriginType": "lambda"},
            "the origin access control E9 is for origins of type lambda, not s3",
        ),
    ],
)
def test_a_control_that_cannot_guard_a_bucket_is_a_problem(fields: dict[str, str], what: str) -> None:
    """With it, the bucket would be public, or CloudFront could not read it."""
    aws = live(list_origin_access_controls=[row("E9", Name="theirs", Description="theirs", **fields)])
    (problem,) = proposal(KIND, context(SPEC + "oac: {id: E9}\n"), aws).problems

    assert (problem.what, str(problem.where)) == (what, "lectures.yaml:5:11")


def test_a_control_that_a_viewer_can_override_is_warned_of() -> None:
    """`no-override` works, but is less safe."""
    aws = live(list_origin_access_controls=[row("E9", Description="theirs", SigningBehavior="no-override")])
    proposed = proposal(KIND, context(SPEC + "oac: {id: E9}\n"), aws)

    assert proposed.problems == ()
    assert proposed.notices == (
        Notice(
            "the origin access control E9 has the signing behavior no-override: "
            "an Authorization header from a viewer would replace CloudFront's signature",
            warning=True,
        ),
    )


def test_an_id_that_does_not_exist_is_a_problem() -> None:
    """Apply would only get NoSuchOriginAccessControl."""
    (problem,) = proposal(KIND, context(SPEC + "oac: {id: E9}\n"), live()).problems

    assert problem.what == "the origin access control E9 does not exist in account 123456789012"


def test_a_control_that_this_plan_detaches_is_deleted() -> None:
    """If the stack changes to an OAI, the control is deleted after its only user changes."""
    aws = live(**ours(distribution("D1", oac="E1")), list_origin_access_controls=[row("E1")])

    assert proposal(KIND, context(OAI), aws) == Proposal(
        steps=(
            Delete(
                address=ADDRESS,
                stage=Stage.DELETE_IDENTITY,
                because="cfstream created it, and nothing uses it now",
                changes=(Change("oac.name", "cfstream-lectures", None),),
                call=Call("cloudfront", "delete_origin_access_control", {"Id": "E1"}),
                read=Call("cloudfront", "get_origin_access_control_config", {"Id": "E1"}),
                content=CONFIG,
                base=OURS,
            ),
        ),
        relied_on=(relied("E1"),),
    )


def test_a_control_that_another_distribution_reads_through_stays() -> None:
    """An owned control in use stays, and a notice mentions it."""
    aws = live(
        **ours(distribution("D1", oac="E1"), [distribution("D2", oac="E1")]),
        list_origin_access_controls=[row("E1")],
    )
    proposed = proposal(KIND, context(OAI), aws)

    assert proposed.steps == ()
    assert [notice.text for notice in proposed.notices] == [
        "the stack no longer needs the origin access control E1, but it stays: still used by D2"
    ]


def test_of_several_owned_controls_the_one_with_our_name_is_kept() -> None:
    """The order in which AWS lists them does not matter. The others are deleted."""
    rows = [row("E1", Name="copy"), row("E2"), row("E3", Name="another")]
    proposals = [
        proposal(KIND, context(OAC), live(list_origin_access_controls=list(order)))
        for order in itertools.permutations(rows)
    ]

    assert proposals[0].brings == {ADDRESS: {"id": "E2"}}
    assert [step.id for step in proposals[0].steps] == [
        "delete origin-access-control:lectures/E1",
        "delete origin-access-control:lectures/E3",
    ]
    assert all(proposed == proposals[0] for proposed in proposals)
