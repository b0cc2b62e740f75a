"""Texts that match several patterns."""

import re
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from cfstream.access.policy.wildcards import fits, pattern, shared
from tests.thorough import examples

PATTERNS = st.text("ab*?", max_size=4)
TEXTS = ["".join(each) for size in range(6) for each in product("abx", repeat=size)]


def matches(wanted: str, text: str) -> bool:
    """Match with a regular expression."""
    expression = "".join({"*": ".*", "?": "."}.get(each, each) for each in wanted)
    return re.fullmatch(expression, text) is not None


@given(PATTERNS, st.sampled_from(TEXTS))
@settings(max_examples=examples(200), deadline=None)
def test_a_pattern_fits_as_iam_documents(wanted: str, text: str) -> None:
    """An asterisk is any text, a question mark one character."""
    assert fits(text, wanted) is matches(wanted, text)


@given(
    st.lists(st.lists(PATTERNS, min_size=1, max_size=2), min_size=1, max_size=2),
    st.lists(PATTERNS, max_size=2),
)
@settings(max_examples=examples(150), deadline=None)
def test_a_shared_text_is_found_exactly_if_there_is_one(groups: list[list[str]], none: list[str]) -> None:
    """It matches one pattern of each group and none of the others. A brute-force search agrees."""

    def good(text: str) -> bool:
        return all(any(matches(one, text) for one in group) for group in groups) and not any(
            matches(one, text) for one in none
        )

    found = shared([[pattern(one) for one in group] for group in groups], [pattern(one) for one in none])
    assert found is None or good(found)
    assert found is not None or not any(map(good, TEXTS))
