"""Caller references are derived, and different for each resource."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cfstream.stack.caller_reference import caller_reference, is_caller_reference

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True)
KINDS = st.sampled_from(["distribution", "streaming-distribution", "origin-access-identity", "public-key"])
ARGUMENTS = st.tuples(st.from_regex(r"[0-9]{12}", fullmatch=True), NAMES, KINDS, st.integers(1, 200))


def test_it_is_made_of_account_name_kind_and_generation() -> None:
    """A reference in the console shows which stack the resource belongs to."""
    reference = caller_reference("123456789012", "lectures", "distribution")

    assert reference == "cfstream-123456789012-lectures-distribution-1"
    assert caller_reference("123456789012", "lectures", "distribution", 12).endswith("-distribution-12")


def test_a_hyphen_in_a_name_is_not_taken_for_one_in_a_kind() -> None:
    """The distribution of lectures-streaming has another reference than the streaming distribution of lectures."""
    one = caller_reference("123456789012", "lectures-streaming", "distribution")
    other = caller_reference("123456789012", "lectures", "streaming-distribution")

    assert one != other


@given(ARGUMENTS, ARGUMENTS)
def test_equal_references_come_from_equal_arguments(one: Any, other: Any) -> None:
    """Two resources never share a reference."""
    assert (caller_reference(*one) == caller_reference(*other)) == (one == other)


@given(ARGUMENTS, ARGUMENTS)
def test_a_reference_is_known_in_every_generation_and_for_nothing_else(one: Any, other: Any) -> None:
    """A resource is recognised by its reference in every generation."""
    reference = caller_reference(*one)

    assert is_caller_reference(reference, *one[:3])
    assert is_caller_reference(reference, *other[:3]) == (one[:3] == other[:3])


def test_a_text_that_only_begins_like_a_reference_is_not_one() -> None:
    """A reference that someone else chose is not recognised."""
    reference = caller_reference("123456789012", "lectures", "distribution")

    assert not is_caller_reference(f"{reference}-copy", "123456789012", "lectures", "distribution")
