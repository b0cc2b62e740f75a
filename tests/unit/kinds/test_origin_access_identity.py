"""Origin access identities: created once, found by their mark, and kept while they are in use."""

import itertools
from collections.abc import Callable

from cfstream.errors import Missing
from cfstream.kinds.origin_access_identity import OriginAccessIdentityKind
from cfstream.ports import Call
from cfstream.stack.proposal import Proposal, Relied
from cfstream.steps.create import Create, Twin
from cfstream.steps.delete import Delete
from cfstream.steps.modify import Modify
from cfstream.steps.step import Change, Stage
from cfstream.values import Address, ETag, Json, Ref, digest
from tests.unit.kinds.live import context, distribution, live, ours, proposal

KIND = OriginAccessIdentityKind()
ADDRESS = Address("origin-access-identity", "lectures")
CONFIG = "CloudFrontOriginAccessIdentityConfig"
REFERENCE = "cfstream-123456789012-lectures-origin_access_identity-1"

SPEC = "version: 1\nname: lectures\nbucket: lectures-media\ntrusted_signers: [self]\n"
OAI = SPEC + "oai: {comment: For lectures}\n"
OAC = SPEC + "oac: {}\n"


def row(id_: str, comment: str) -> Json:
    """Return a row of ListCloudFrontOriginAccessIdentities."""
    return {"Id": id_, "S3CanonicalUserId": f"canonical-{id_}", "Comment": comment}


def config_of(id_: str, comment: str, reference: str = REFERENCE) -> Callable[[Json], Json]:
    """Return the config of one identity; there is no other."""

    def answer(params: Json) -> Json:
        if params["Id"] != id_:
            raise Missing(
                "GetCloudFrontOriginAccessIdentityConfig", "NoSuchCloudFrontOriginAccessIdentity", "none"
            )
        return {CONFIG: {"CallerReference": reference, "Comment": comment}, "ETag": "E2OAI"}

    return answer


def deletion(id_: str, comment: str, member: str = "") -> Delete:
    """Return the step that deletes an owned identity."""
    return Delete(
        address=Address("origin-access-identity", "lectures", member),
        stage=Stage.DELETE_IDENTITY,
        because="cfstream created it, and nothing uses it now",
        changes=(Change("oai.comment", comment, None),),
        call=Call("cloudfront", "delete_cloud_front_origin_access_identity", {"Id": id_}),
        read=Call("cloudfront", "get_cloud_front_origin_access_identity_config", {"Id": id_}),
        content=CONFIG,
        base={"Comment": comment},
    )


def relied(id_: str, comment: str, member: str = "", etag: str | None = None) -> Relied:
    """Return what a plan relies on of an owned identity."""
    address = Address("origin-access-identity", "lectures", member)
    return Relied(address, digest({"id": id_, "comment": comment}), ETag(etag) if etag else None)


def test_a_missing_identity_is_created_with_a_derived_reference_and_our_mark() -> None:
    """Without an owned identity, one is created. A lost reply cannot create a second one."""
    step = Create(
        address=ADDRESS,
        stage=Stage.IDENTITY,
        because="identify CloudFront to the bucket",
        line=5,
        changes=(Change("oai.comment", None, "cfstream:lectures For lectures"),),
        call=Call(
            "cloudfront",
            "create_cloud_front_origin_access_identity",
            {CONFIG: {"CallerReference": REFERENCE, "Comment": "cfstream:lectures For lectures"}},
        ),
        outputs={
            "id": "CloudFrontOriginAccessIdentity.Id",
            "canonical_user": "CloudFrontOriginAccessIdentity.S3CanonicalUserId",
        },
        twin=Twin(
            listing=Call("cloudfront", "list_cloud_front_origin_access_identities"),
            row_id="Id",
            detail="get_cloud_front_origin_access_identity",
            match={},
            content=f"CloudFrontOriginAccessIdentity.{CONFIG}",
        ),
        reference=f"{CONFIG}.CallerReference",
    )

    assert proposal(KIND, context(OAI), live()) == Proposal(
        steps=(step,),
        brings={ADDRESS: {"id": Ref(step.id, "id"), "canonical_user": Ref(step.id, "canonical_user")}},
    )


def test_an_owned_identity_is_kept() -> None:
    """An owned identity with the wanted comment is brought, relied on and not changed."""
    aws = live(list_cloud_front_origin_access_identities=[row("E1", "cfstream:lectures For lectures")])

    assert proposal(KIND, context(OAI), aws) == Proposal(
        brings={ADDRESS: {"id": "E1", "canonical_user": "canonical-E1"}},
        relied_on=(relied("E1", "cfstream:lectures For lectures"),),
    )


