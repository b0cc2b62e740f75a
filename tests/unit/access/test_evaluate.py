"""Who can read which key, in one model."""

from typing import Any

import pytest

from cfstream.access.evaluate import evaluate, evaluate_key, readers_of
from cfstream.access.evaluation import Evaluation
from cfstream.access.model import AccessModel
from cfstream.domain import (
    AccessPoint,
    AclGrant,
    Block,
    Delivery,
    Distribution,
    ObjectAcls,
    ObjectClass,
    Origin,
)
from tests.unit.access.models import (
    ACCOUNT,
    ALL_BLOCKED,
    BUCKET,
    OAI,
    OTHER,
    USER,
    allow,
    arn_of,
    behavior,
    distribution,
    model,
    objects,
    origin,
    to_oac,
    to_oai,
)

ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
G1, G2 = "key-group lectures-signers", "key-group newsroom-signers"
SELF = f"signer {ACCOUNT}"


def readers(found: AccessModel, key: str = "a") -> set[str]:
    """Return who may be able to read a key. Uncertain readers have a question mark."""
    seen = evaluate_key(found, key)
    return {str(access.reader) + ("" if access.certain else "?") for access in seen.accesses[0]}


def general(found: AccessModel) -> set[str]:
    """Return who can list, write or manage."""
    (seen,) = evaluate(found)
    return {f"{each.reader} {each.may}" for each in seen.general}


def by(found: AccessModel, key: str = "a") -> set[tuple[str, ...]]:
    """Return what grants access to a key."""
    return {access.by for access in evaluate_key(found, key).accesses[0]}


SIGNED = distribution("E1", behavior("", "G1"), oac="E3OAC")
OPEN = distribution("E1", behavior(""), oac="E3OAC")


@pytest.mark.parametrize(
    ("through", "expected"),
    [
        (SIGNED, {G1}),
        (OPEN, {"anyone"}),
        (
            distribution("E1", behavior("", "G1", accounts=["self", OTHER]), oac="E3OAC"),
            {G1, SELF, f"signer {OTHER}"},
        ),
        (distribution("E1", behavior("", "G1"), oac="E3OAC", enabled=False), set()),
        (distribution("E1", behavior("", "G1")), set()),
        (distribution("E9", behavior("", "G1"), oac="E3OAC"), set()),
        (distribution("E1", behavior("", "G9"), oac="E3OAC"), {"key-group G9"}),
    ],
    ids=["signed", "unsigned", "several", "disabled", "no OAC", "another distribution", "unknown group"],
)
def test_through_a_distribution(through: Distribution, expected: set[str]) -> None:
    """Its signers can read what S3 allows it to read; anyone can if no signature is needed.

    A statement for a missing distribution of the account has no effect.
    """
    assert readers(model(through, policy=[to_oac()])) == expected


def test_a_distribution_that_is_not_known_to_read_the_bucket() -> None:
    """A statement names it, so it is a reader itself. The stack's own one is judged only by its origins."""
    elsewhere = origin(bucket="elsewhere", oac_id="E3OAC")
    named = Distribution(Delivery.HTTP, "E2", arn_of("E2"), enabled=True, origins=(elsewhere,), behaviors=())
    statement = to_oac("E2")
    assert readers(model(named, policy=[statement])) == {f"distribution {arn_of('E2')}"}
    ours = Distribution(Delivery.HTTP, "E1", arn_of("E1"), enabled=True, origins=(elsewhere,), behaviors=())
    assert readers(model(ours, policy=[to_oac()])) == set()


def test_an_oac_that_does_not_sign() -> None:
    """CloudFront then sends unsigned requests, so the statement for the distribution has no effect."""
    assert readers(model(SIGNED, policy=[to_oac()], unsigned_controls=frozenset({"E3OAC"}))) == set()
    anyone = model(SIGNED, policy=[allow("Open", "*")], block=Block(), unsigned_controls=frozenset({"E3OAC"}))
    assert {"anyone", G1} <= readers(anyone)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("posters/a", {"anyone"}),
        ("Posters/a", {G1}),
        ("clips/a.mp4", {"anyone"}),
        ("clips/a.ts", {G2}),
        ("x1/a", {G2}),
        ("x12/a", {G1}),
        ("other", {G1}),
    ],
)
def test_the_first_behavior_that_matches_decides(key: str, expected: set[str]) -> None:
    """Patterns are case-sensitive, may start with a slash, and are matched in their order."""
    own = distribution(
        "E1",
        behavior("/posters/*"),
        behavior("*.mp4"),
        behavior("clips/*", "G2"),
        behavior("/x?/*", "G2"),
        behavior("", "G1"),
        oac="E3OAC",
    )
    assert readers(model(own, policy=[to_oac()]), key) == expected


