"""What viewers can do through distributions besides reading objects by their paths: ask for ``/``, list, write."""

from dataclasses import replace
from typing import Any

import pytest

from cfstream.access.evaluate import evaluate, evaluate_key
from cfstream.access.evaluation import Evaluation
from cfstream.access.expected import Expected
from cfstream.access.model import AccessModel
from cfstream.access.openings import openings
from cfstream.access.policy import Declared
from cfstream.access.reader import Reader, ReaderKind
from cfstream.domain import AccessPoint, AclGrant, Delivery, Distribution
from cfstream.domain.distribution import Origin
from cfstream.planning.hazards import cutting_hazards, opening_hazards
from cfstream.values import Json
from tests.unit.access.models import (
    ACCOUNT,
    ALL_BLOCKED,
    BUCKET,
    OAI,
    USER,
    allow,
    arn_of,
    behavior,
    distribution,
    model,
    to_oac,
    to_oai,
)

G1, G2 = "key-group lectures-signers", "key-group newsroom-signers"
ALL_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
BUCKET_ARN = f"arn:aws:s3:::{BUCKET}"
OF_OAI = {"AWS": f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {OAI}"}


def rooted(root: str | None, *behaviors: Any, id_: str = "E1", **more: Any) -> Distribution:
    """Return a distribution with a default root object; None where a list row does not show it."""
    access = more if "oai" in more else {"oac": "E3OAC", **more}
    return replace(distribution(id_, *behaviors, **access), default_root_object=root)


def writable(*found: Any) -> tuple[Any, ...]:
    """Return behaviors that pass on every method."""
    return tuple(replace(each, methods=ALL_METHODS) for each in found)


def to(id_: str, *actions: str, resource: str = f"{BUCKET_ARN}/*", sid: str = "more") -> Json:
    """Return a statement that lets a distribution do more than read."""
    return {**to_oac(id_, sid=sid), "Action": list(actions), "Resource": resource}


def lists(id_: str) -> Json:
    """Return a statement that lets a distribution list the bucket."""
    return to(id_, "s3:ListBucket", resource=BUCKET_ARN, sid="list")


def accesses(here: AccessModel, key: str) -> dict[str, bool]:
    """Return who may read a key, and whether that is certain."""
    (seen,) = evaluate(here)
    cell = next(number for number, each in enumerate(seen.cells) if each.witness == key)
    return {str(access.reader): access.certain for access in seen.accesses[cell]}


def other_permissions(seen: Evaluation) -> set[tuple[str, str, bool]]:
    """Return who may do what else."""
    return {(str(each.reader), str(each.may), each.certain) for each in seen.general}


def opened(here: AccessModel, **declared: Any) -> list[str]:
    """Return the texts of the openings except those of readers."""
    signer = Reader(ReaderKind.KEY_GROUP, "lectures-signers")
    wanted = Expected("lectures", Declared(ACCOUNT, **declared), frozenset({signer}))
    texts = [each.text for each in openings(evaluate(here)[0], wanted).openings]
    return [text for text in texts if " can read /" not in text or "who can read /" in text]


def hazards(before: AccessModel, after: AccessModel) -> list[str]:
    """Return the names of the hazards between two models."""
    one, other = evaluate(before, after)
    found = (*opening_hazards(one, other, (one, other)), *cutting_hazards(one, other, (one, other)))
    return [each.name for each in found]


def test_the_root_object_is_read_by_the_behavior_for_the_root() -> None:
    """Viewers of ``/`` can read it, even if its own path needs a signature."""
    own = rooted("index.html", behavior("/"), behavior("", "G1"))
    assert accesses(model(own, policy=[to_oac()]), "index.html") == {"anyone": True, G1: True}
    folder = rooted("index.html", behavior("/"), behavior("", "G1"), path="/v2")
    assert accesses(model(folder, policy=[to_oac()]), "v2/index.html") == {"anyone": True, G1: True}
    assert "anyone" not in accesses(model(folder, policy=[to_oac()]), "a")


@pytest.mark.parametrize(("root", "expected"), [("i", {}), (None, {G1: False}), ("", {G1: True})])
def test_the_folder_of_the_origin_path(root: str | None, expected: dict[str, bool]) -> None:
    """Nobody reads the object ``v2/``, because its path is ``/``, which leads to the root object."""
    here = model(rooted(root, behavior("", "G1"), path="/v2"), policy=[to_oac()])
    found = {key: evaluate_key(here, key).accesses[0] for key in ("v2/", "v2/a")}
    assert {str(each.reader): each.certain for each in found["v2/"]} == expected
    assert {str(each.reader): each.certain for each in found["v2/a"]} == {G1: True}


@pytest.mark.parametrize("root", ["i", None])
def test_writing_to_the_folder_of_the_origin_path(root: str | None) -> None:
    """CloudFront replaces ``/`` only if it reads: what is put there is stored as ``v2/``."""
    own = rooted(root, *writable(behavior("/"), behavior("", "G1")), path="/v2")
    (seen,) = evaluate(model(own, policy=[to_oac(), to("E1", "s3:PutObject")]))
    assert ("anyone", "write", True) in other_permissions(seen)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (rooted("i", behavior("", "G1")), rooted("i", behavior("/"), behavior("", "G1")), ["makes-public"]),
        (
            rooted("", behavior("p/*", "G1"), behavior("")),
            rooted("p/i", behavior("p/*", "G1"), behavior("")),
            ["makes-public"],
        ),
        (
            rooted("a", behavior("p/*", "G1"), behavior("")),
            rooted("p/i", behavior("p/*", "G1"), behavior("")),
            ["makes-public"],
        ),
        (
            rooted("p/i", behavior("p/*", "G1"), behavior("", "G2")),
            rooted("", behavior("p/*", "G1"), behavior("", "G2")),
            ["cuts-viewers"],
        ),
        (
            rooted("i", behavior("?*"), behavior("/", "G2"), behavior("", "G1")),
            rooted("i", behavior("", "G1")),
            ["cuts-viewers"],
        ),
        (rooted("i", behavior("/"), behavior("", "G1")), rooted("i", behavior("", "G1")), []),
        (rooted("i", behavior("", "G1")), rooted("o", behavior("", "G1")), []),
        (rooted("i", behavior("")), rooted("o", behavior("")), []),
        (rooted("", behavior("", "G1")), rooted("", behavior("/"), behavior("", "G1")), []),
    ],
)
def test_hazards_of_the_root(before: Distribution, after: Distribution, expected: list[str]) -> None:
    """A root object that opens, or that somebody loses, is a hazard as any other path is."""
    assert hazards(model(before, policy=[to_oac()]), model(after, policy=[to_oac()])) == expected


