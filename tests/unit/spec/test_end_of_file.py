"""A text that is not finished at the end of the file: the problem names the line that began it, never one behind."""

import io

import pytest

from cfstream.errors import SpecProblems
from cfstream.spec.load import load


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("cnames: [", 1, "the [ is never closed"),
        ("name: a\ncnames: [\n\n\n", 2, "the [ is never closed"),
        ("cnames: [ # [ {\n", 1, "the [ is never closed"),
        ('http: {behaviors: [{path: "/["}],\n', 1, "the { is never closed"),
        ("http: {\n  cors: {origins: [a]},\n", 1, "the { is never closed"),
        ("name: a\ncomment: 'it\n\n", 2, "the quote ' is never closed"),
        ('comment: "it', 1, 'the quote " is never closed'),
    ],
)
def test_an_unclosed_bracket_is_named(text: str, line: int, what: str) -> None:
    """Brackets in comments and in quotes do not count."""
    with pytest.raises(SpecProblems) as raised:
        load(["-"], stdin=io.StringIO(text))
    (problem,) = raised.value.problems
    assert (problem.where.line, problem.what) == (line, what)
