"""Globs match what CloudFront's path patterns and S3's resources match."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfstream.access.cells import includes, matches
from cfstream.access.globs import Glob, ResourceGlobs, names_arn, names_bucket
from cfstream.access.reader import Certainty
from cfstream.domain.path_pattern import PathPattern
from tests.unit.access.keyspace import KEYS, PATTERNS, broad, judge, matching, regex


@pytest.mark.parametrize(
    ("pattern", "key", "expected"),
    [
        ("posters/*", "posters/a.jpg", True),
        ("posters/*", "posters/", True),
        ("posters/*", "posters", False),
        ("posters/*", "Posters/a.jpg", False),
        ("posters/*", "/posters/a.jpg", False),
        ("images", "images/a", False),
        ("*.m3u8", "a/b/c.m3u8", True),
        ("*.m3u8", ".m3u8", True),
        ("*.m3u8", "a.m3u8?x", False),
        ("a?", "a", False),
        ("a?", "ab", True),
        ("a?", "a/", True),
        ("a?", "a\U0001f3ac", True),
        ("a?", "abc", False),
        ("**", "a", True),
        ("a**b", "ab", True),
        ("*?*", "a", True),
        ("*a*b", "aab", True),
        ("*a*b", "ba", False),
        ("é*", "école", True),
        ("a\nb*", "a\nbc", True),
        ("a.b", "axb", False),
        ("a$b~\"'@:+&", "a$b~\"'@:+&", True),
    ],
)
def test_a_path_pattern_matches_the_whole_key(pattern: str, key: str, expected: bool) -> None:
    """Case counts, ``*`` crosses slashes, ``?`` is exactly one character."""
    assert matches(Glob.of_path_pattern(pattern), key) is expected


def test_a_leading_slash_makes_no_difference() -> None:
    """``/posters/*`` and ``posters/*`` are one glob."""
    slash, bare = (Glob.of_path_pattern(PathPattern(text).relative) for text in ("/posters/*", "posters/*"))
    assert slash == bare


@pytest.mark.parametrize(
    ("one", "other"), [("a**b", "a*b"), ("*?", "?*"), ("*?*?*", "??*"), ("a*?b", "a?*b")]
)
def test_two_spellings_of_one_pattern_are_equal(one: str, other: str) -> None:
    """Neighbouring wildcards have one normal form."""
    assert Glob.of_path_pattern(one) == Glob.of_path_pattern(other)


def test_the_origin_path_is_literal_text_in_front_of_the_pattern() -> None:
    """Only the pattern has wildcards."""
    glob = Glob.of_path_pattern("*.ts", prefix="v*2/")
    assert matches(glob, "v*2/a.ts")
    assert not matches(glob, "vx2/a.ts")


def test_wildcards_in_a_key_are_literal() -> None:
    """A key may contain ``*`` and ``?``; they match themselves."""
    glob = Glob.literal("a*b?c")
    assert matches(glob, "a*b?c")
    assert not matches(glob, "axbyc")
    assert str(glob) == "a${*}b${?}c"
    assert matches(Glob.prefix("a*"), "a*/b")
    assert not matches(Glob.prefix("a*"), "ab")


@broad
@given(PATTERNS)
def test_a_glob_matches_what_the_regular_expression_matches(pattern: str) -> None:
    """Every short key is judged alike."""
    glob, expected = Glob.of_path_pattern(pattern), regex(pattern)
    assert [matches(glob, key) for key in KEYS[:300]] == [bool(expected.fullmatch(key)) for key in KEYS[:300]]


@pytest.mark.parametrize(
    ("resource", "keys"),
    [
        ("arn:aws:s3:::lectures/*", {"*"}),
        ("arn:aws:s3:::lectures/clips/*", {"clips/*"}),
        ("arn:aws:s3:::lectures/a?.ts", {"a?.ts"}),
        ("arn:aws:s3:::lect*", {"*"}),
        ("arn:aws:s3:::lect*.jpg", {"*.jpg"}),
        ("arn:aws:s3:::lect*/*.jpg", {"*.jpg"}),
        ("arn:aws:s3:::*", {"*"}),
        ("arn:aws:s3:::*/clips/*", {"*/clips/*", "clips/*"}),
        ("arn:aws:s3:::?ectures/a", {"a"}),
        ("arn:aws:s3:::lectures?a", {"a"}),
        ("arn:*:s3:::lectures/a", {"a", "*:s3:::lectures/a"}),
        ("arn:*", {"*"}),
        ("*", {"*"}),
        ("arn:aws:s3:::lectures", set()),
        ("arn:aws:s3:::lectures/", set()),
        ("arn:aws:s3:::lectures-media/*", set()),
        ("arn:aws:s3:::Lectures/*", set()),
        ("arn:aws-cn:s3:::lectures/*", set()),
        ("arn:aws:s3:::lectures/${*}", {"${*}"}),
        ("arn:aws:s3:::lectures/${?}a${$}{b}", {"${?}a${b}"}),
        ("arn:aws:s3:::lectures/${broken", {"${broken"}),
        ("arn:aws:s3:eu-west-1:123456789012:accesspoint/films/object/*", set()),
        ("", set()),
    ],
)
def test_a_resource_names_the_keys_that_are_left_of_its_pattern(resource: str, keys: set[str]) -> None:
    """What follows the bucket's ARN is the set of keys, also if a wildcard crosses into it."""
    named = Glob.of_resource(resource, "lectures")
    assert {str(glob) for glob in named.may} == keys
    assert named.may == named.certain


