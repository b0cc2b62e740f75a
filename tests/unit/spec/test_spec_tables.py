"""Every rule of the language as tables: a few lines, and each problem with its place, text and fix."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.spec.reading import HEAD, TABLES, problems, reported, table, table_text, whole

NAMES = sorted(path.stem for path in TABLES.glob("*.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_lines_have_the_problems_that_the_table_says(name: str, golden: Callable[[Path, str], None]) -> None:
    """Each row has exactly the listed problems, or is valid."""
    golden(TABLES / f"{name}.txt", table_text(reported(row) for row in table(name)))


@pytest.mark.parametrize("arrow", ["", "→", "→ ", "→ sound"])
def test_a_new_row_needs_only_its_lines(arrow: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An arrow after them does not become a part of the spec. The written table is read back as it was."""
    monkeypatch.setattr("tests.unit.spec.reading.TABLES", tmp_path)
    file = tmp_path / "new.txt"
    file.write_text(f"{HEAD}\nname: a\n\nenabled: perhaps\n{arrow}\n", encoding="utf-8")
    rows = [reported(row) for row in table("new")]
    assert [(row.lines, len(row.problems)) for row in rows] == [("name: a\n", 0), ("enabled: perhaps\n", 1)]
    file.write_text(table_text(rows), encoding="utf-8")
    assert table("new") == rows


@pytest.mark.parametrize("name", NAMES)
def test_no_message_is_lazy(name: str) -> None:
    """A message shows what is wrong and how to fix it, and does not only say "invalid"."""
    for row in table(name):
        for _, what, do in row.problems:
            assert len(what) > 10
            assert do
            assert "invalid" not in f"{what} {do}".lower()


@pytest.mark.parametrize("name", NAMES)
def test_a_message_begins_with_what_is_wrong(name: str) -> None:
    """The fault comes before the list of allowed values, which may be longer than a screen is wide."""
    for row in table(name):
        for _, what, _ in row.problems:
            listed = re.search(r"(?:[\w.*-]+, ){2}[\w.*-]+ (?:or|and) ", what)
            assert listed is None or re.search(
                r"cannot be|not a|not name|not allowed", what[: listed.start()]
            ), what
            assert not re.search(r"\band (this|the) \w+ has|\band this (has|is) ", what), what


@pytest.mark.parametrize("name", NAMES)
def test_no_message_has_the_words_of_a_parser(name: str) -> None:
    """YAML that cannot be read is explained in plain words, and the place is where the mistake is."""
    for row in table(name):
        for _, what, _ in row.problems:
            assert not [
                word
                for word in ("expected", "token", "stream", "node", "scalar", "<")
                if word in what.split()
            ]
            assert "<block" not in what


@pytest.mark.parametrize(
    ("text", "what", "do"),
    [
        ("version:1\nname:lectures\n", "there is no space after version:", "write version: 1"),
        ('name = "lectures"\nbucket = "x"\n', "a field has a colon, not =", 'write name: "lectures"'),
        ("%FOO\nversion: 1\n", "a line that begins with % is a directive of YAML", "delete the line"),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nb: c\n",
            "this looks like a private key, not a spec",
            "move it elsewhere; to sign with it: cfstream sign URL --spec SPEC --key FILE --expires 1h",
        ),
    ],
)
def test_text_that_is_not_yaml_from_its_first_line(text: str, what: str, do: str) -> None:
    """The first line decides; the lines of a private key are never repeated."""
    assert [(message, fix) for _, message, fix in problems(text)] == [(what, do)]


@pytest.mark.parametrize(
    ("lines", "place", "what"),
    [
        ("comment: a\x07b", "1:11", "the character U+0007 is not allowed in YAML"),
        ("enabled:\n\tx: 1", "2:1", "YAML does not allow a tab here"),
        ("\tname: x", "1:1", "YAML does not allow a tab here"),
        ("x: " + "[" * 60, "1:44", "this is nested more than 40 levels deep"),
        ('comment: "a\\x01b"', "1:10", "the character U+0001 cannot be sent to AWS"),
        (
            'comment: "\\U00110000"',
            "1:1",
            r"this cannot be read as YAML: an escape like \U00110000 is not a character",
        ),
        ("cnames: [ü..example.com]", "1:10", '"ü..example.com" is not in the form that DNS uses'),
    ],
)
def test_characters_that_a_table_cannot_show(lines: str, place: str, what: str) -> None:
    """Tabs, control characters and many brackets have their places too."""
    assert [(where, message) for where, message, _ in problems(whole(lines))] == [(place, what)]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n---\n", "--- ~\n", "\ufeff"])
