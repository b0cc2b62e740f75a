"""Problems of several members of a list with one cause and one fix are one problem."""

import pytest

from cfstream.errors import Problem, Where
from cfstream.planning.alike import joined

FIX = "request one"


def problem(what: str, line: int = 1, do: str = FIX, file: str = "a.yaml") -> Problem:
    """Return a problem of a spec."""
    return Problem(Where(file, line), what, do)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (["none covers a; it is x", "none covers b; it is x"], "none covers a and b; it is x"),
        ([f"E1 has {name} among its aliases" for name in "abc"], "E1 has a, b and c among its aliases"),
        ([f"it is for {name}" for name in "abcdefg"], "it is for a, b, c, d, e and 2 more"),
        (["x does not exist", "x does not exist"], "x does not exist (also in line 2)"),
    ],
)  # fmt: skip
def test_members_are_named_together(found: list[str], text: str) -> None:
    """The place is that of the first one."""
    (one,) = joined(problem(what, line) for line, what in reversed([*enumerate(found, 1)]))
    assert (one.what, one.where.line, one.do) == (text, 1, FIX)


@pytest.mark.parametrize(
    "found",
    [
        [problem("a is wrong"), problem("b is wrong", do="other")],
        [problem("a is wrong"), problem("b is wrong", file="b.yaml")],
        [problem("a is b"), problem("c is d")],
        [problem("a is b"), problem("a is b and c")],
    ],
)
def test_other_problems_stay_apart(found: list[Problem]) -> None:
    """Another fix, another file, or more than one word that differs."""
    assert joined(found) == sorted(found)


def test_a_group_differs_in_one_place() -> None:
    """A third problem that differs in another word is not of the group."""
    found = [problem("a has b", 1), problem("c has b", 2), problem("a has d", 3)]
    assert [each.what for each in joined(found)] == ["a and c have b", "a has d"]