def test_a_root_object_that_lists_do_not_show() -> None:
    """It may be any object, where the behavior for the root has other signers."""
    own = rooted("", behavior("", "G1"))
    theirs = rooted(None, behavior("/"), behavior("", "G1"), id_="E9")
    here = model(own, theirs, policy=[to_oac(), to_oac("E9", sid="theirs")])
    assert accesses(here, "a") == {G1: True, "anyone": False}
    closed = rooted(None, behavior("/posters/*"), behavior("", "G1"), id_="E9")
    here = model(own, closed, policy=[to_oac(), to_oac("E9", sid="theirs")])
    assert accesses(here, "a") == {G1: True}
    streaming = rooted(None, behavior("", "G1"), id_="E9", oai=OAI, delivery=Delivery.RTMP)
    assert accesses(model(own, streaming, policy=[to_oac(), to_oai(sid="theirs")]), "a") == {G1: True}


@pytest.mark.parametrize(
    ("root", "path", "expected"),
    [
        ("", "", {("anyone", "list", True)}),
        (None, "", {("anyone", "list", False)}),
        ("index.html", "", set()),
        ("", "/v2", set()),
    ],
)
def test_listing_through_the_root(root: str | None, path: str, expected: set[Any]) -> None:
    """CloudFront asks for the bucket itself only where neither root object nor origin path comes between."""
    own = rooted(root, behavior("/"), behavior("", "G1"), path=path)
    (seen,) = evaluate(model(own, policy=[to_oac(), lists("E1")]))
    assert other_permissions(seen) == expected
    assert len(opened(model(own, policy=[to_oac(), lists("E1")]))) == len(expected)


def test_listing_needs_the_signature_of_the_behavior_for_the_root() -> None:
    """The signers of the spec may list; nobody else does."""
    own = rooted("", behavior("/posters/*"), behavior("", "G1"))
    here = model(own, policy=[to_oac(), lists("E1")])
    assert other_permissions(evaluate(here)[0]) == {(G1, "list", True)}
    assert opened(here) == []


def test_a_list_that_opens_is_a_hazard() -> None:
    """Anyone learns which objects there are."""
    policy = [to_oac(), lists("E1")]
    signed = model(rooted("", behavior("", "G1")), policy=policy)
    public = model(rooted("", behavior("/"), behavior("", "G1")), policy=policy)
    assert hazards(signed, public) == ["makes-public"]
    assert hazards(public, signed) == []
    kept = model(rooted("index.html", behavior("/posters/*"), behavior("", "G1")), policy=policy)
    assert hazards(kept, public) == ["makes-public"]
    assert hazards(public, public) == []


WRITES = [
    ("s3:PutObject", "write", True),
    ("s3:DeleteObject", "write", True),
    ("s3:Put*", "write", True),
    ("s3:DeleteObjectVersion", "write", False),
    ("s3:PutObjectAcl", "manage", False),
]


