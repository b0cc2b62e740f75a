"""Who is an opening, in one model."""

from dataclasses import replace
from typing import Any

import pytest

from cfstream.access.evaluate import evaluate
from cfstream.access.expected import Expected, of_key, shared
from cfstream.access.model import AccessModel
from cfstream.access.openings import openings
from cfstream.access.policy import Declared
from cfstream.access.reader import Reader, ReaderKind
from cfstream.domain import AclGrant, Block
from cfstream.values import Json
from tests.unit.access.models import (
    ACCOUNT,
    OAI,
    OTHER,
    allow,
    arn_of,
    behavior,
    distribution,
    model,
    objects,
    to_oac,
    to_oai,
)

ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
LOGS = "http://acs.amazonaws.com/groups/s3/LogDelivery"
SIGNER = Reader(ReaderKind.KEY_GROUP, "lectures-signers")
OWN = distribution("E1", behavior("", "G1"), oac="E3OAC")


def expected(*, read: tuple[str, ...] = (), managed: tuple[str, ...] = (), **more: Any) -> Expected:
    """Return what a spec says whose signer is the key group lectures-signers."""
    declared = Declared(
        ACCOUNT, owner="0" * 64, identities=frozenset({OAI}), also_read_by=read, also_managed_by=managed
    )
    return Expected("lectures", declared, frozenset({SIGNER}), **more)


def found(here: AccessModel, wanted: Expected | None = None) -> list[str]:
    """Return the texts of the openings."""
    wanted, (seen,) = shared(wanted or expected(), *evaluate(here))
    return [each.text for each in openings(seen, wanted).openings]


def promise(*paths: tuple[str, bool], path: str = "", keys: str = "*") -> AccessModel:
    """Return the model that a spec describes: its behaviors, and whether each is public, behind an origin path."""
    behaviors = [behavior(pattern, *([] if public else ["G1"])) for pattern, public in paths]
    return model(distribution("E1", *behaviors, oai=OAI, path=path), policy=[to_oai(keys)])


def test_a_stack_in_sync() -> None:
    """Its signers are not openings, and neither are OAIs and distributions of the account that serve nothing."""
    assert found(model(OWN, policy=[to_oac(), to_oai(sid="left")])) == []


@pytest.mark.parametrize(
    ("repair", "fix"),
    [
        ("cfstream apply a.yaml", "public: true}` in http.behaviors); cfstream apply a.yaml"),
        ("", 'give the behavior /open/* signers, or write `{path: "/open/*", public: true}`'),
    ],
)
def test_the_fix_for_the_stack_itself_is_its_spec(repair: str, fix: str) -> None:
    """A behavior that somebody added by hand is closed by apply. Its own ARN cannot be listed."""
    own = distribution("E1", behavior("/open/*"), behavior("", "G1"), oac="E3OAC")
    wanted, (seen,) = shared(expected(repair=repair), *evaluate(model(own, policy=[to_oac()])))
    (opening,) = openings(seen, wanted).openings
    assert fix in opening.do
    assert "also_read_by" not in opening.do


def test_a_path_that_is_public() -> None:
    """It is an opening unless the spec, or another spec of the run, declares the path public."""
    own = distribution("E1", behavior("/posters/*"), behavior("", "G1"), oac="E3OAC")
    here = model(own, policy=[to_oac()])
    text = "anyone can read /posters/*: the stack's own distribution (unsigned), bucket policy statement ours"
    assert found(here) == [text]
    posters = promise(("posters/*", True), ("", False))
    assert found(here, expected(promises=(posters,))) == []
    assert found(here, expected(promises=(promise(("", False)), posters))) == []
    assert found(here, expected(promises=(promise(("/posters/a*", True), ("", False)),))) == [text]
    assert found(here, expected(promises=(promise(("/posters/*", True), ("", False), path="/v2"),))) == [text]
    assert found(here, expected(promises=(promise(("", True), keys="posters/a/*"),))) == [text]