def test_an_origin_path_is_in_front_of_the_path() -> None:
    """Viewers of /posters/* read what is under the origin path, and nothing else of the bucket."""
    own = distribution("E1", behavior("/posters/*"), behavior("", "G1"), oac="E3OAC", path="/v2")
    here = model(own, policy=[to_oac()])
    assert readers(here, "v2/posters/a") == {"anyone"}
    assert readers(here, "v2/clips/a") == {G1}
    assert readers(here, "posters/a") == set()


def test_every_origin_of_a_group_counts() -> None:
    """A failover member reads with its own identity."""
    members = (origin("s3", bucket="else"), origin("second", oai_id=OAI))
    own = distribution("E1", behavior("", "G1", origins=members))
    assert readers(model(own, policy=[to_oai()])) == {G1}
    assert readers(model(own, policy=[to_oac()])) == set()


def test_a_streaming_distribution() -> None:
    """It has one behavior, and reads with an OAI."""
    own = distribution("E1", behavior("", accounts=["self"]), oai=OAI, delivery=Delivery.RTMP)
    assert readers(model(own, policy=[to_oai()]), "a/b.mp4") == {SELF}


@pytest.mark.parametrize(
    ("principal", "reads"),
    [
        ({"CanonicalUser": USER}, True),
        ({"AWS": f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {OAI}"}, True),
        ({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E9"}, False),
        ({"CanonicalUser": "8" * 96}, False),
    ],
)
def test_the_forms_of_an_oai(principal: Any, reads: bool) -> None:
    """An OAI is named by its ARN or by its canonical user id."""
    own = distribution("E1", behavior("", "G1"), oai=OAI)
    assert (G1 in readers(model(own, policy=[allow("ours", principal)]))) is reads


def test_a_statement_for_part_of_the_bucket() -> None:
    """Only the keys that its Resource names can be read; NotResource names all others."""
    here = model(SIGNED, policy=[to_oac(keys="hls/*")])
    assert (readers(here, "hls/a"), readers(here, "mp4/a")) == ({G1}, set())
    inverted = {key: value for key, value in to_oac().items() if key != "Resource"}
    inverted["NotResource"] = f"arn:aws:s3:::{BUCKET}/secret/*"
    here = model(SIGNED, policy=[inverted])
    assert (readers(here, "hls/a"), readers(here, "secret/a")) == ({G1}, set())


@pytest.mark.parametrize(
    ("deny", "expected"),
    [
        ({"Principal": "*"}, set()),
        ({"Principal": {"Service": "cloudfront.amazonaws.com"}}, set()),
        ({"Principal": "*", "Resource": f"arn:aws:s3:::{BUCKET}/secret/*"}, {G1}),
        ({"Principal": "*", "Action": "s3:PutObject"}, {G1}),
        ({"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}, {G1}),
        ({"Principal": {"AWS": OTHER}}, {G1}),
    ],
)
def test_a_denial_counts_only_where_it_certainly_applies(deny: Any, expected: set[str]) -> None:
    """A Deny of insecure transport does not deny CloudFront."""
    whole = {
        "Sid": "No",
        "Effect": "Deny",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
        **deny,
    }
    assert readers(model(SIGNED, policy=[to_oac(), whole])) == expected


def test_past_cloudfront() -> None:
    """A public statement allows anyone to read directly from S3, unless public access is restricted."""
    assert "anyone" in readers(model(SIGNED, policy=[allow("Open", "*")], block=Block()))
    seen = evaluate_key(model(SIGNED, policy=[allow("Open", "*")]), "a")
    assert _accesses_of_anyone(seen) == {
        "through a distribution of any account",
        "through another AWS service for any account",
    }


def test_distributions_of_any_account_pass_all_blocks() -> None:
    """A statement for the CloudFront service without a fixed source admits them."""
    here = model(policy=[allow("Loose", {"Service": "cloudfront.amazonaws.com"})])
    assert _accesses_of_anyone(evaluate_key(here, "a")) == {"through a distribution of any account"}


def _accesses_of_anyone(seen: Evaluation) -> set[str]:
    return {
        access.requester.via
        for access in seen.accesses[0]
        if str(access.reader) == "anyone" and access.requester is not None
    }


def test_an_unsigned_distribution_of_the_account_passes_all_blocks() -> None:
    """With `Principal: *`, any OAC of the account is admitted, because RestrictPublicBuckets allows services."""
    other = distribution("E9", behavior(""), oac="E7OAC")
    accesses = evaluate_key(model(SIGNED, other, policy=[to_oac(), allow("Open", "*")]), "a").accesses[0]
    assert "E9" in {access.distribution_id for access in accesses if str(access.reader) == "anyone"}


def test_object_acls() -> None:
    """They count if ACLs are enabled: for OAIs, for others, and for anyone unless public ACLs are ignored."""
    own = distribution("E1", behavior("", "G1"), oai=OAI)
    acls = objects(ours_mp4=[USER], open_mp4=[ALL_USERS], theirs_mp4=["8" * 64], none_mp4=[])

    def of(key: str, **more: Any) -> set[str]:
        return readers(model(own, objects=acls, ownership="ObjectWriter", **more), key)

    assert of("ours.mp4") == {G1}
    assert of("none.mp4") == set()
    assert of("theirs.mp4") == {f"canonical {'8' * 64}"}
    assert of("open.mp4") == set()
    assert "anyone" in of("open.mp4", block=Block())
    assert readers(model(own, objects=acls), "ours.mp4") == set()


def test_a_denial_covers_acls_too() -> None:
    """An explicit Deny wins over a grant on the object."""
    own = distribution("E1", behavior("", "G1"), oai=OAI)
    deny = {**allow("No", "*"), "Effect": "Deny"}
    acls = objects(ours_mp4=[USER])
    assert readers(model(own, policy=[deny], objects=acls, ownership="ObjectWriter"), "ours.mp4") == set()


def test_changes_that_an_acl_allows() -> None:
    """FULL_CONTROL allows its grantee to change who can read, in spite of blocks. An OAI never does that."""
    grants = frozenset({AclGrant("8" * 64, "FULL_CONTROL"), AclGrant(USER, "FULL_CONTROL")})
    acls = ObjectAcls((ObjectClass(grants, ("a.mp4",)),))
    found = general(model(objects=acls, ownership="ObjectWriter"))
    assert found == {f"canonical {'8' * 64} manage"}
    bucket = general(model(grants=(AclGrant("8" * 64, "WRITE_ACP"),), ownership="ObjectWriter"))
    assert bucket == {f"canonical {'8' * 64} manage"}
    assert general(model(grants=(AclGrant("8" * 64, "WRITE_ACP"),))) == set()


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ({"Action": "s3:PutObject"}, "write"),
        ({"Action": "s3:Replicate*"}, "write"),
        ({"Action": "s3:PutBucketPolicy"}, "manage"),
        ({"Action": "s3:putobjectACL"}, "manage"),
        ({"Action": "s3:PutBucketPublicAccessBlock"}, "manage"),
        ({"Action": "s3:ListBucketVersions"}, "list"),
        ({"NotAction": ["s3:Get*", "s3:Put*", "s3:List*", "s3:Replicate*"]}, "write"),
    ],
)
def test_readers_that_may_list_write_or_manage(actions: Any, expected: str) -> None:
    """Listing, writing and managing are judged with all spellings of their actions."""
    base = allow("Theirs", {"AWS": OTHER})
    del base["Action"]  # type: ignore[attr-defined]
    resources = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    found = general(model(policy=[{**base, **actions, "Resource": resources}]))
    assert f"account {OTHER} {expected}" in found


def point(policy: Any = None, **more: Any) -> AccessPoint:
    """Return an access point of the bucket."""
    return AccessPoint(
        "p", f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/p", "p-1-s3alias", policy, ALL_BLOCKED, **more
    )


DELEGATED = {
    **allow("Points", "*"),
    "Condition": {"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}},
}
POINT_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            **to_oac(),
            "Resource": f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/p/object/*",
        }
    ],
}


def test_an_origin_that_is_an_access_point() -> None:
    """Both the policy of the access point and that of the bucket must let the distribution read."""
    through = Origin("s3", "p-1-s3alias.s3.eu-west-1.amazonaws.com", oac_id="E3OAC")
    own = distribution("E1", behavior("", "G1", origins=[through]))
    assert readers(model(own, policy=[DELEGATED], access_points=(point(POINT_POLICY),))) == {G1}
    assert readers(model(own, policy=[DELEGATED], access_points=(point(),))) == set()
    assert readers(model(own, access_points=(point(POINT_POLICY),))) == set()
    unread = model(own, policy=[DELEGATED], access_points=(point(unread="denied"),))
    assert f"{G1}?" in readers(unread)


def test_a_policy_that_could_not_be_read() -> None:
    """Then every distribution may read, with the reason."""
    seen = evaluate_key(model(SIGNED, policy_unread="denied"), "a")
    assert [(str(access.reader), access.certain, access.undecided) for access in seen.accesses[0]] == [
        (G1, False, ("the bucket policy could not be read",))
    ]


def test_an_undecided_clause_counts_and_is_named() -> None:
    """A condition that depends on the request may hold."""
    source = {"StringEquals": {"AWS:SourceArn": arn_of("E1"), "aws:Referer": "secret"}}
    statement = allow("ours", {"Service": "cloudfront.amazonaws.com"}, Condition=source)
    seen = evaluate_key(model(SIGNED, policy=[statement]), "a")
    (access,) = (each for each in seen.accesses[0] if str(each.reader) == G1)
    assert not access.certain
    assert any("referer" in clause.lower() for clause in access.undecided)


def test_the_way_names_the_grant_of_s3() -> None:
    """The statement by its Sid; the object's ACL where that does."""
    assert by(model(SIGNED, policy=[to_oac(sid="cfstream-lectures-oac")])) == {
        ("statement cfstream-lectures-oac",)
    }
    own = distribution("E1", behavior("", "G1"), oai=OAI)
    assert by(model(own, objects=objects(a=[USER]), ownership="ObjectWriter")) == {("object ACL",)}


def test_cells_have_witnesses_that_get_the_same_answer() -> None:
    """A cell has the same answer as its witness key alone."""
    own = distribution(
        "E1", behavior("*.mp4"), behavior("clips/*", "G2"), behavior("/a?/*"), behavior("", "G1"), oac="E3OAC"
    )
    other = distribution("E9", behavior("x/*", "G2"), behavior(""), oai=OAI, path="/v2")
    here = model(
        own, other, policy=[to_oac(keys="clips/*"), to_oac(keys="*.mp4", sid="more"), to_oai("v2/*")]
    )
    (seen,) = evaluate(here)
    answers = {
        cell.witness: readers_of(accesses) for cell, accesses in zip(seen.cells, seen.accesses, strict=True)
    }
    assert len(answers) > 5
    assert answers == {key: readers_of(evaluate_key(here, key).accesses[0]) for key in answers}


@pytest.mark.parametrize(
    ("key", "pattern"),
    [("/", ""), ("/a", "/?"), ("a/", "?*"), ("a//b", "?*"), ("x/../a", "/?"), ("a/.", "?*"), ("./", "")],
)
def test_a_key_is_judged_by_the_path_that_cloudfront_compares(key: str, pattern: str) -> None:
    """The path of the key "/a" is "//a", which CloudFront compares as "/a"."""
    here = model(
        distribution("E1", behavior("/?"), behavior("?*"), behavior("", "G1"), oac="E3OAC"), policy=[to_oac()]
    )
    assert {access.behavior.path for access in evaluate_key(here, key).accesses[0] if access.behavior} == {
        pattern
    }


def test_worlds_that_are_compared_share_their_cells() -> None:
    """A cell of one model is a cell of the other, so that answers can be compared one by one."""
    one, other = evaluate(model(SIGNED, policy=[to_oac(keys="hls/*")]), model(OPEN, policy=[to_oac()]))
    assert one.cells == other.cells
    assert _readers(one, "hls/") == {G1}
    assert _readers(other, "hls/") == {"anyone"}


def _readers(seen: Evaluation, prefix: str) -> set[str]:
    return {str(access.reader) for cell, access in seen.rows if cell.witness.startswith(prefix)}