@pytest.mark.parametrize(
    ("resource", "may"),
    [
        ("arn:aws:s3:::lectures/${aws:username}/*", "*/*"),
        ("arn:aws:s3:::lectures/home/${aws:PrincipalTag/team, 'none'}", "home/*"),
        ("arn:aws:s3:::${aws:PrincipalTag/bucket}/a", "a"),
    ],
)
def test_a_policy_variable_may_match_any_text_and_certainly_matches_nothing(resource: str, may: str) -> None:
    """The value of a variable is not known."""
    named = Glob.of_resource(resource, "lectures")
    assert includes(named.may, Glob.of_path_pattern(may))
    assert named.certain == ()


def test_an_old_policy_has_no_variables() -> None:
    """Before version 2012-10-17 ``${…}`` is literal text, and a wildcard in it is wild."""
    named = Glob.of_resource("arn:aws:s3:::lectures/${aws:username}", "lectures", variables=False)
    assert named.certain == (Glob.literal("${aws:username}"),)
    named = Glob.of_resource("arn:aws:s3:::lectures/${*}", "lectures", variables=False)
    assert matching(named.certain, "${abc}")


BUCKET = "arn:aws:s3:::ab/"


@broad
@given(st.integers(0, len(BUCKET)), st.text("ab/*?", max_size=6))
def test_a_resource_matches_the_arn_of_an_object_as_one_glob(kept: int, rest: str) -> None:
    """The keys are those whose whole ARN matches."""
    resource = BUCKET[:kept] + rest
    named = judge(Glob.of_resource(resource, "ab").may)
    expected = regex(resource)
    for key in KEYS[:300]:
        assert bool(named(key)) == bool(expected.fullmatch(BUCKET + key)), key


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("arn:aws:s3:::lectures", Certainty.YES),
        ("arn:aws:s3:::lect*", Certainty.YES),
        ("*", Certainty.YES),
        ("arn:aws:s3:::lectures/*", Certainty.NO),
        ("arn:aws:s3:::lectures*/*", Certainty.NO),
        ("arn:aws:s3:::Lectures", Certainty.NO),
        ("arn:aws:s3:::${aws:PrincipalTag/bucket}", Certainty.MAYBE),
        ("arn:aws:s3:::films${aws:PrincipalTag/bucket}", Certainty.NO),
        ("arn:aws:s3:::lectures${?}", Certainty.NO),
        ("", Certainty.NO),
    ],
)
def test_a_resource_names_the_bucket(resource: str, expected: Certainty) -> None:
    """ListBucket is allowed on the bucket's own ARN, not on its objects'."""
    assert names_bucket(resource, "lectures") is expected


ACCESS_POINT = "arn:aws:s3:eu-west-1:123456789012:accesspoint/films"


@pytest.mark.parametrize(
    ("resource", "keys"),
    [
        (f"{ACCESS_POINT}/object/clips/*", {"clips/*"}),
        (f"{ACCESS_POINT}/*", {"*"}),
        (f"{ACCESS_POINT}*", {"*"}),
        (ACCESS_POINT, set()),
        ("arn:aws:s3:eu-west-1:123456789012:accesspoint/other/object/*", set()),
        ("arn:aws:s3:::films/*", set()),
    ],
)
def test_a_resource_names_the_keys_of_an_access_point(resource: str, keys: set[str]) -> None:
    """Objects of an access point are named behind ``/object/``."""
    named = Glob.of_access_point_resource(resource, ACCESS_POINT)
    assert {str(glob) for glob in named.may} == keys
    assert named == ResourceGlobs(named.may, named.may)


def test_a_resource_names_the_access_point() -> None:
    """ListBucket through an access point needs the access point's own ARN."""
    assert names_arn(f"{ACCESS_POINT}*", ACCESS_POINT) is Certainty.YES
    assert names_arn(f"{ACCESS_POINT}/object/*", ACCESS_POINT) is Certainty.NO
