"""Names for stacks, from the names of a distribution."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfstream.adoption.naming import proposed_name, unique
from cfstream.spec.fields import STACK_NAME
from tests.thorough import examples


@pytest.mark.parametrize(
    ("cnames", "comment", "bucket", "name"),
    [
        (("media.example.com", "a.example.com"), "Lectures", "media", "a-example-com"),
        (("*.example.com",), "Lectures", "media", "example-com"),
        ((), "Vorträge 2026!", "media", "vortrage-2026"),
        ((), "2026: films", "media", "films"),
        ((), "映画", "media.example", "media-example"),
        ((), "", "0123", "d-e1abc"),
        (
            (),
            "A comment that goes on and on for much longer than a name",
            "m",
            "a-comment-that-goes-on-and-on",
        ),
    ],
)
def test_the_first_thing_with_letters_names_the_stack(
    cnames: tuple[str, ...], comment: str, bucket: str, name: str
) -> None:
    """A cname comes first, then the comment, the bucket, and the id."""
    assert proposed_name(cnames, comment, bucket, "E1ABC") == name


@settings(max_examples=examples(100), deadline=None, derandomize=True, database=None)
@given(st.lists(st.text(), max_size=2), st.text(), st.text())
def test_every_name_is_one(cnames: list[str], comment: str, bucket: str) -> None:
    """The name is always valid in a spec, even with a number at its end."""
    proposed = proposed_name(cnames, comment, bucket, "E1UGDLB9XZBD79")
    assert STACK_NAME.fullmatch(proposed)
    taken: set[str] = set()
    for _ in range(12):
        name = unique(proposed, taken)
        assert STACK_NAME.fullmatch(name)
        assert name not in taken
        taken.add(name)