def test_another_stack_s_mark_is_not_ours() -> None:
    """The name of another stack may start with this stack's name."""
    aws = live(list_cloud_front_origin_access_identities=[row("E1", "cfstream:lectures-2 For lectures")])

    assert [step.id for step in proposal(KIND, context(OAI), aws).steps] == [
        "create origin-access-identity:lectures"
    ]


def test_only_the_comment_of_the_document_changes() -> None:
    """Only the comment changes. The caller reference is sent back unchanged."""
    aws = live(
        list_cloud_front_origin_access_identities=[row("E1", "cfstream:lectures Old")],
        get_cloud_front_origin_access_identity_config=config_of("E1", "cfstream:lectures Old", "by hand"),
    )
    base = {"CallerReference": "by hand", "Comment": "cfstream:lectures Old"}
    after = "cfstream:lectures For lectures"

    assert proposal(KIND, context(OAI), aws) == Proposal(
        steps=(
            Modify(
                address=ADDRESS,
                stage=Stage.IDENTITY,
                because="comment",
                line=5,
                changes=(Change("oai.comment", "cfstream:lectures Old", after),),
                call=Call(
                    "cloudfront",
                    "update_cloud_front_origin_access_identity",
                    {"Id": "E1", CONFIG: {**base, "Comment": after}},
                ),
                document=CONFIG,
                read=Call("cloudfront", "get_cloud_front_origin_access_identity_config", {"Id": "E1"}),
                content=CONFIG,
                base=base,
                etag=ETag("E2OAI"),
            ),
        ),
        brings={ADDRESS: {"id": "E1", "canonical_user": "canonical-E1"}},
        relied_on=(relied("E1", "cfstream:lectures Old", etag="E2OAI"),),
    )


def test_a_list_that_lags_behind_proposes_nothing() -> None:
    """The document decides, not the row of the list."""
    aws = live(
        list_cloud_front_origin_access_identities=[row("E1", "cfstream:lectures Old")],
        get_cloud_front_origin_access_identity_config=config_of("E1", "cfstream:lectures For lectures"),
    )

    assert proposal(KIND, context(OAI), aws).steps == ()


def test_a_comment_that_the_spec_does_not_set_stays() -> None:
    """Without `oai.comment`, the text after the mark stays."""
    aws = live(list_cloud_front_origin_access_identities=[row("E1", "cfstream:lectures Whatever")])

    assert proposal(KIND, context(SPEC + "oai: {}\ncomment: Another\n"), aws).steps == ()


def test_a_new_identity_gets_the_comment_of_the_spec_cut_to_the_limit_of_aws() -> None:
    """A comment of 128 characters with the mark is too long, and AWS would refuse it."""
    (step,) = proposal(KIND, context(SPEC + f"oai: {{}}\ncomment: {'x' * 128}\n"), live()).steps

    assert step.asks()[CONFIG]["Comment"] == "cfstream:lectures " + "x" * 110


def test_an_identity_with_an_overwritten_mark_is_recognised_by_its_reference() -> None:
    """The identity of the stack's distribution is recognised by its caller reference, and gets the mark again."""
    aws = live(
        **ours(distribution("D1", oai="E1")),
        list_cloud_front_origin_access_identities=[row("E1", "edited by hand")],
        get_cloud_front_origin_access_identity_config=config_of("E1", "edited by hand"),
    )

    for spec, after in [
        (OAI, "cfstream:lectures For lectures"),
        (SPEC + "oai: {}\n", "cfstream:lectures edited by hand"),
    ]:
        (step,) = proposal(KIND, context(spec), aws).steps
        assert step.id == "modify origin-access-identity:lectures"
        assert step.because == "its comment no longer has the mark cfstream:lectures"
        assert step.changes == (Change("oai.comment", "edited by hand", after),)


def test_a_foreign_identity_on_our_distribution_is_not_adopted() -> None:
    """An identity without the mark and the reference does not change. The stack gets its own."""
    aws = live(
        **ours(distribution("D1", oai="E1")),
        list_cloud_front_origin_access_identities=[row("E1", "theirs")],
        get_cloud_front_origin_access_identity_config=config_of("E1", "theirs", "theirs-1"),
    )

    assert [step.id for step in proposal(KIND, context(OAI), aws).steps] == [
        "create origin-access-identity:lectures"
    ]


def test_an_identity_that_was_deleted_since_the_list_is_not_owned() -> None:
    """A list may still show an identity that was just deleted."""
    aws = live(
        **ours(distribution("D1", oai="E1")),
        list_cloud_front_origin_access_identities=[row("E1", "theirs")],
        get_cloud_front_origin_access_identity_config=config_of("E9", "theirs"),
    )

    assert [step.id for step in proposal(KIND, context(OAI), aws).steps] == [
        "create origin-access-identity:lectures"
    ]