def test_a_file_without_a_spec(text: str) -> None:
    """An empty file has no spec."""
    what = "this file contains no spec"
    assert problems(text) == [("1:1", what, 'write one; "cfstream init" shows how it begins')]


@pytest.mark.parametrize(
    ("text", "found"), [("[1, 2]", "list"), ("just text", "single value"), ("42", "single value")]
)
def test_a_document_that_is_not_a_mapping(text: str, found: str) -> None:
    """A list or a single value is not a spec."""
    ((place, what, do),) = problems(text)
    assert (place, what) == ("1:1", f"this is a {found}, and a spec is a mapping of fields")
    assert do.startswith('begin with "version: 1"')


@pytest.mark.parametrize(
    ("template", "limit", "place", "what"),
    [
        ("name: {}", 32, "1:7", "is not a valid stack name"),
        (
            "comment: {}",
            128,
            "1:10",
            "the comment is too long: it has 129 characters, and at most 128 are allowed",
        ),
        (
            "oai: {{comment: {}}}",
            110,
            "1:16",
            "it has 111 characters, and at most 110 are allowed after the mark cfstream:lectures",
        ),
        ("bucket: {}", 63, "1:9", "is not a bucket name"),
        ("key_groups: [{{use: {}}}]", 128, "1:20", "is not a valid CloudFront name"),
        (
            "http: {{behaviors: [{{path: {}, public: true}}]}}",
            255,
            "1:27",
            "the path pattern is too long: it has 256 characters",
        ),
        (
            "http: {{default_root_object: {}}}",
            255,
            "1:29",
            "the default root object is too long: it has 256 characters",
        ),
        ("grant: {{prefix: {}}}", 1024, "1:17", "the prefix is too long: it has 1,025 bytes"),
        ("tags: {{{}: x}}", 128, "1:8", "the key of this tag is too long: it has 129 characters"),
        (
            "tags: {{x: {}}}",
            256,
            "1:11",
            "the value of this tag is too long: it has 257 characters",
        ),
    ],
)
def test_lengths(template: str, limit: int, place: str, what: str) -> None:
    """Text of the length that AWS accepts is valid, and one more character is a problem."""
    assert problems(whole(template.format("a" * limit))) == []
    ((where, message, _),) = problems(whole(template.format("a" * (limit + 1))))
    assert where == place
    assert what in message


@pytest.mark.parametrize(("grant", "room"), [("", 49), ("oai: {}\ngrant: {via: object-acl}\n", 48)])
def test_number_of_tags(grant: str, room: int) -> None:
    """A distribution can have fifty tags, of which cfstream needs one or two."""
    tags = [f"k{number}: v" for number in range(room + 1)]
    assert problems(whole(f"tags: {{{', '.join(tags[:-1])}}}\n{grant}")) == []
    ((place, what, _),) = problems(whole(f"tags: {{{', '.join(tags)}}}\n{grant}"))
    assert place == "1:1"
    assert f"can have {room} besides" in what


@pytest.mark.parametrize("prefix", ["", "x-"])
def test_aliases_are_bounded(prefix: str) -> None:
    """A few aliases that expand to a billion values are refused before they expand, in extensions too."""
    bomb = f"{prefix}a: &a [x, x, x, x, x, x, x, x, x]\n"
    for this, last in zip("bcdefghi", "abcdefgh", strict=True):
        bomb += f"{prefix}{this}: &{this} [{', '.join([f'*{last}'] * 9)}]\n"
    messages = [what for _, what, _ in problems(whole(bomb))]
    assert messages.count("the aliases of this document expand to more than 10,000 values") == 1


def test_hundreds_of_documents() -> None:
    """A file with three hundred specs is read to its end, and the last problem has its line."""
    one = "---\nversion: 1\nname: s{}\nbucket: lectures-media\ntrusted_signers: [self]\n"
    text = "".join(one.format(number) for number in range(300))
    assert problems(text + one.format(7)) == [
        ("1503:7", 'the name "s7" is taken by the stack at -:38:7', "give this stack another name")
    ]
