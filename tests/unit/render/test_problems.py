"""A problem as text: what, where, the line with a caret under the position, and a fix."""

from cfstream.errors import Problem, Where
from cfstream.render.problems import problems_text


def problem_text(
    line: str, col: int, *, note: str = "", what: str = "this is wrong", do: str = "repair it"
) -> str:
    """Return the text of a problem in line 11 of a file."""
    return problems_text([Problem(Where("a.yaml", 11, col), what, do, line, note)], color=False)


def caret_under(text: str) -> str:
    """Return the characters of the source line above the caret and after it."""
    _, _, source, caret, *_ = text.split("\n")
    return source[caret.index("^") :]


def test_the_whole_text() -> None:
    """The caret is under the position, with its note beside it."""
    note = "YAML reads a number here, and its leading zero is gone"
    what = "trusted_signers[0] must be text, not a number"
    assert problem_text("    - 012345678901", 7, note=note, what=what, do='write "012345678901"') == (
        "error: trusted_signers[0] must be text, not a number\n"
        "  a.yaml:11:7\n"
        "   11 |     - 012345678901\n"
        "      |       ^ YAML reads a number here, and its leading zero is gone\n"
        '  fix: write "012345678901"\n'
    )


def test_several_and_none() -> None:
    """An empty line is between two problems. Without problems there is no text."""
    problem = Problem(Where("a.yaml"), "it is gone", "look for it")
    block = "error: it is gone\n  a.yaml\n  fix: look for it\n"
    assert problems_text([problem, problem], color=False) == f"{block}\n{block}"
    assert problems_text([], color=False) == ""


def test_the_same_problem_of_many_files_is_shown_once() -> None:
    """With every place and a fix; other problems keep their places."""
    same = [Problem(Where(f"{name}.yaml", 3, 1), "unknown key", "write sign", "sing: x") for name in "acd"]
    other = Problem(Where("b.yaml"), "it is gone", "look for it")
    assert problems_text([same[0], other, *same[1:]], color=False) == (
        "error: unknown key\n  a.yaml:3:1\n    3 | sing: x\n      | ^\n"
        "  The same in 2 other places:\n    c.yaml:3:1\n    d.yaml:3:1\n  fix: write sign\n\n"
        "error: it is gone\n  b.yaml\n  fix: look for it\n\n"
        "4 problems in 4 files.\n"
    )
    assert "same" not in problems_text(same[:2], color=False)


def test_a_place_without_a_line() -> None:
    """Without the source line there is no excerpt, and without a column there is no caret."""
    assert problems_text([Problem(Where("a.yaml", 3), "x", "")], color=False) == "error: x\n  a.yaml:3\n"
    assert (
        problem_text("cnames: []", 0)
        == "error: this is wrong\n  a.yaml:11\n   11 | cnames: []\n  fix: repair it\n"
    )


def test_sentences_are_wrapped_between_words() -> None:
    """No word is cut, and the next line is aligned with the first."""
    problem = Problem(
        Where("a.yaml", 3), "a sentence that is wider than the page is", "write less, or widen the page"
    )
    assert problems_text([problem], color=False, width=40) == (
        "error: a sentence that is wider than the\n"
        "  page is\n"
        "  a.yaml:3\n"
        "  fix: write less, or widen the page\n"
    )


def test_colors() -> None:
    """Colours do not change any word."""
    problem = Problem(Where("a.yaml", 11, 1), "x", "y", "line", "note")
    colored = problems_text([problem], color=True)
    assert colored.startswith("\x1b[1;31merror:\x1b[0m \x1b[1mx\x1b[0m\n")
    assert "\x1b[31m^ note\x1b[0m" in colored
    plain = colored
    for code in ("0", "1", "2", "31", "36", "1;31"):
        plain = plain.replace(f"\x1b[{code}m", "")
    assert plain == problems_text([problem], color=False)


def test_wide_and_narrow_characters() -> None:
    """The caret counts terminal columns: two for wide characters, none for combining ones, one for a tab."""
    assert "      |       ^" in problem_text("名前: 講義", 5)
    assert "      |  ^" in problem_text("e\u0301x", 3)
    assert caret_under(problem_text("\ta: b", 5)) == "b"


def test_control_characters_are_written_as_escapes() -> None:
    """A file cannot control the terminal through a message."""
    text = problem_text("a: \x1b[2Jb\u202ec", 4, what="\x1b[31mred", do="\u202e")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\u001b[2Jb\\u202ec" in text


def test_a_long_line_is_shown_around_the_caret() -> None:
    """A long line is cut around the position, and the caret still points at it."""
    line = "a" * 500 + "X" + "b" * 500
    text = problem_text(line, 501)
    assert caret_under(text).startswith("Xbbb")
    assert max(map(len, text.split("\n"))) == 80
    assert "| …aaa" in text
    assert "bbb…\n" in text
    assert caret_under(problem_text("X" + "b" * 500, 1)) == "X" + "b" * 70 + "…"
    assert caret_under(problem_text("a" * 500 + "X", 501)) == "X"
    assert caret_under(problem_text("a" * 71 + "X", 72)) == "X"
    narrow = problems_text([Problem(Where("a.yaml", 11, 501), "x", "y", line)], color=False, width=40)
    assert max(map(len, narrow.split("\n"))) == 40
    assert caret_under(narrow).startswith("Xbbb")
    _, _, source, caret, *_ = problem_text("講" * 60 + "X", 61).split("\n")
    assert source.endswith("講X")
    assert sum(2 if char == "講" else 1 for char in source) - 1 == caret.index("^") <= 79
