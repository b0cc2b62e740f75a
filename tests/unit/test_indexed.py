"""An index finds what a search of all elements finds."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from cfstream.indexed import Indexed, amended, having

Row = tuple[int, frozenset[str]]

ROWS = st.dictionaries(st.integers(0, 9), st.frozensets(st.sampled_from("abc"))).map(
    lambda found: sorted(found.items())
)


def letters(row: Row) -> frozenset[str]:
    """Return what a row is found by."""
    return row[1]


def number(row: Row) -> int:
    """Return what the rows are sorted by."""
    return row[0]


def plain(rows: Iterable[Row], key: str) -> list[Row]:
    """Return the rows that have the key, without an index."""
    return [row for row in rows if key in row[1]]


@given(ROWS, st.sampled_from("abcd"))
def test_an_index_finds_what_a_search_of_all_elements_finds(rows: list[Row], key: str) -> None:
    """Whatever the rows are."""
    found = having(Indexed(rows), letters, key)
    assert list(found) == list(having(rows, letters, key)) == plain(rows, key)


@given(ROWS, st.tuples(st.integers(0, 9), st.frozensets(st.sampled_from("abc"))), st.sampled_from("abcd"))
def test_an_amended_tuple_has_the_new_element_in_its_place(rows: list[Row], one: Row, key: str) -> None:
    """The index of the others is used, and the replaced element is not found."""
    expected = sorted({**dict(rows), one[0]: one[1]}.items())
    changed = amended(Indexed(rows), one, number)
    assert list(changed) == expected
    assert list(changed.having(letters, key)) == plain(expected, key)


@given(ROWS)
def test_a_value_of_all_rows_is_computed_once(rows: list[Row]) -> None:
    """A value of all rows is computed once."""
    asked: list[int] = []

    def length(of: Iterable[Row]) -> int:
        asked.append(1)
        return len(list(of))

    indexed = Indexed(rows)
    assert indexed.once(length) == indexed.once(length) == len(rows)
    assert len(asked) == 1
