"""Paths that the spec declares public: a plan that ends them closes nothing that was open by mistake."""

import pytest

from cfstream.access.evaluate import evaluate
from cfstream.planning.exposure import declared_public
from tests.unit.access.models import behavior, distribution, model, to_oac
from tests.unit.kinds.live import context

HEAD = "version: 1\nname: lectures\nbucket: media\n"
SIGNED = HEAD + "trusted_signers: [self]\n"
THUMBS = "anyone through distribution lectures (/thumbs/*)"
ALL = "anyone through distribution lectures"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SIGNED, ()),
        (SIGNED + 'http: {behaviors: [{path: "/thumbs/*", public: true}]}\n', (THUMBS,)),
        (SIGNED + 'http: {behaviors: [{path: "/posters/*", public: true}]}\n', ()),
        (HEAD + "public: true\n", (ALL, THUMBS)),
        (
            HEAD + 'public: true\nhttp: {behaviors: [{path: "/thumbs/*", trusted_signers: [self]}]}\n',
            (ALL,),
        ),
    ],
)
def test_paths_of_the_spec(text: str, expected: tuple[str, ...]) -> None:
    """A behavior of the spec declares its own path, and the top of the spec all others."""
    own = distribution("E1", behavior("/thumbs/*"), behavior(""), oac="C1")
    (seen,) = evaluate(model(own, policy=(to_oac(),)))
    assert declared_public(seen, context(text).stack.spec) == expected
