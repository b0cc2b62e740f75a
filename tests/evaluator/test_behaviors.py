"""Distributions, judged by hand: who reads which key through which behavior, origin and identity."""

from typing import Any

import pytest

from tests.evaluator.build import (
    KEYS,
    MEDIA,
    OAI,
    OAI_ARN,
    OAI_USER,
    OUR_ARN,
    OURS,
    acl,
    behavior,
    bucket,
    config,
    distribution,
    group,
    origin,
    state,
    statement,
    streaming,
)
from tests.evaluator.cloudfront import behavior_for
from tests.evaluator.evaluator import Viewer, evaluator
from tests.evaluator.matching import normalised, path_matches
from tests.evaluator.state import Bucket, Distribution, Json

PINNED = statement({"Service": "cloudfront.amazonaws.com"}, {"StringEquals": {"aws:SourceArn": OUR_ARN}})
ANY_DISTRIBUTION = statement({"Service": "cloudfront.amazonaws.com"})
BY_OAI = statement({"AWS": OAI_ARN})
STAFF, PRESS = "key spring, key autumn", "key press"
OPEN_PATH, PRESS_PATH = behavior("posters/*"), behavior("/clips/*", groups=["press"])


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("posters/*", "/posters/a", True),
        ("/posters/*", "/posters/", True),
        ("posters/*", "/posters", False),
        ("posters/*", "/Posters/a", False),
        ("posters", "/posters/a", False),
        ("*.mp4", "/a/b/c.mp4", True),
        ("*.mp4", "/a.mp4.txt", False),
        ("*posters/*", "/posters/a", True),
        ("/*", "/anything/at/all", True),
        ("*", "/", True),
        ("?.mp4", "/a.mp4", True),
        ("?.mp4", "/ab.mp4", False),
        ("?.mp4", "/.mp4", False),
        ("a?b", "/a/b", True),
        ("a[b]c", "/abc", False),
        ("a$b", "/a$b", True),
        ("posters/*", "/posters/../a", False),
        ("posters/*", "/x/../posters/a", True),
        ("posters/*", "//posters//a", True),
        ("", "/", True),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    """CloudFront's patterns: case counts, the leading slash does not, `*` crosses slashes, the path is normalised."""
    assert path_matches(path, pattern) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/b", "/a/b"),
        ("/a/../b", "/b"),
        ("/a/./b/", "/a/b/"),
        ("//a", "/a"),
        ("/a/..", "/"),
        ("/../../a", "/a"),
    ],
)
def test_normalising(path: str, expected: str) -> None:
    """Empty and dot segments are removed before a path is matched."""
    assert normalised(path) == expected


def test_first_match() -> None:
    """The first behavior whose pattern matches is used, whatever the others say."""
    both = config(behavior("*.mp4"), behavior("/clips/*", groups=["press"]))
    assert behavior_for(both, "/clips/a.mp4")["PathPattern"] == "*.mp4"
    assert behavior_for(both, "/clips/a.jpg")["PathPattern"] == "/clips/*"
    assert "PathPattern" not in behavior_for(both, "/a.jpg")