def test_a_declared_path_behind_another() -> None:
    """The first rule of the spec that matches decides, as for CloudFront."""
    own = distribution("E1", behavior("/posters/*"), behavior("", "G1"), oac="E3OAC")
    signed_first = expected(promises=(promise(("/posters/raw/*", False), ("/posters/*", True), ("", False)),))
    (text,) = found(model(own, policy=[to_oac()]), signed_first)
    assert text.startswith("anyone can read /posters/*")
    split = distribution(
        "E1", behavior("/posters/raw/*"), behavior("/posters/*"), behavior("", "G1"), oac="E3OAC"
    )
    (text,) = found(model(split, policy=[to_oac()]), signed_first)
    assert text.startswith("anyone can read /posters/raw/*")
    guarded = distribution(
        "E1", behavior("/posters/raw/*", "G1"), behavior("/posters/*"), behavior("", "G1"), oac="E3OAC"
    )
    assert found(model(guarded, policy=[to_oac()]), signed_first) == []


@pytest.mark.parametrize("key", ["posters/one.jpg", "posters/raw/one.jpg", "v2/posters/one.jpg"])
@pytest.mark.parametrize("path", ["", "/v2"])
def test_a_single_key_that_is_declared_public(key: str, path: str) -> None:
    """A key is declared public if the promise serves it, by its key and not by its path."""
    here = model(OWN, policy=[to_oac(), allow("Open", "*")], block=Block())
    wanted = expected(
        promises=(promise(("/posters/raw/*", False), ("/posters/*", True), ("", False), path=path),)
    )
    wanted, seen = of_key(wanted, here, key)
    declared = key == ("v2/" if path else "") + "posters/one.jpg"
    assert (not [each for each in openings(seen, wanted).openings if each.witness]) is declared


CLOUDFRONT = {"Service": "cloudfront.amazonaws.com"}
OTHER_OPEN_OAC = distribution("E9", behavior(""), oac="E3OAC")
OTHER_OPEN = distribution("E9", behavior(""), oai=OAI)
OTHER_SIGNED = distribution("E9", behavior("", "G2"), oai=OAI)
BOTH = [to_oac(), to_oai(sid="theirs")]


@pytest.mark.parametrize("listed", [arn_of("E9"), ACCOUNT])
def test_another_distribution(listed: str) -> None:
    """It is an opening, unsigned or signed by others, unless the spec lists it or its account."""
    for other in (OTHER_OPEN, OTHER_SIGNED):
        here = model(OWN, other, policy=BOTH)
        assert len(found(here)) == 1
        assert found(here, expected(read=(listed,))) == []
    notes = openings(evaluate(model(OWN, OTHER_OPEN, policy=BOTH))[0], expected(read=(listed,))).notes
    assert any("serves anyone" in note for note in notes)


def test_a_distribution_of_another_stack() -> None:
    """Its signers are inside, but not anyone who reads through it unsigned."""
    stacks = {"E1": "lectures", "E9": "newsroom"}
    assert found(model(OWN, OTHER_SIGNED, policy=BOTH, stacks=stacks)) == []
    (text,) = found(model(OWN, OTHER_OPEN, policy=BOTH, stacks=stacks))
    assert text.startswith("anyone can read /*: distribution E9 of stack newsroom (unsigned)")


def test_a_path_that_another_stack_of_the_run_declares_public() -> None:
    """It is not an opening. A note names the stack and the path. Alone, the fix is to name both specs."""
    other = distribution("E9", behavior("/posters/*"), behavior("", "G1"), oai=OAI)
    here = model(OWN, other, policy=BOTH, stacks={"E1": "lectures", "E9": "newsroom"})
    wanted, (seen,) = shared(
        expected(promises=(promise(("/posters/*", True), ("", False)),)), *evaluate(here)
    )
    judged = openings(seen, wanted)
    note = "anyone can read paths of other stacks of this run, whose specs declare them public: newsroom (/posters/*)"
    assert (judged.openings, judged.notes) == ((), (note,))
    (alone,) = openings(next(iter(evaluate(here))), expected()).openings
    assert alone.do.startswith(
        "name the spec of stack newsroom in the same command, if it declares this public; or "
        f"list {other.arn} in also_read_by"
    )


