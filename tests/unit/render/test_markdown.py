"""The comment on a pull request: complete if it fits, never too long, and without interpreting values."""

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from cfstream.errors import Problem, Where
from cfstream.planning.exposure import Exposure
from cfstream.render.errors import HOW_TO_ALLOW, HOW_TO_READ
from cfstream.render.flow import printable
from cfstream.render.gfm import code, fix_lines, prose
from cfstream.render.hazards import Allowed
from cfstream.render.html import plan_html
from cfstream.render.markdown import MARK, plan_markdown, problems_markdown
from tests.thorough import examples
from tests.unit.render.hostile import HOSTILE, HOSTILE_TEXT, fleet, stack_of
from tests.unit.render.plans import BROKEN, CHANGED, OPENED, STILL, plan

GFM = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
LIMIT = 60_000
"""What is promised, whatever the program takes for its limit."""

TAGS = {
    "h3", "h4", "p", "strong", "b", "code", "ul", "li", "br", "details", "summary", "table", "thead", "tbody", "tr",
    "th", "td", "a",
}  # fmt: skip


class Page(HTMLParser):
    """The result of parsing a comment: its tags, the texts in code, and those outside."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.codes: list[str] = []
        self.outside = ""
        self._inside = False
        self.feed(GFM.render(markdown))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert attrs in ([], [("open", None)], [("href", HOW_TO_READ)], [("href", HOW_TO_ALLOW)])
        self._inside = tag == "code"
        if self._inside:
            self.codes.append("")
        else:
            self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "code"
        if tag != "code":
            self.tags.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.codes[-1] += data
        else:
            self.outside += data


def test_a_fleet_without_changes_is_one_line() -> None:
    """Five hundred stacks in sync are one sentence."""
    still = [replace(STILL, name=f"s{n}") for n in range(500)]
    assert plan_markdown(plan(*still)) == f"{MARK}\n**No changes.** 500 stacks are as their specs say.\n"
    assert plan_markdown(plan(STILL)) == f"{MARK}\n**No changes.** lectures is as its spec says.\n"


def test_an_opening_is_reported_though_nothing_changes() -> None:
    """A warning is not a change, but must be visible."""
    warned = plan_markdown(plan(replace(STILL, notices=CHANGED.notices)))
    assert "anyone may read clips/" in warned


def test_openings_that_the_plan_closes_are_first() -> None:
    """It is open until the plan is applied."""
    drifted = replace(CHANGED, exposure=Exposure(before=("anyone through distribution lectures",)))
    shown = plan_markdown(plan(drifted))
    text = "<b>open now</b>: anyone can read through distribution lectures. This plan closes it"
    assert shown.index(f"{text}, if its hazards are allowed.") < shown.index("#### Hazards")
    assert f"{text}, if its hazards are allowed." in plan_html(plan(drifted))
    allowed = Allowed({hazard.name for hazard, _ in drifted.hazards})
    assert f"{text}." in plan_markdown(plan(drifted), allowed=allowed)
    assert f"{text}." in plan_html(plan(drifted), allowed)


def test_warnings_are_above_the_last_line() -> None:
    """Someone who reads only the first lines sees the warning."""
    warned = plan_markdown(plan(OPENED))
    assert warned.startswith(f"{MARK}\n### cfstream plan\n\n#### Openings\n")
    last = "lectures is as its spec says, but has 1 opening: see above; cfstream verify exits with 7."
    assert warned.endswith(f"**No changes.** {last}\n")
    assert warned.index("#### Openings") < warned.index("No changes.")
    assert "anyone: bucket policy statement QuickFix" in warned
    assert "<b>open</b>: anyone can read /&#42;: bucket policy statement QuickFix" in warned
    assert "#### Warnings" not in warned
    assert "<br>fix: remove that statement:\n  <pre><code>aws s3api put --bucket media</code></pre>" in warned


ITEM = "- an opening{}\n- another\n"
CLOSE = """\
remove both:
`aws s3api put --policy "$(jq '. | @json')"`
`aws s3api get *`
then run `cfstream plan`:
`cfstream plan`"""


def test_commands_on_their_own_lines_are_a_block_in_the_list_item() -> None:
    """Each line of a fix is a line, and a command can be copied with all its characters."""
    html = GFM.render(ITEM.format(fix_lines(CLOSE)))
    page = Page(ITEM.format(fix_lines(CLOSE)))
    first, second, inline, last = page.codes
    assert (first, second) == ("aws s3api put --policy \"$(jq '. | @json')\"", "aws s3api get *")
    assert (inline, last) == ("cfstream plan", "cfstream plan")
    assert [tag for tag in page.tags if tag in {"ul", "li", "/li", "/ul", "pre"}] == [
        *("ul", "li", "pre", "pre", "/li", "li", "/li", "/ul")
    ]
    assert "</code>\n<code>" in html


def test_a_command_that_is_cut_is_not_a_block() -> None:
    """Nobody should copy half of it."""
    page = Page(fix_lines("remove it:\n`aws s3api put --bucket media`", 20))
    assert page.codes == ["aws s3api put --buc…"]
    assert "pre" not in page.tags


def test_a_fix_of_one_line_is_in_the_sentence() -> None:
    """It has nothing above it that it belongs to."""
    assert fix_lines("`cfstream plan`") == "<br>fix: <code>cfstream plan</code>"
    assert fix_lines("") == ""


def test_openings_with_long_commands_fit_in_a_comment() -> None:
    """The fixes of five hundred stacks have room, or are counted."""
    (opening,) = OPENED.exposure.openings
    long = replace(opening, do="remove that statement:\n" + "\n".join([f"`aws {'x |' * 200}`"] * 3))
    opened = replace(OPENED, exposure=replace(OPENED.exposure, openings=(long,)))
    comment = plan_markdown(plan(*(replace(opened, name=f"s{n}") for n in range(500))))
    assert len(comment) < LIMIT
    assert re.search(r"… and \d+ more openings", comment)
    assert comment.count("<pre>") == comment.count("</pre>")


@settings(max_examples=examples(80), deadline=None)
@given(HOSTILE_TEXT)
def test_values_are_not_interpreted(text: str) -> None:
    """The tags do not depend on values. Mentions and references are only in code."""
    comment = plan_markdown(plan(stack_of(text)))
    page = Page(comment)
    assert page.tags == _harmless_tags()
    assert set(page.tags) <= TAGS | {f"/{tag}" for tag in TAGS}
    assert "@" not in page.outside
    assert "#" not in page.outside
    assert any(printable(text) in each for each in page.codes)
    assert [mark for mark in ("http:/", "www.", "<!--") if mark in comment[30:]] == []


@cache
def _harmless_tags() -> list[str]:
    return Page(plan_markdown(plan(stack_of("x")))).tags


@given(HOSTILE_TEXT)
def test_code_is_to_the_letter(text: str) -> None:
    """Code shows the exact value, with escapes for unprintable characters."""
    assert Page(f"a {code(text)} b").codes == [printable(text)]


@given(HOSTILE_TEXT)
def test_sentences_lose_nothing_but_backticks(text: str) -> None:
    """A sentence is unchanged, except that pairs of backticks become code."""
    page = Page(f"a {prose(text)} b")
    lost = Counter(page.outside + "".join(page.codes)) - Counter("\n")
    assert without_backticks(lost) == without_backticks(Counter(f"a {printable(text)} b"))


def without_backticks(letters: Counter[str]) -> dict[str, int]:
    """Return how often each character occurs, without backticks."""
    return {letter: times for letter, times in letters.items() if letter != "`"}


@pytest.mark.parametrize(
    ("text", "stacks", "changes"),
    [
        ("".join(HOSTILE), 150, 2),
        ("x", 500, 20),
        ("|" * 20_000, 1, 2),
        ("x" * 2_000, 90, 5),
        ("`@#" * 300, 30, 2),
    ],
    ids=["nasty", "many", "one huge value", "long values", "long and nasty"],
)
def test_any_fleet_fits(text: str, stacks: int, changes: int) -> None:
    """A comment has room for the plan, for any number of stacks and any length of values."""
    comment = plan_markdown(fleet(text, stacks, changes))
    assert len(comment) < LIMIT
    assert comment.startswith(f"{MARK}\n")
    assert f"{stacks} problem" in comment
    assert f"{stacks} hazard" in comment
    assert "--allow cuts-viewers" in comment


def test_steps_go_before_what_is_dangerous() -> None:
    """If fields do not fit, every hazard, problem and exposure is still complete, and steps are counted."""
    comment = plan_markdown(fleet("long words " * 6, 60, changes=60))
    assert len(comment) < LIMIT
    assert comment.count("- <b>cuts-viewers</b>") == 60
    assert comment.count("<br>fix: ") == 60
    assert comment.count("| s0") == 60
    assert comment.count("<details><summary><b>s0") + comment.count("\n<b>s0") == 60
    assert "\nNot all steps fit here: " in comment
    assert "`cfstream plan` shows everything" in comment


def test_omitted_sentences_are_counted() -> None:
    """Sentences without room are counted, with the place where they can be read."""
    stacks = [stack_of(f"{number} " + "long words " * 30, f"s{number}", changes=2) for number in range(200)]
    comment = plan_markdown(plan(*stacks))
    shown = comment.count("- <b>cuts-viewers</b>")
    assert 0 < shown < 200
    assert f"… and {200 - shown} more hazards: `cfstream plan` shows everything" in comment


def test_the_same_hazard_of_many_stacks_is_one_line() -> None:
    """If there is no room for a line for each, the line names all of them."""
    comment = plan_markdown(fleet("long words " * 30, 200, changes=2))
    (line,) = [line for line in comment.splitlines() if line.startswith("- <b>cuts-viewers</b>")]
    assert line.startswith("- <b>cuts-viewers</b> 200 times: long words")
    assert len(re.findall(r"\bs\d+\b", line)) == 200


def test_hazards_come_first() -> None:
    """If room is scarce, the fields of a dangerous stack are shown, and those of a harmless one are not."""
    harmless = [
        replace(stack_of("long words " * 20, f"a{n:02}", changes=8), problems=(), exposure=STILL.exposure)
        for n in range(30)
    ]
    harmless = [
        replace(stack, notices=(), steps=tuple(replace(step, hazards=()) for step in stack.steps))
        for stack in harmless
    ]
    comment = plan_markdown(plan(*harmless, stack_of("long words " * 20, "zebra", changes=8)))
    harmless_part, _, dangerous_part = comment.partition("<summary><b>zebra</b>")
    assert "| | field | before | after |" in dangerous_part
    assert " fields)" in harmless_part


def test_specs_that_cannot_be_read() -> None:
    """There is no plan then, and the comment says why. A thousand problems fit too."""
    comment = problems_markdown(BROKEN.problems)
    assert comment.startswith(f"{MARK}\n### cfstream plan\n\n**No plan: the specs have 1 problem.**\n")
    assert (
        "<code>specs/clips.yaml:6:9</code> <b>bucket clips-media is not there</b><br>fix: make it" in comment
    )
    many = [Problem(Where("a.yaml", n + 1), "unknown key " * 50, "delete it") for n in range(1_000)]
    comment = problems_markdown(many)
    assert "more problems" in comment
    assert len(comment) < LIMIT