def test_an_identity_named_by_id_is_used_as_it_is() -> None:
    """An identity in `oai: {id}` is brought, must exist, and never changes."""
    aws = live(list_cloud_front_origin_access_identities=[row("E7", "theirs")])

    assert proposal(KIND, context(SPEC + "oai: {id: E7}\n"), aws) == Proposal(
        brings={ADDRESS: {"id": "E7", "canonical_user": "canonical-E7"}},
        relied_on=(Relied(Address("origin-access-identity", "lectures", "E7"), digest({"id": "E7"})),),
    )


def test_an_id_that_does_not_exist_is_a_problem_at_its_place() -> None:
    """Apply would only get InvalidOriginAccessIdentity."""
    (problem,) = proposal(KIND, context(SPEC + "oai: {id: E7}\n"), live()).problems

    assert str(problem.where) == "lectures.yaml:5:11"
    assert problem.what == "the origin access identity E7 does not exist in account 123456789012"


def test_an_identity_that_this_plan_detaches_is_deleted() -> None:
    """If the stack changes to an OAC, the identity is deleted after its only user changes."""
    comment = "cfstream:lectures For lectures"
    aws = live(
        **ours(distribution("D1", oai="E1")), list_cloud_front_origin_access_identities=[row("E1", comment)]
    )

    assert proposal(KIND, context(OAC), aws) == Proposal(
        steps=(deletion("E1", comment),), relied_on=(relied("E1", comment),)
    )


def test_an_identity_that_another_distribution_reads_through_stays() -> None:
    """An owned identity in use stays, and a notice mentions it."""
    aws = live(
        **ours(distribution("D1", oai="E1"), [distribution("D2", oai="E1")]),
        list_cloud_front_origin_access_identities=[row("E1", "cfstream:lectures")],
    )
    proposed = proposal(KIND, context(OAC), aws)

    assert proposed.steps == ()
    assert [notice.text for notice in proposed.notices] == [
        "the stack no longer needs the origin access identity E1, but it stays: still used by D2"
    ]


def test_an_identity_on_a_further_origin_of_our_distribution_stays() -> None:
    """The spec only sets the origin of the default behavior. Others do not change."""
    further = {
        "Id": "other",
        "DomainName": "posters.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": "origin-access-identity/cloudfront/E1"},
    }
    aws = live(
        **ours(distribution("D1", oai="E1", more_origins=[further])),
        list_cloud_front_origin_access_identities=[row("E1", "cfstream:lectures")],
    )

    assert proposal(KIND, context(OAC), aws).steps == ()


def test_of_several_owned_identities_only_the_one_in_use_is_kept() -> None:
    """Comments are not unique in AWS. The order of the list does not matter."""
    rows = [row(id_, "cfstream:lectures For lectures") for id_ in ("E1", "E2", "E3")]
    proposals = [
        proposal(
            KIND,
            context(OAI),
            live(**ours(distribution("D1", oai="E2")), list_cloud_front_origin_access_identities=list(order)),
        )
        for order in itertools.permutations(rows)
    ]

    comment = "cfstream:lectures For lectures"
    assert proposals[0].brings == {ADDRESS: {"id": "E2", "canonical_user": "canonical-E2"}}
    assert proposals[0].steps == (deletion("E1", comment, "E1"), deletion("E3", comment, "E3"))
    assert all(proposed == proposals[0] for proposed in proposals)


def test_of_several_unused_identities_the_lowest_id_is_kept() -> None:
    """The choice does not change between two plans."""
    rows = [row(id_, "cfstream:lectures For lectures") for id_ in ("E2", "E1")]
    proposed = proposal(KIND, context(OAI), live(list_cloud_front_origin_access_identities=rows))

    assert proposed.brings[ADDRESS]["id"] == "E1"
    assert [step.id for step in proposed.steps] == ["delete origin-access-identity:lectures/E2"]


def test_an_rtmp_stack_keeps_the_identity_of_its_streaming_distribution() -> None:
    """RTMP only supports an OAI, so the spec does not need to name it."""
    streaming = {
        **{key: value for key, value in distribution("S1").items() if key not in ("Origins",)},
        "S3Origin": {
            "DomainName": "lectures-media.s3.amazonaws.com",
            "OriginAccessIdentity": "origin-access-identity/cloudfront/E2",
        },
    }
    replies = ours(streaming)
    aws = live(
        list_streaming_distributions=[streaming],
        list_tags_for_resource=replies["list_tags_for_resource"],
        get_streaming_distribution={
            "StreamingDistribution": {**streaming, "StreamingDistributionConfig": streaming},
            "ETag": "E2",
        },
        list_cloud_front_origin_access_identities=[
            row("E1", "cfstream:lectures"),
            row("E2", "cfstream:lectures"),
        ],
    )

    assert proposal(KIND, context(SPEC + "delivery: rtmp\n"), aws).brings[ADDRESS]["id"] == "E2"
