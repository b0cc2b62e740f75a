"""Who can read: the table of readers and the chain to one object, on wide and on narrow pages."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfstream.access.policy import KINDS_OF_ANYONE
from cfstream.access.reader import ANYONE, May, Reader, ReaderKind
from cfstream.access.report import AccessRow, Chain, Link, Opening, StackAccess
from cfstream.errors import Notice
from cfstream.render.access import access_document, access_text
from cfstream.render.flow import Page
from cfstream.render.readers import paths_with_excluded
from cfstream.render.table import TableRow, cell_lines, table

SIGNERS = Reader(ReaderKind.KEY_GROUP, "lectures-signers")
ROLE = Reader(ReaderKind.PRINCIPAL, "arn:aws:iam::999988887777:role/media/transcoder")
OWN = "distribution:lectures, statement cfstream-lectures-oac"

ROWS = (
    AccessRow(
        reader=SIGNERS,
        may=May.READ,
        paths=("/*", "/clips/*"),
        witness="a",
        certain=True,
        before=True,
        after=True,
        by=OWN,
    ),
    AccessRow(
        reader=ANYONE,
        may=May.READ,
        paths=("/posters/*", "/thumbnails/2026/autumn/semester/*"),
        witness="posters/a",
        certain=True,
        before=True,
        after=True,
        by=OWN,
    ),
    AccessRow(
        reader=Reader(ReaderKind.ACCOUNT, "999988887777"),
        may=May.READ,
        paths=("/*",),
        witness="a",
        certain=False,
        before=True,
        after=True,
        by="statement Shared",
        undecided=("StringLike aws:PrincipalTag/team",),
        opening=True,
    ),
)
OPENINGS = (
    Opening(
        "account 999988887777 may read everything in lectures-media: statement Shared",
        'list "999988887777" in also_read_by, or delete the statement',
        "policy",
        Reader(ReaderKind.ACCOUNT, "999988887777"),
        "a",
    ),
)
NOTICE = Notice("the access points of lectures-media could not be read")
TABLE = StackAccess("lectures", "specs/lectures.yaml", None, ROWS, OPENINGS, (), (NOTICE,))
LINKS = (
    Link("host", "media.example.com", "specs/lectures.yaml:12"),
    Link("behavior", "default", "specs/lectures.yaml:8"),
    Link(
        "signers",
        "key group lectures-signers: keys lectures-2026-05 and lectures-2026-11",
        "specs/lectures.yaml:14",
    ),
    Link("identity", "origin access control E2QWRUHAPOMQZL signs requests of E1UGDLB9XZBD79", "live"),
    Link("statement", "s3:GetObject on arn:aws:s3:::lectures-media/*", "Sid cfstream-lectures-oac"),
)
CHAIN = StackAccess(
    "lectures",
    "specs/lectures.yaml",
    "talks/1.mp4",
    ROWS,
    (),
    (Chain(SIGNERS, May.READ, certain=True, links=LINKS),),
)

TABLE_AT_80 = """\
lectures                                                     specs/lectures.yaml

  ! account 999988887777 may read everything in lectures-media: statement Shared
    fix: list "999988887777" in also_read_by, or delete the statement

  reader                may         paths                 way
  account 999988887777  maybe read  /*                    statement Shared; not
                                                          decided: StringLike
                                                          aws:PrincipalTag/team
  key group             read        /*, /clips/*          distribution:lectures,
  lectures-signers                                        statement
                                                          cfstream-lectures-oac
  anyone                read        /posters/*,           distribution:lectures,
                                    /thumbnails/2026/     statement
                                    autumn/semester/*     cfstream-lectures-oac

  note: the access points of lectures-media could not be read
"""

TABLE_AT_40 = """\
lectures             specs/lectures.yaml

  ! account 999988887777 may read
    everything in lectures-media:
    statement Shared
    fix: list "999988887777" in
      also_read_by, or delete the
      statement

  account 999988887777
    may    maybe read
    paths  /*
    way    statement Shared; not
           decided: StringLike
           aws:PrincipalTag/team

  key group lectures-signers
    may    read
    paths  /*, /clips/*
    way    distribution:lectures,
           statement
           cfstream-lectures-oac

  anyone
    may    read
    paths  /posters/*,
           /thumbnails/2026/autumn/
           semester/*
    way    distribution:lectures,
           statement
           cfstream-lectures-oac

  note: the access points of
    lectures-media could not be read
"""

CHAIN_AT_80 = """\
lectures                                                     specs/lectures.yaml

  Who can read talks/1.mp4

  key group lectures-signers (read)
    host       media.example.com                          specs/lectures.yaml:12
    behavior   default                                     specs/lectures.yaml:8
    signers    key group lectures-signers: keys lectures-2026-05 and
               lectures-2026-11                           specs/lectures.yaml:14
    identity   origin access control E2QWRUHAPOMQZL signs requests of
               E1UGDLB9XZBD79                                               live
    statement  s3:GetObject on arn:aws:s3:::lectures-media/*
               Sid cfstream-lectures-oac
"""


def at(stack: StackAccess, width: int, *, color: bool = False) -> str:
    """Return the text of one stack."""
    return access_text([stack], color=color, width=width)


def test_readers_are_a_table() -> None:
    """Openings come first with their fixes. Every row has its paths and its way."""
    assert at(TABLE, 80) == TABLE_AT_80


def test_on_a_narrow_page_each_reader_has_a_block() -> None:
    """Nothing is cut inside a word, and no line is wider than the page."""
    assert at(TABLE, 40) == TABLE_AT_40


def test_one_object_has_a_chain_for_each_reader() -> None:
    """Each link is on its line with the line of the spec or the Sid that it comes from."""
    assert at(CHAIN, 80) == CHAIN_AT_80


def test_an_arn_is_never_cut() -> None:
    """A reader whose name leaves no room for other columns has a block, with its name in one piece."""
    row = AccessRow(
        ROLE, May.LIST, ("/*",), "a", certain=True, before=True, after=None, by="statement Partner"
    )
    stack = StackAccess("lectures", "lectures.yaml", None, (row,))
    arn = "arn:aws:iam::999988887777:role/media/transcoder"
    assert f"  principal {arn}\n    may    list\n" in at(stack, 60)
    assert f"  principal\n  {arn}\n    may    list\n" in at(stack, 40)


def test_one_reader_with_one_way_is_one_row() -> None:
    """Reading and listing through the same statement are one row."""
    rows = [
        AccessRow(ROLE, may, ("/*",), "a", certain=True, before=None, after=None, by="statement Partner")
        for may in (May.READ, May.LIST)
    ]
    text = at(StackAccess("lectures", "lectures.yaml", None, tuple(rows)), 100)
    assert text.count("arn:aws:iam::999988887777:role/media/transcoder") == 1
    assert "read, list" in text


def test_one_public_statement_is_one_row() -> None:
    """The ways through other accounts and services need the same statement, and say nothing more."""
    alone = replace(ROWS[1], paths=("/*",), by="statement 2", opening=True)
    through = replace(alone, by="through a distribution of any account, statement 2")
    other = replace(through, paths=("/clips/*",))
    text = at(StackAccess("lectures", "lectures.yaml", None, (alone, through, other)), 100)
    assert text.count("anyone") == 2
    assert "/clips/*" in text


def test_openings_are_red() -> None:
    """On a terminal, openings and their rows are red, and keep their text."""
    colored = at(TABLE, 80, color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == TABLE_AT_80
    assert "\x1b[31maccount 999988887777 may read everything" in colored
    assert "\x1b[31maccount 999988887777  maybe read" in colored


def test_no_readers_are_a_sentence() -> None:
    """A stack without readers, and an object that nobody can read, have a sentence."""
    assert "Nobody can read the objects of this stack.\n" in at(StackAccess("a", "a.yaml"), 80)
    assert "Nobody can read talks/1.mp4\n" in at(StackAccess("a", "a.yaml", "talks/1.mp4"), 80)


def test_programs_get_every_row_opening_and_chain() -> None:
    """The document has the keys of the contract."""
    document = access_document([TABLE, CHAIN])
    assert document["format_version"] == 1
    table_, chain = document["stacks"]
    assert [*table_] == [
        "name",
        "account",
        "spec",
        "key",
        "access",
        "openings",
        "chains",
        "notices",
        "error",
        "object_exists",
        "nearest",
    ]
    assert table_["access"][0] == {
        "reader": "key-group lectures-signers",
        "may": "read",
        "paths": ["/*", "/clips/*"],
        "witness": "a",
        "certain": True,
        "before": True,
        "after": True,
        "by": OWN,
        "opening": False,
    }
    assert table_["access"][2]["undecided"] == ["StringLike aws:PrincipalTag/team"]
    assert table_["openings"] == [
        {
            "text": OPENINGS[0].text,
            "do": OPENINGS[0].do,
            "sort": "policy",
            "reader": "account 999988887777",
            "witness": "a",
        }
    ]
    assert chain["key"] == "talks/1.mp4"
    assert chain["chains"][0]["links"][4] == {
        "what": "statement",
        "detail": "s3:GetObject on arn:aws:s3:::lectures-media/*",
        "source": "Sid cfstream-lectures-oac",
    }


def test_text_of_others_cannot_move_the_cursor() -> None:
    """A Sid or a key with control characters is escaped."""
    hostile = StackAccess("a", "a.yaml", "talks/\x1b[2J", (), (), (Chain(ANYONE, May.READ, True, LINKS[:1]),))
    row = AccessRow(
        ANYONE, May.READ, ("/\x1b[2J/",), "a", certain=True, before=None, after=None, by="Sid \x07"
    )
    for stack in (hostile, StackAccess("a", "a.yaml", None, (row,))):
        assert at(stack, 60).replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a, b", ["a, b"]),
        ("/clips/2026/autumn/*", ["/clips/", "2026/", "autumn/*"]),
        ("arn:aws:s3:::media/clips/*", ["arn:aws:s3:::media/clips/*"]),
        ("https://a.example.com/x", ["https://a.example.com/x"]),
        ("203.0.113.0/24", ["203.0.113.0/24"]),
        ("", [""]),
    ],
)
def test_a_cell_is_cut_where_a_reader_expects_it(text: str, lines: list[str]) -> None:
    """It is cut at spaces, and in a path after slashes."""
    assert cell_lines(text, 10) == lines


@given(
    st.lists(st.tuples(*[st.text("ab/*,- ", min_size=1, max_size=30)] * 3), min_size=1, max_size=4),
    st.integers(30, 100),
)
def test_no_sign_is_lost_in_a_table(cells: list[tuple[str, str, str]], width: int) -> None:
    """Every character of every cell is on the page, for any width."""
    rows = [TableRow(each) for each in cells]
    lines = list(table(("reader", "paths", "way"), rows, Page(width)))
    text = "".join("".join(lines).split())
    for title in ("reader", "paths", "way"):
        text = text.replace(title, "")
    assert sorted(text) == sorted("".join("".join(cell.split()) for row in cells for cell in row))


@pytest.mark.parametrize(
    ("paths", "excluded", "text"),
    [
        (("/*",), (), "/*"),
        (("/*", "/acme/*"), (), "/*, /acme/*"),
        (("/*",), ("/acme/*", "/b/*"), "/* except /acme/*, /b/*"),
        (("/*", "/acme/*"), ("/globex/*",), "/* except /globex/*"),
        (("/*", "/acme/free/*"), ("/acme/*",), "/* except /acme/*, and /acme/free/*"),
        (("/a/*", "/b/*"), ("/*.m3u8",), "/a/*, /b/*; except /*.m3u8"),
        (("/a?", "/a*"), ("/ab",), "/a* except /ab"),
    ],
)
def test_the_exceptions_of_a_reader_are_clear(
    paths: tuple[str, ...], excluded: tuple[str, ...], text: str
) -> None:
    """Paths inside another one are not repeated, unless they are inside an excluded one."""
    assert paths_with_excluded(paths, excluded) == text


def test_one_statement_for_anyone_is_one_chain() -> None:
    """Its reader is named once, with everything that it allows, without the ways that need less than nothing."""
    wide = Link("statement", "wide", "Sid wide")
    found = tuple(
        Chain(ANYONE, may, certain=True, links=links)
        for may in (May.READ, May.LIST)
        for links in ((wide,), (Link("way", "with any AWS account", "live"), wide))
    )
    text = access_text([replace(CHAIN, chains=found)], color=False, width=80)
    assert text.count("anyone") == 1
    assert "  anyone (read, list)\n    statement  wide " in text
    assert len(access_document([replace(CHAIN, chains=found)])["stacks"][0]["chains"]) == 4


@pytest.mark.parametrize(("exists", "shown"), [(True, False), (None, False), (False, True)])
def test_an_object_that_does_not_exist(exists: bool | None, *, shown: bool) -> None:
    """The document has it, with every chain."""
    stack = replace(CHAIN, object_exists=exists)
    assert ("has no object with this key" in at(stack, 80)) is shown
    assert access_document([stack])["stacks"][0]["object_exists"] is exists
    assert access_document([stack])["stacks"][0]["chains"]


MISSING_AT_80 = """\
lectures                                                     specs/lectures.yaml

  The bucket has no object with this key, so viewers get 403 or 404: talks/1.mp4
    fix: ask for talks/2.mp4 or talks/3.mp4, or upload the object

  After an upload, these could read it:

  reader                      may   way
  key group lectures-signers  read  distribution:lectures, statement
                                    cfstream-lectures-oac
"""


def test_a_missing_object_comes_before_its_readers() -> None:
    """They have a line each, and no chains. Without readers, there is no table."""
    row = next(row for row in ROWS if row.reader == SIGNERS)
    near = ("talks/2.mp4", "talks/3.mp4")
    stack = replace(CHAIN, rows=(row,), object_exists=False, nearest=near)
    assert at(stack, 80) == MISSING_AT_80
    assert access_document([stack])["stacks"][0]["nearest"] == list(near)
    nobody = at(replace(stack, rows=(), nearest=()), 80)
    assert nobody.endswith("talks/1.mp4\n\n  After an upload nobody could read it.\n")


@pytest.mark.parametrize("opening", [True, False])
def test_what_a_statement_gives_anyone_is_one_row(opening: bool) -> None:
    """The kinds of anyone, and the account itself, are left out of the table, and not of the document."""
    anyone = replace(ROWS[2], reader=ANYONE, by="statement Tmp", certain=True, undecided=(), opening=opening)
    rest = [replace(anyone, by=f"{kind}, statement Tmp") for kind in KINDS_OF_ANYONE]
    own = replace(anyone, reader=Reader(ReaderKind.ACCOUNT, "123456789012"), opening=False)
    through = replace(anyone, by="distribution:lectures, statement Tmp", opening=False)
    stack = StackAccess("lectures", "lectures.yaml", rows=(anyone, *rest, own, through))
    shown = access_text([stack], color=False, width=120)
    assert shown.count("statement Tmp") == 2
    assert "distribution:lectures, statement Tmp" in shown
    (document,) = access_document([stack])["stacks"]
    assert len(document["access"]) == 6
