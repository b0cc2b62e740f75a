"""The paths of a behavior that a statement lets CloudFront read: those that match both patterns."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfstream.access.evaluate import evaluate
from cfstream.access.openings import paths
from cfstream.access.readable import overlap
from tests.unit.access.models import behavior, distribution, model, to_oac


def shown(*keys: str, pattern: str = "", path: str = "") -> set[str]:
    """Return the paths of everyone who reads through a behavior, if statements for these keys allow it."""
    behaviors = [behavior(pattern, "G1")] if not pattern else [behavior(pattern, "G1"), behavior("", "G2")]
    policy = [to_oac(keys=each, sid=f"s{number}") for number, each in enumerate(keys)]
    (seen,) = evaluate(model(distribution("E1", *behaviors, oac="E3OAC", path=path), policy=policy))
    return {
        each
        for cell, access in seen.rows
        if access.behavior is not None and access.behavior.path == pattern
        for each in paths(seen, cell, access)
    }


@pytest.mark.parametrize(
    ("pattern", "keys", "expected"),
    [
        ("", ["*"], {"/*"}),
        ("", ["lectures/*"], {"/lectures/*"}),
        ("", ["a/*", "b/*"], {"/a/*", "/b/*"}),
        ("", ["a/*", "a/b/*"], {"/a/*"}),
        ("", ["a/*", "*"], {"/*"}),
        ("", ["*.mp4"], {"/*.mp4"}),
        ("", ["a.mp4"], {"/a.mp4"}),
        ("/posters/*", ["posters/*"], {"/posters/*"}),
        ("/posters/*", ["posters/2026/*"], {"/posters/2026/*"}),
        ("/posters/*", ["po*"], {"/posters/*"}),
        ("/posters/*", ["*.jpg"], {"/posters/*.jpg"}),
        ("*.jpg", ["posters/*"], {"/posters/*.jpg"}),
        ("*/clips/*", ["talks/*"], {"/talks/*/clips/*", "/talks/clips/*"}),
        ("*.jpg", ["*/2026/*"], {"/*.jpg"}),
    ],
)
def test_a_row_shows_the_paths_that_both_patterns_match(
    pattern: str, keys: list[str], expected: set[str]
) -> None:
    """What two patterns have in common may need several patterns. If these are unknown, it is the behavior's."""
    assert shown(*keys, pattern=pattern) == expected


def test_paths_are_those_that_viewers_request() -> None:
    """The origin path is a part of keys, and not of paths."""
    assert shown("v2/lectures/*", path="/v2") == {"/lectures/*"}
    assert shown("v*", path="/v2") == {"/*"}
    assert shown("v2/*", path="/v2") == {"/*"}


def matched(pattern: str, path: str) -> bool:
    """Return whether a pattern matches a path."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), path) is not None


@given(
    st.text("ab/*?", max_size=5), st.text("ab/", max_size=4), st.lists(st.text("ab/", min_size=1, max_size=5))
)
def test_no_readable_path_is_left_out_and_no_other_is_shown(
    pattern: str, start: str, keys: list[str]
) -> None:
    """For any behavior and any prefix."""
    behavior_path = f"/x{pattern}"
    found = shown(f"{start}*", pattern=behavior_path)
    for key in (*keys, f"x{start}", f"{start}x", f"{start}a", *(f"{start}{key}" for key in keys)):
        both = matched(behavior_path, f"/{key}") and key.startswith(start)
        if found and key != start:
            assert any(matched(each, f"/{key}") for each in found) == both, (found, key)


def test_patterns_that_overlap() -> None:
    """A path that is no part of another is not excluded from it."""
    assert overlap("/posters/*", "/*")
    assert overlap("/*.jpg", "/posters/*")
    assert not overlap("/posters/*", "/lectures/*")