@pytest.mark.parametrize(
    ("statement", "public", "note"),
    [
        (allow("Tmp", "*"), [("", True)], "/*"),
        (allow("Tmp", "*", "posters/*"), [("/posters/*", True), ("", False)], "/posters/*"),
        (allow("Tmp", "*"), [("/posters/*", True), ("", False)], None),
        (allow("Tmp", "*"), [("", False)], None),
    ],
)
def test_what_s3_serves_past_cloudfront(
    statement: Json, public: list[tuple[str, bool]], note: str | None
) -> None:
    """If all of it is declared public, a note names the statement. Otherwise the statement is an opening."""
    own = distribution(
        "E1", *(behavior(path, *([] if open_ else ["G1"])) for path, open_ in public), oac="E3"
    )
    here = model(own, policy=[to_oac(), statement], block=Block())
    wanted, (seen,) = shared(expected(promises=(promise(*public),)), *evaluate(here))
    judged = openings(seen, wanted)
    named = (
        [f"S3 also serves {note} to anyone, without CloudFront: bucket policy statement Tmp"] if note else []
    )
    assert [each.split(". These")[0] for each in judged.notes] == named
    assert any(each.text.startswith("anyone can read") for each in judged.openings) is (note is None)


def test_origin_access_none() -> None:
    """A spec that lets CloudFront read as anyone does declares public what anyone can read at S3, and no more."""
    own = distribution("E1", behavior("", "G1"))
    here = model(own, policy=[allow("Open", "*")], block=Block())
    open_to_all = expected(promises=(replace(here, distributions=(distribution("E1", behavior("")),)),))
    assert [text for text in found(here) if text.startswith("anyone")] != []
    assert [text for text in found(here, open_to_all) if text.startswith("anyone")] == []
    some = [allow("Open", "*", "posters/*")]
    for more, by in ((to_oac("E9", sid="theirs"), OTHER_OPEN_OAC), (allow("theirs", CLOUDFRONT), own)):
        here = model(own, by, policy=[*some, more], block=Block())
        wanted = expected(promises=(replace(here, distributions=(distribution("E1", behavior("")),)),))
        assert [text for text in found(here, wanted) if text.startswith("anyone") and "theirs" in text] != []
        assert [text for text in found(here, wanted) if "Open" in text and "theirs" not in text] == []


@pytest.mark.parametrize(
    ("principal", "listed"),
    [
        ({"AWS": OTHER}, OTHER),
        ({"AWS": f"arn:aws:iam::{OTHER}:role/x"}, OTHER),
        ({"AWS": f"arn:aws:iam::{OTHER}:role/x"}, f"arn:aws:iam::{OTHER}:role/x"),
        ({"CanonicalUser": "8" * 64}, f"canonical:{'8' * 64}"),
        ({"Service": "media.amazonaws.com"}, "media.amazonaws.com"),
    ],
)
def test_others(principal: Any, listed: str) -> None:
    """They are openings unless the spec lists them, by value or by their account."""
    here = model(OWN, policy=[to_oac(), allow("Theirs", principal)])
    assert found(here)
    assert found(here, expected(read=(listed,))) == []
    assert found(here, expected(managed=(listed,))) == found(here)


def test_an_organisation_never_covers_its_members() -> None:
    """Membership is not known: an account is covered by its number only."""
    here = model(OWN, policy=[to_oac(), allow("Theirs", {"AWS": OTHER})])
    assert found(here, expected(read=("o-abcdefghij",))) == found(here)


def test_readers_that_write_or_manage() -> None:
    """`also_managed_by` covers them, and `also_read_by` does not."""
    statement = {**allow("Theirs", {"AWS": OTHER}), "Action": ["s3:PutObject", "s3:PutObjectAcl"]}
    here = model(OWN, policy=[to_oac(), statement])
    assert found(here) == [
        f"account {OTHER} can change who can read: bucket policy statement Theirs",
        f"account {OTHER} can write objects: bucket policy statement Theirs",
    ]
    assert found(here, expected(read=(OTHER,))) == found(here)
    assert found(here, expected(managed=(OTHER,))) == []