@pytest.mark.parametrize(("action", "what", "certain"), WRITES)
def test_writing_through_a_distribution(action: str, what: str, certain: bool) -> None:
    """Viewers of a behavior can write if it forwards the methods."""
    own = rooted("", behavior("", "G1"))
    theirs = rooted("", *writable(behavior("")), id_="E9")
    here = model(own, theirs, policy=[to_oac(), to("E9", action)])
    assert ("anyone", what, certain) in other_permissions(evaluate(here)[0])
    assert any("through" in each or "distribution E9 (unsigned)" in each for each in opened(here))
    assert opened(here, also_managed_by=(arn_of("E9"),)) == []
    assert opened(here, also_read_by=(arn_of("E9"),)) != []
    reading = rooted("", behavior(""), id_="E9")
    assert opened(model(own, reading, policy=[to_oac(), to("E9", action)])) == []
    off = rooted("", *writable(behavior("")), id_="E9", enabled=False)
    assert opened(model(own, off, policy=[to_oac(), to("E9", action)])) == []


def test_writing_is_judged_path_by_path() -> None:
    """A behavior that writes what the policy does not allow, and one that allows it and does not write, are none."""
    behaviors = (*writable(behavior("/up/*", "G1")), behavior("/posters/*"), *writable(behavior("/x/*")))
    own = rooted("", *behaviors, behavior("", "G1"))
    here = model(own, policy=[to_oac(), to("E1", "s3:PutObject", resource=f"{BUCKET_ARN}/up/*")])
    assert other_permissions(evaluate(here)[0]) == {(G1, "write", True)}
    assert opened(here) == []


def test_writing_by_an_oai_and_by_an_access_point() -> None:
    """Every identity and every way to the bucket counts."""
    own = rooted("", behavior("", "G1"))
    theirs = rooted("", *writable(behavior("")), id_="E9", oai=OAI)
    policy = [to_oac(), allow("more", OF_OAI, Action="s3:PutObject")]
    assert len(opened(model(own, theirs, policy=policy))) == 1
    alias = Origin("s3", "ap-abc-s3alias.s3.eu-west-1.amazonaws.com", "", "", "E3OAC")
    point_arn = f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/ap"
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {**to("E9", "s3:PutObject", "s3:ListBucket"), "Resource": [point_arn, f"{point_arn}/object/*"]}
        ],
    }
    point = AccessPoint("ap", point_arn, "ap-abc-s3alias", document, ALL_BLOCKED)
    delegation = allow(
        "points",
        "*",
        Action="*",
        Resource=[BUCKET_ARN, f"{BUCKET_ARN}/*"],
        Condition={"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}},
    )
    by_alias = replace(rooted("", *writable(behavior("", origins=[alias])), id_="E9"), origins=(alias,))
    here = model(own, by_alias, policy=[to_oac(), delegation], access_points=(point,))
    assert other_permissions(evaluate(here)[0]) == {("anyone", "write", True), ("anyone", "list", True)}
    assert len(opened(here)) == 2


@pytest.mark.parametrize(("permission", "what"), [("READ", "list"), ("WRITE", "write")])
def test_viewers_may_do_what_the_acl_of_the_bucket_grants_the_oai(permission: str, what: str) -> None:
    """Viewers of the distributions that read by it may do the same, unless a Deny certainly applies."""
    more: dict[str, Any] = {"grants": (AclGrant(USER, permission),), "ownership": "ObjectWriter"}
    own = rooted("", *writable(behavior("")), oai=OAI)
    assert ("anyone", what, True) in other_permissions(evaluate(model(own, policy=[to_oai()], **more))[0])
    everything = [BUCKET_ARN, f"{BUCKET_ARN}/*"]
    deny = allow(
        "deny", "*", Effect="Deny", Action=["s3:List*", "s3:Put*", "s3:Delete*"], Resource=everything
    )
    denied = model(own, policy=[to_oai(), deny], **more)
    assert "anyone" not in {reader for reader, *_ in other_permissions(evaluate(denied)[0])}
    enforced = model(own, policy=[to_oai()], grants=more["grants"])
    assert other_permissions(evaluate(enforced)[0]) == set()


def test_writing_that_opens_is_a_hazard() -> None:
    """The signers of a behavior that writes are removed."""
    policy = [to_oac(), to("E1", "s3:PutObject")]
    signed = model(rooted("", *writable(behavior("/up/*", "G1")), behavior("")), policy=policy)
    public = model(rooted("", *writable(behavior("/up/*")), behavior("")), policy=policy)
    assert hazards(signed, public) == ["makes-public", "makes-public"]
    assert hazards(public, signed) == []