# The configuration, the bucket's statements, the key, and who reads it through the distribution.
CASES: dict[str, tuple[Json, list[Json], str, str]] = {
    "signed": (config(), [PINNED], "a.mp4", STAFF),
    "no grant": (config(), [], "a.mp4", ""),
    "a grant to other keys": (config(), [{**PINNED, "Resource": "arn:aws:s3:::media/clips/*"}], "a.mp4", ""),
    "unsigned": (config(default=behavior()), [PINNED], "a.mp4", "anyone"),
    "disabled": (config(default=behavior(), enabled=False), [PINNED], "a.mp4", ""),
    "trusted signers": (
        config(default=behavior(signers=["self", "111122223333"])),
        [PINNED],
        "a.mp4",
        "signer self, signer 111122223333",
    ),
    "both kinds of signers": (
        config(default=behavior(groups=["press"], signers=["self"])),
        [PINNED],
        "a.mp4",
        f"{PRESS}, signer self",
    ),
    "a group without keys": (config(default=behavior(groups=["nobody"])), [PINNED], "a.mp4", ""),
    "an open path": (config(OPEN_PATH), [PINNED], "posters/a.jpg", "anyone"),
    "beside an open path": (config(OPEN_PATH), [PINNED], "Posters/a.jpg", STAFF),
    "a path of others": (config(OPEN_PATH, PRESS_PATH), [PINNED], "clips/a.mp4", PRESS),
    "an open path in front": (config(behavior("*.mp4"), PRESS_PATH), [PINNED], "clips/a.mp4", "anyone"),
    "an open path behind": (config(PRESS_PATH, behavior("*.mp4")), [PINNED], "clips/a.mp4", PRESS),
    "the same pattern twice": (config(PRESS_PATH, behavior("clips/*")), [PINNED], "clips/a.mp4", PRESS),
    "a key that leads elsewhere by its dots": (config(OPEN_PATH), [PINNED], "x/../posters/a", "anyone"),
    "any distribution may": (config(), [ANY_DISTRIBUTION], "a.mp4", STAFF),
    "everyone may, and it signs": (config(), [statement()], "a.mp4", STAFF),
    "never signs, pinned": (config(origins=[origin(control="E0NEVER")]), [PINNED], "a.mp4", ""),
    "no identity, pinned": (config(origins=[origin(control="")]), [PINNED], "a.mp4", ""),
    "no identity, everyone may": (config(origins=[origin(control="")]), [statement()], "a.mp4", STAFF),
    "identity": (config(origins=[origin(identity=OAI)]), [BY_OAI], "a.mp4", STAFF),
    "identity, as a canonical user": (
        config(origins=[origin(identity=OAI)]),
        [statement({"CanonicalUser": OAI_USER})],
        "a.mp4",
        STAFF,
    ),
    "another identity": (config(origins=[origin(identity="E0OTHER")]), [BY_OAI], "a.mp4", ""),
    "identity, the service may": (config(origins=[origin(identity=OAI)]), [ANY_DISTRIBUTION], "a.mp4", ""),
    "origin path, inside": (config(origins=[origin(path="/v2")]), [PINNED], "v2/a.mp4", STAFF),
    "origin path, outside": (config(origins=[origin(path="/v2")]), [PINNED], "a.mp4", ""),
    "origin path, a neighbour": (config(origins=[origin(path="/v2")]), [PINNED], "v22/a.mp4", ""),
    "origin path, patterns see what viewers ask for": (
        config(behavior("/v2/*"), origins=[origin(path="/v2")]),
        [PINNED],
        "v2/a.mp4",
        STAFF,
    ),
    "another bucket": (config(origins=[origin(name="archive")]), [PINNED], "a.mp4", ""),
    "a custom origin": (
        config(origins=[{"Id": "s3", "DomainName": "media.example.com", "CustomOriginConfig": {}}]),
        [statement()],
        "a.mp4",
        "",
    ),
    "the bucket's website": (
        config(
            origins=[
                {
                    "Id": "s3",
                    "DomainName": "media.s3-website-us-east-1.amazonaws.com",
                    "CustomOriginConfig": {},
                }
            ]
        ),
        [statement()],
        "a.mp4",
        STAFF,
    ),
    "a second origin, by its behavior": (
        config(
            behavior("/old/*", groups=["press"], to="old"),
            origins=[origin(name="archive"), origin("old", identity=OAI)],
        ),
        [BY_OAI],
        "old/a.mp4",
        PRESS,
    ),
    "a second origin that no behavior uses for the key": (
        config(
            behavior("/old/*", groups=["press"], to="old"),
            origins=[origin(name="archive"), origin("old", identity=OAI)],
        ),
        [BY_OAI],
        "a.mp4",
        "",
    ),
    "the second member of a group": (
        config(
            default=behavior(groups=["press"], to="both"),
            origins=[origin("one", name="archive"), origin("two")],
            groups=[group("both", [403, 404], "one", "two")],
        ),
        [PINNED],
        "a.mp4",
        PRESS,
    ),
    "rtmp": (streaming("self"), [BY_OAI], "a.mp4", "signer self"),
    "rtmp, unsigned": (streaming(), [BY_OAI], "a.mp4", "anyone"),
    "rtmp, disabled": (streaming(enabled=False), [BY_OAI], "a.mp4", ""),
    "rtmp, another identity": (streaming("self", identity="E0OTHER"), [BY_OAI], "a.mp4", ""),
    "rtmp without identity": (streaming("self", identity=""), [statement()], "a.mp4", "signer self"),
}


