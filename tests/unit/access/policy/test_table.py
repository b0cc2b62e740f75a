"""The reference table holds, and the manual shows it."""

from collections import Counter

import pytest

from tests.unit.access.policy.page import PAGE, page
from tests.unit.access.policy.table import Row, found, rows

ROWS = rows()
HEALTHY = [row for row in ROWS if row.judged == "all"]


def named(row: Row) -> str:
    """Return the row's name for the report of a test."""
    return f"{row.group}: {row.name}"


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_a_policy_admits_who_the_table_lists(row: Row) -> None:
    """Each policy admits exactly the listed readers, with the blocks off and on."""
    assert (found(row, blocked=False), found(row, blocked=True)) == (row.off, row.on)


@pytest.mark.parametrize("row", HEALTHY, ids=named)
def test_a_correct_policy_is_not_an_opening(row: Row) -> None:
    """A healthy policy admits no opening, for any action."""
    assert [line for line in (*row.off, *row.on) if "opening" in line.split("; ")] == []


def test_the_table_is_large_enough_to_be_a_reference() -> None:
    """It has at least 120 policies, 25 of them healthy, and each has a source and a unique name."""
    assert len(ROWS) >= 120
    assert len(HEALTHY) >= 25
    assert [row.name for row in ROWS if not row.source] == []
    assert [name for name, times in Counter(map(named, ROWS)).items() if times > 1] == []


def test_the_manual_shows_the_table() -> None:
    """The page is generated from the table."""
    again = "to generate it again: python -m tests.unit.access.policy.page"
    assert PAGE.read_text(encoding="utf-8") == page(), again
