"""Warnings about settings that may bypass signatures."""

from dataclasses import replace

import pytest

from cfstream.access.warnings import viewer_warnings
from cfstream.domain import CacheBehavior, EdgeFunction
from tests.unit.access.models import behavior, distribution

FUNCTION = EdgeFunction("viewer-request", "arn:aws:cloudfront::123456789012:function/rewrite")
LAMBDA = EdgeFunction("origin-request", "arn:aws:lambda:us-east-1:123456789012:function:auth:1")
SIGNED = behavior("", "G1")


def warnings_of(named: CacheBehavior, default: CacheBehavior = SIGNED) -> list[str]:
    """Return the warnings about a distribution with these two behaviors."""
    return [each.text for each in viewer_warnings(distribution("E1", named, default))]


@pytest.mark.parametrize(
    "named",
    [
        replace(behavior("/posters/*"), functions=(FUNCTION,)),
        replace(behavior("/posters/*"), lambdas=(LAMBDA,)),
    ],
    ids=["function", "lambda"],
)
def test_a_function_on_an_unsigned_path_is_a_warning(named: CacheBehavior) -> None:
    """A function that runs before the origin can rewrite to a signed path, whatever kind of function it is."""
    (text,) = warnings_of(named)
    assert text.startswith("functions run on unsigned paths (/posters/*)")


def test_functions_on_several_unsigned_paths_are_one_warning() -> None:
    """The default behavior of this distribution is unsigned too."""
    named = [replace(behavior(path), functions=(FUNCTION,)) for path in ("/errors/*", "/posters/*")]
    own = distribution("E1", *named, behavior("/clips/*", "G1"), replace(behavior(""), functions=(FUNCTION,)))
    (warning,) = viewer_warnings(own)
    assert "(/errors/*, /posters/*, the default behavior)" in warning.text


@pytest.mark.parametrize("event", ["viewer-response", "origin-response"])
def test_a_function_at_a_response_has_no_warning(event: str) -> None:
    """A function that runs after the origin answered cannot change the path."""
    assert warnings_of(replace(behavior("/posters/*"), lambdas=(replace(LAMBDA, event=event),))) == []


def test_a_function_on_a_signed_path_has_no_warning() -> None:
    """Nobody gets there without a signature; a public distribution has nothing to bypass either."""
    assert warnings_of(replace(behavior("/clips/*", "G2"), functions=(FUNCTION,))) == []
    assert warnings_of(replace(behavior("/posters/*"), functions=(FUNCTION,)), behavior("")) == []
