"""The page of a plan loads nothing, interprets no values, and drops nothing."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given, settings

from cfstream.planning import Topology
from cfstream.render.errors import HOW_TO_ALLOW, HOW_TO_READ
from cfstream.render.flow import printable
from cfstream.render.html import plan_html, problems_html
from tests.thorough import examples
from tests.unit.render.hostile import HOSTILE_TEXT, stack_of
from tests.unit.render.plans import BROKEN, CHANGED, NEW, OPENED, STILL, plan

EMPTY = {"meta", "br", "path", "rect"}
"""Elements of the page without an end."""


class Page(HTMLParser):
    """The result of parsing a page: its elements with their attributes, and its texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text += data

    def tags(self, *but: str) -> list[str]:
        """Return the names of the elements in their order, without some."""
        return [tag for tag, _ in self.elements if tag not in but]


@settings(max_examples=examples(60), deadline=None)
@given(HOSTILE_TEXT)
def test_values_are_not_interpreted(text: str) -> None:
    """The elements do not depend on values, except code in sentences and lines in pictures."""
    page, plain = (
        Page(plan_html(plan(replace(stack_of(each), topology=Topology((each,), "oai", each)))))
        for each in (text, "x")
    )
    assert page.tags("code", "text") == plain.tags("code", "text")
    assert printable(text) in page.text


def test_readers_of_an_open_stack_without_changes_are_shown() -> None:
    """The page shows the fix too, with the command as code."""
    page = plan_html(plan(OPENED))
    assert '<li class="open">anyone: bucket policy statement QuickFix</li>' in page
    fix = "<p>fix: remove that statement:</p><pre><code>aws s3api put --bucket media</code></pre>"
    assert fix in page
    assert "lectures is as its spec says, but has 1 opening: see above; cfstream verify exits with 7." in page
    assert "<title>cfstream: Plan: No changes, but 1 opening.</title>" in page


def test_the_page_loads_nothing() -> None:
    """It has no script, handler or style attribute: its policy would block them. Only links lead to other hosts."""
    page = Page(plan_html(plan(NEW, replace(CHANGED, name="changed"), BROKEN, replace(STILL, name="still"))))
    names = {name for _, attributes in page.elements for name in attributes}
    assert not names & {"src", "style", "srcset", "action", "data", "xlink:href"}
    assert not [name for name in names if name.startswith("on")]
    assert not {"script", "link", "img", "iframe", "form", "base"} & set(page.tags())
    links = [attributes["href"] or "" for tag, attributes in page.elements if tag == "a"]
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    inside = ["#stack-lectures", "#stack-changed", "#stack-clips"]
    assert links == [*inside, HOW_TO_ALLOW, HOW_TO_READ]
    assert {link[1:] for link in inside} <= set(ids)
    assert len(ids) == len(set(ids))


def test_the_policy_allows_this_style_and_nothing_else() -> None:
    """A changed style without a new digest would have no effect."""
    text = plan_html(plan(STILL))
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    (policy,) = [
        each["content"] for tag, each in Page(text).elements if tag == "meta" and "http-equiv" in each
    ]
    assert policy == (f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-{digest}'")
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_everything_that_the_text_says_is_on_the_page() -> None:
    """It has hazards with their flags, problems with fixes, warnings, notes, steps and who can read."""
    text = Page(plan_html(plan(CHANGED, BROKEN))).text
    for sentence in (
        "1 hazard",
        "cuts-viewers lectures: a.example.com will not be answered any more",
        "apply refuses this unless it is allowed: --allow cuts-viewers",
        "1 problem",
        "specs/clips.yaml:6:9 bucket clips-media is not there",
        "fix: make it, or write create: true",
        "lectures: anyone may read clips/*: a public statement of the bucket policy",
        "note: 7 CNAMEs of 100",
        "modify distribution:lectures",
        "specs/lectures.yaml:5",
        "signers: account 111122223333",
        "signers: key group lectures-signers",
        '- "a.example.com" removed',
        '+ "b.example.com" added',
        "1 kept",
    ):
        assert sentence in text


def test_only_columns_with_values_are_shown() -> None:
    """Created resources have no values before, and deleted ones have none after."""
    heads = re.findall(r'<thead><tr><th scope="col">field</th>(.*?)</tr>', plan_html(plan(NEW, CHANGED)))
    shown = {"/".join(re.findall(r">(\w+)</th>", head)) for head in heads}
    assert shown == {"after", "before/after"}


def test_a_plan_without_changes_says_so() -> None:
    """Its page is short."""
    text = Page(plan_html(plan(STILL))).text
    assert "No changes." in text
    assert "lectures is as its spec says." in text


def test_specs_that_cannot_be_read_have_a_page_too() -> None:
    """It has every problem, and no plan."""
    text = Page(problems_html(BROKEN.problems)).text
    assert "No plan." in text
    assert "specs/clips.yaml:6:9 bucket clips-media is not therebucket: clips-mediafix: make it" in text
