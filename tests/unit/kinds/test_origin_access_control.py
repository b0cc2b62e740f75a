"""Origin access controls: named after the stack, always signing, and never somebody else's."""

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
from tests.unit.kinds.live import distribution, live, ours, proposal, scene

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
    """A row of ListOriginAccessControls: ours, but for these fields."""
    return {"Id": id_, **OURS, **fields}


def relied(id_: str, member: str = "", etag: str | None = None, **fields: str) -> Relied:
    """What a plan remembers of a control."""
    config = {**OURS, **fields}
    content = {"id": id_, "description": config.pop("Description"), **config}
    return Relied(
        Address("origin-access-control", "lectures", member), digest(content), ETag(etag) if etag else None
    )


def test_none_is_made_that_always_signs() -> None:
    """Where there is none of our name, one is created for S3 that signs every request with SigV4."""
    step = Create(
        address=ADDRESS,
        stage=Stage.IDENTITY,
        because="the control does not exist",
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

    assert proposal(KIND, scene(OAC), live()) == Proposal(
        steps=(step,), brings={ADDRESS: {"id": Ref(step.id, "id")}}
    )


def test_it_is_the_default_of_delivery_http() -> None:
    """A spec without a word of origin access gets an OAC."""
    assert [step.id for step in proposal(KIND, scene(SPEC), live()).steps] == [
        "create origin-access-control:lectures"
    ]


@pytest.mark.parametrize("description", ["cfstream:lectures", "cfstream:lectures by the media team"])
def test_ours_is_enough_whatever_its_description_says_after_the_mark(description: str) -> None:
    """A live control of ours that signs as wanted is brought, relied on and left alone."""
    aws = live(list_origin_access_controls=[row("E1", Description=description)])

    assert proposal(KIND, scene(OAC), aws) == Proposal(
        brings={ADDRESS: {"id": "E1"}}, relied_on=(relied("E1", Description=description),)
    )


def test_signing_that_was_turned_off_is_turned_on_again() -> None:
    """With `never`, CloudFront would read the bucket as anyone does: the plan says so, and mends it."""
    drifted = {**OURS, "SigningBehavior": "never", "Description": "cfstream:lectures and more"}
    aws = live(
        list_origin_access_controls=[{"Id": "E1", **drifted}],
        get_origin_access_control_config={CONFIG: drifted, "ETag": "E2OAC"},
    )

    assert proposal(KIND, scene(OAC), aws) == Proposal(
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


def test_ours_under_another_name_gets_its_name_back() -> None:
    """The mark says whose it is; the name is one of the fields that we own."""
    aws = live(
        list_origin_access_controls=[row("E1", Name="renamed")],
        get_origin_access_control_config={CONFIG: {**OURS, "Name": "renamed"}, "ETag": "E2OAC"},
    )
    (step,) = proposal(KIND, scene(OAC), aws).steps

    assert step.because == "changed outside cfstream"
    assert step.changes == (Change("oac.name", "renamed", "cfstream-lectures"),)


def test_a_list_that_lags_behind_proposes_nothing() -> None:
    """The document itself decides, not the row that made us read it."""
    aws = live(
        list_origin_access_controls=[row("E1", SigningBehavior="never")],
        get_origin_access_control_config={CONFIG: OURS, "ETag": "E2OAC"},
    )

    assert proposal(KIND, scene(OAC), aws).steps == ()


@pytest.mark.parametrize(
    ("description", "whose"),
    [
        ("made by hand", "it does not belong to cfstream"),
        ("", "it does not belong to cfstream"),
        ("cfstream:talks", "it belongs to the cfstream stack talks"),
    ],
)
def test_our_name_on_what_is_not_ours_is_a_problem(description: str, whose: str) -> None:
    """Something in the way is named and left alone; `oac: {id}` is the way to take it."""
    aws = live(list_origin_access_controls=[row("E9", Description=description)])
    proposed = proposal(KIND, scene(OAC), aws)

    assert (proposed.steps, proposed.brings) == ((), {})
    (problem,) = proposed.problems
    assert problem.what == f"the origin access control cfstream-lectures (E9) already exists, and {whose}"
    assert "`oac: {id: E9}`" in problem.do
    assert problem.where.line == 5


def test_a_control_named_by_id_is_used_as_it_is() -> None:
    """`oac: {id}` is referred to: brought, relied on, never changed."""
    aws = live(list_origin_access_controls=[row("E9", Name="theirs", Description="theirs")])

    assert proposal(KIND, scene(SPEC + "oac: {id: E9}\n"), aws) == Proposal(
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
    """Whoever owns it, a bucket behind it would be public or dark."""
    aws = live(list_origin_access_controls=[row("E9", Name="theirs", Description="theirs", **fields)])
    (problem,) = proposal(KIND, scene(SPEC + "oac: {id: E9}\n"), aws).problems

    assert (problem.what, str(problem.where)) == (what, "lectures.yaml:5:11")


def test_a_control_that_a_viewer_can_override_is_warned_of() -> None:
    """With `no-override` it works, and less safely."""
    aws = live(list_origin_access_controls=[row("E9", Description="theirs", SigningBehavior="no-override")])
    proposed = proposal(KIND, scene(SPEC + "oac: {id: E9}\n"), aws)

    assert proposed.problems == ()
    assert proposed.notices == (
        Notice(
            "the origin access control E9 has the signing behavior no-override: "
            "an Authorization header from a viewer would replace CloudFront's signature",
            warning=True,
        ),
    )


def test_an_id_that_does_not_exist_is_a_problem() -> None:
    """Apply would only hear NoSuchOriginAccessControl."""
    (problem,) = proposal(KIND, scene(SPEC + "oac: {id: E9}\n"), live()).problems

    assert problem.what == "the origin access control E9 does not exist in account 123456789012"


def test_the_control_that_the_distribution_gives_up_in_this_plan_is_deleted() -> None:
    """Switching to an OAI ends the control, for its only user switches away before."""
    aws = live(**ours(distribution("D1", oac="E1")), list_origin_access_controls=[row("E1")])

    assert proposal(KIND, scene(OAI), aws) == Proposal(
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
    """What bears our mark and is used is told of, and left alone."""
    aws = live(
        **ours(distribution("D1", oac="E1"), [distribution("D2", oac="E1")]),
        list_origin_access_controls=[row("E1")],
    )
    proposed = proposal(KIND, scene(OAI), aws)

    assert proposed.steps == ()
    assert [notice.text for notice in proposed.notices] == [
        "the origin access control E1 is no longer wanted, but stays: still used by D2"
    ]


def test_of_several_of_ours_the_one_of_our_name_is_kept() -> None:
    """In whatever order AWS lists them, the same one is chosen, and the others go."""
    rows = [row("E1", Name="copy"), row("E2"), row("E3", Name="another")]
    proposals = [
        proposal(KIND, scene(OAC), live(list_origin_access_controls=list(order)))
        for order in itertools.permutations(rows)
    ]

    assert proposals[0].brings == {ADDRESS: {"id": "E2"}}
    assert [step.id for step in proposals[0].steps] == [
        "delete origin-access-control:lectures/E1",
        "delete origin-access-control:lectures/E3",
    ]
    assert all(proposed == proposals[0] for proposed in proposals)
