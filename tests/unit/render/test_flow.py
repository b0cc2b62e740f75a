"""Laying out words: what is cut, what is not, and what is escaped."""

import pytest

from cfstream.cli.table import ENTRIES
from cfstream.render.flow import NAMES, Page, Style, Word, advice, columns, padded, page, printable, words


def test_lines_break_between_words_and_hang_under_their_beginning() -> None:
    """A line ends before the page does, and the next one is aligned with the first one's text."""
    assert Page(width=20).flow(words("one two three four five"), first="- ", rest="  ") == [
        "- one two three four",
        "  five",
    ]


def test_a_word_wider_than_the_page_is_never_cut() -> None:
    """An id that does not fit has its own line."""
    long_id = "origin-access-control:lectures"
    assert Page(width=20).flow(words(f"from {long_id} on")) == ["from", long_id, "on"]


def test_a_word_gets_less_space_if_it_fits_only_then() -> None:
    """A terminal would break it. One that does not fit at all keeps the space."""
    for word, line in (("a" * 18, "  " + "a" * 18), ("a" * 20, "a" * 20), ("a" * 21, "    " + "a" * 21)):
        assert Page(width=20).flow(words(f"from {word}"), first="  ", rest="    ") == ["  from", line]


def test_neighbours_of_one_style_share_their_codes() -> None:
    """Colours have no width, and a run of words has one pair of codes."""
    line = [*words("no such thing", Style.RED), Word("here")]
    assert Page(width=18, color=True).flow(line) == ["\x1b[31mno such thing\x1b[0m here"]


def test_without_room_the_right_side_goes_to_the_next_line() -> None:
    """Two texts share a line only if there are two columns between them."""
    left, right = words("distribution:lectures"), Word("lectures.yaml:5")
    assert Page(width=40).beside(left, right) == ["distribution:lectures    lectures.yaml:5"]
    assert Page(width=37).beside(left, right) == [
        "distribution:lectures",
        "                      lectures.yaml:5",
    ]


def test_a_page_has_20_to_100_columns() -> None:
    """A page has 20 to 100 columns on any terminal."""
    assert [page(width, color=False).width for width in (0, 40, 500)] == [20, 40, 100]


def test_control_characters_are_written_as_escapes() -> None:
    """Text from a file or from AWS cannot colour, overwrite or reverse text on the terminal."""
    assert printable("a\x1b[31mb\u202ec\n") == "a\\u001b[31mb\\u202ec\\n"
    assert printable("Vorträge 講義") == "Vorträge 講義"


def test_a_command_in_advice_is_one_word_that_can_be_pasted() -> None:
    """A shell would run backticks, and a line break ends a command. Other quotes stay."""
    words = [
        word.text for word in advice("run `aws s3 ls --x y`, or take `adopt: E1`. `cfstream plan a b` tells")
    ]
    assert words == ["run", "aws s3 ls --x y,", "or", "take", "`adopt: E1`.", "cfstream plan a b", "tells"]


def test_a_wide_character_has_two_columns_and_an_accent_none() -> None:
    """The width is that on a terminal, so no line is too wide."""
    assert [columns(text) for text in ("a", "講義", "e\u0301", "—")] == [1, 4, 1, 1]
    assert padded("講義", 6) == "講義  "
    assert Page(width=10).flow(words("講義 講義 講義")) == ["講義 講義", "講義"]
    (line,) = Page(width=20).beside(words("講義"), Word("a.yaml"))
    assert columns(line) == 20


def test_a_label_has_its_own_line_if_its_value_is_too_wide() -> None:
    """An id below its label can be copied as a whole, with less space before it. If it fits on no line, it stays."""
    sheet = Page(width=20)
    assert sheet.flow(words("abcdefghijklm on"), first="  Domain name: ", rest="    ") == [
        "  Domain name:",
        "    abcdefghijklm on",
    ]
    below = sheet.flow(words("abcdefghijklm"), first="  Domain name: ", rest=" " * 15)
    assert below == ["  Domain name:", "       abcdefghijklm"]
    beside = sheet.flow(words("abcdefghijklmnopqrstu"), first="  Domain name: ", rest=" " * 15)
    assert beside == ["  Domain name: abcdefghijklmnopqrstu"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("if intended, run: cfstream apply a.yaml --allow x", ["cfstream apply a.yaml --allow x"]),
        ("it resumes; to wait: cfstream wait a.yaml; then verify", ["cfstream wait a.yaml;"]),
        ("plan: cfstream plan a (or b), then x", ["cfstream plan a"]),
        ("run: aws sso login --profile x", ["aws sso login --profile x"]),
        ("it is lost: cfstream never writes it", []),
    ],
)
def test_a_command_after_a_colon_is_one_word(text: str, parts: list[str]) -> None:
    """It ends with the line, or at a comma, a semicolon or a bracket. A sentence about cfstream is not a command."""
    found = [word.text for word in advice(text)]
    assert [each for each in found if " " in each] == parts
    assert "".join("".join(found).split()) == "".join(text.split())


def test_commands_are_known() -> None:
    """They are those of the program."""
    assert set(NAMES) == set(ENTRIES)


@pytest.mark.parametrize(
    "command",
    [
        "pip install 'cfstream[fast]'",
        "uv pip install 'cfstream[fast]'",
        "pip install --upgrade boto3",
        "pipx install --force --suffix=-next 'cfstream[sandbox,fast] @ git+https://github.com/cfstream/cfstream@main'",
        "uv tool install --editable '/srv/my video/cfstream[sandbox,fast]' --with 'plugin>=1'",
    ],
)
def test_a_command_of_an_installer_is_one_word(command: str) -> None:
    """A line break inside its quotes would be a part of the requirement."""
    assert [word.text for word in advice(command)] == [command]
    assert len(advice(f"{command}, then plan again")) > 1


def test_what_is_beside_wrapped_words_is_on_their_last_line() -> None:
    """A third line is only needed if there is no room on the second."""
    left = [Word(part) for part in ("lectures", "1 to create,", "2 to modify,", "1 to delete")]
    found = Page(40).beside(left, Word("lectures.yaml"))
    assert found == ["lectures 1 to create, 2 to modify,", "    1 to delete            lectures.yaml"]
    assert Page(40, color=True).beside([*left[:-1], Word("1 to delete", Style.BOLD)], Word("a.yaml"))[-1] == (
        "    \x1b[1m1 to delete\x1b[0m                   a.yaml"
    )