@pytest.mark.parametrize("name", CASES)
def test_viewers(name: str) -> None:
    """Who reads one key through the distribution."""
    written, statements, key, expected = CASES[name]
    judge = evaluator(state(bucket(*statements), distribution(written)))
    found = {who for who in ("anyone", *SIGNERS) if judge.can_read(Viewer(who), MEDIA, key)}
    wanted = set(filter(None, expected.split(", ")))
    assert found == (wanted if "anyone" not in wanted else {"anyone", *SIGNERS})


SIGNERS = ("key spring", "key autumn", "key press", "signer self", "signer 111122223333")


def test_signing_behavior() -> None:
    """A control that never signs makes CloudFront anonymous for S3; one that viewers may override signs."""
    never = state(
        bucket(statement(Effect="Deny", Principal={"Service": "cloudfront.amazonaws.com"}), statement())
    )
    for signing, expected in (("never", True), ("no-override", False), ("always", False)):
        one = state(never.buckets[MEDIA], distribution(config()), signing=signing)
        assert evaluator(one).can_read(Viewer("key spring"), MEDIA, "a.mp4") is expected


def test_restricted_public_policy_and_an_identity() -> None:
    """Whether a restricted public policy still serves an origin access identity is not documented: a maybe."""
    closed = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    for block, expected in ((closed, None), ({**closed, "RestrictPublicBuckets": False}, True)):
        one = state(
            bucket(BY_OAI, statement(), block=block), distribution(config(origins=[origin(identity=OAI)]))
        )
        assert evaluator(one).can_read(Viewer("key spring"), MEDIA, "a.mp4") is expected


def test_another_identity_with_an_object_grant() -> None:
    """What the recipe of 2011 leaves behind: an identity that an unsigned distribution uses reads by object grants."""
    objects = {"a.mp4": acl((OAI_USER, "READ")), "b.mp4": acl()}
    one = bucket(ownership="ObjectWriter", objects=objects)
    judge = evaluator(state(one, distribution(config(default=behavior(), origins=[origin(identity=OAI)]))))
    assert judge.can_read(Viewer(), MEDIA, "a.mp4") is True
    assert judge.can_read(Viewer(), MEDIA, "b.mp4") is False


def _moving(*configs: Json, statements: Any = (PINNED,)) -> tuple[Bucket, Distribution]:
    return bucket(*statements, objects={"a.mp4": None}), distribution(*configs)


def test_edges_that_differ() -> None:
    """While a change spreads, someone can read what one version allows, and is served what every version allows."""
    one, place = _moving(config(), config(default=behavior(groups=["press"])))
    judge = evaluator(state(one, place))
    for who in ("key spring", "key press"):
        assert judge.can_read(Viewer(who), MEDIA, "a.mp4") is True
        assert judge.is_served(Viewer(who), "/a.mp4") is False
    assert judge.services(["/a.mp4"]) == frozenset()


def test_served_while_it_opens() -> None:
    """A viewer who must sign at some edges and not at others is served."""
    one, place = _moving(config(), config(default=behavior()))
    judge = evaluator(state(one, place))
    assert judge.is_served(Viewer("key spring"), "/a.mp4") is True
    assert judge.is_served(Viewer(), "/a.mp4") is False
    served = {(each.place, each.path, each.who) for each in judge.services(["/a.mp4"])}
    assert served == {(OURS, "/a.mp4", f"key {key}") for key in KEYS["staff"]}


def test_failover_serves() -> None:
    """The second member serves what the first is denied, if 403 is among the codes."""
    for codes, expected in (([403], True), ([500, 404], False)):
        written = config(
            default=behavior(to="both"),
            origins=[origin("one", identity="E0OTHER"), origin("two")],
            groups=[group("both", codes, "one", "two")],
        )
        one, place = _moving(written)
        assert evaluator(state(one, place)).is_served(Viewer(), "/a.mp4") is expected