DELIVERS = [
    ({"Service": "logs.example.amazonaws.com"}, "service logs.example.amazonaws.com for any account"),
    ({"AWS": "127311923021"}, "account 127311923021"),
]
"""Who is expected as long as it only delivers: a service, and an account of AWS that writes load balancer logs."""


@pytest.mark.parametrize(("principal", "who"), DELIVERS)
@pytest.mark.parametrize(
    ("delivery", "beside", "may"),
    [
        ("s3:PutObject", "s3:DeleteObject", "can write objects"),
        ("s3:PutObject", "s3:PutObjectTagging", "can write objects"),
        ("s3:ListBucket", "s3:ListBucketVersions", "can list the objects"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("condition", [{}, {"StringEquals": {"aws:x": "y"}}])
def test_a_right_to_deliver_hides_no_other_right(  # noqa: PLR0917 (a product of cases)
    principal: Any, who: str, delivery: str, beside: str, may: str, turned: bool, condition: Any
) -> None:
    """Each action is judged, in whatever statement and order, and also if it is only perhaps allowed."""
    place = {"Resource": ["arn:aws:s3:::media", "arn:aws:s3:::media/*"]}
    delivers = {**allow("Delivers", principal), "Action": delivery, **place}
    more = {**allow("More", principal), "Action": beside, **place}
    more |= {"Condition": condition} if condition else {}
    assert found(model(OWN, policy=[to_oac(), delivers])) == []
    (text,) = found(model(OWN, policy=[to_oac(), *([more, delivers] if turned else [delivers, more])]))
    assert text.startswith(f"{who} {may}: bucket policy statement")
    assert "statement More" in text


def test_acls() -> None:
    """Grants to others and to anyone are openings; those to the owner and to log delivery are not."""
    acls = objects(open_mp4=[ALL_USERS], theirs_mp4=["8" * 64], owner_mp4=["0" * 64], logs_mp4=[LOGS])
    here = model(
        OWN,
        policy=[to_oac()],
        objects=acls,
        grants=(AclGrant(LOGS, "WRITE"), AclGrant("8" * 64, "READ")),
        ownership="ObjectWriter",
        block=Block(),
    )
    assert found(here) == [
        "anyone can read /open.mp4: object ACL",
        f"canonical {'8' * 64} can list the objects: bucket ACL",
        f"canonical {'8' * 64} can read /theirs.mp4: object ACL",
    ]


def test_the_witness_is_a_path_that_shows_it() -> None:
    """An opening names one path, as viewers ask for it."""
    (each,) = openings(
        evaluate(model(OWN, policy=[to_oac(), allow("Theirs", {"AWS": OTHER}, "papers/*")]))[0], expected()
    ).openings
    assert (str(each.reader), each.witness) == (f"account {OTHER}", "/papers/")


@pytest.mark.usefixtures("few_states")
def test_declared_paths_in_a_merged_cell() -> None:
    """Of keys that are judged together, a behavior is declared public if the spec has it in the same place."""
    many = allow("Many", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "*a????????????????")
    behaviors = [behavior("/posters/raw/*", "G1"), behavior("/posters/*"), behavior("", "G1")]
    own = distribution("E1", *behaviors, oac="E3OAC")
    declared = expected(
        promises=(promise(("/posters/raw/*", False), ("/posters/*", True), ("", False)),),
    )
    here = model(own, policy=[to_oac(), many])
    assert evaluate(here)[0].merged
    assert found(here, declared) == []
    assert found(here) != []
    moved = distribution("E1", behaviors[1], behaviors[0], behaviors[2], oac="E3OAC")
    assert found(model(moved, policy=[to_oac(), many]), declared) != []
    other = distribution("E9", behavior("/posters/*"), behavior("", "G1"), oac="E3OAC", path="/private")
    policy = [to_oac(), to_oac("E9", sid="theirs"), many]
    assert any("E9" in text for text in found(model(own, other, policy=policy), declared))
