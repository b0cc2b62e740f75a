"""Lines of specs in a comment are links to the code host, as long as the plan has room for them."""

import re
from dataclasses import replace

import pytest

from cfstream.errors import Problem, Where
from cfstream.render.markdown import plan_markdown, problems_markdown
from cfstream.render.places import NOWHERE, Places
from tests.unit.render.hostile import fleet
from tests.unit.render.plans import CHANGED, STILL, plan

URL = "https://github.com/media/specs/blob/" + "5eed" * 10
PLACES = Places(URL, "video")


@pytest.mark.parametrize(
    ("file", "line", "address"),
    [
        ("specs/a.yaml", 4, f"{URL}/video/specs/a.yaml#L4"),
        ("./a b.yaml", 0, f"{URL}/video/a%20b.yaml"),
        ("../a.yaml", 1, f"{URL}/a.yaml#L1"),
        ('a"><b>#?.yaml', 1, f"{URL}/video/a%22%3E%3Cb%3E%23%3F.yaml#L1"),
    ],
)
def test_a_line_is_a_link(file: str, line: int, address: str) -> None:
    """The address is that of the line at the commit. No file name can leave the attribute."""
    assert PLACES.code(file, line).startswith(f'<a href="{address}"><code>')


@pytest.mark.parametrize("file", ["/etc/a.yaml", "../../a.yaml", "<stdin>", "-"])
def test_other_files_are_not_links(file: str) -> None:
    """A file outside the repository has no address there."""
    assert PLACES.code(file, 4) == NOWHERE.code(file, 4)


def test_the_environment_names_the_commit() -> None:
    """An address of another scheme is ignored."""
    assert Places.of({"CFSTREAM_SOURCE_URL": f"{URL}/", "CFSTREAM_SOURCE_FOLDER": "video"}) == PLACES
    assert Places.of({"CFSTREAM_SOURCE_URL": "javascript:alert(1)"}) == NOWHERE
    assert Places.of({}) == NOWHERE


def test_steps_hazards_and_problems_have_links() -> None:
    """The spec, the line of a step and the line of a problem."""
    comment = plan_markdown(plan(CHANGED), PLACES)
    lines = {step.line for step in CHANGED.steps if step.line}
    assert lines <= {int(line) for line in re.findall(r'href="[^"]+#L(\d+)"', comment)}
    assert f'<a href="{URL}/video/{CHANGED.spec}">' in comment
    text = problems_markdown([Problem(Where("a.yaml", 3, 5), "the name is missing", "add one")], PLACES)
    assert f'- <a href="{URL}/video/a.yaml#L3"><code>a.yaml:3:5</code></a> <b>' in text


@pytest.mark.parametrize(("text", "count"), [("x", 500), ("long words " * 30, 90)])
def test_links_never_displace_what_they_link(text: str, count: int) -> None:
    """Hazards and problems are as many as without links, and the comment is within its limit."""
    stacks = fleet(text, count, changes=2)
    linked, plain = plan_markdown(stacks, PLACES), plan_markdown(stacks)
    assert len(linked) < 60_000
    for part in ("<b>cuts-viewers</b>", "<br>fix: "):
        assert linked.count(part) == plain.count(part)


def test_five_hundred_stacks_have_links() -> None:
    """Without hazards each stack has its line, and as many as fit have a link to their spec."""
    harmless = [
        replace(
            CHANGED,
            name=f"s{n:03}",
            spec=f"specs/s{n:03}.yaml",
            notices=(),
            exposure=STILL.exposure,
            steps=tuple(replace(step, hazards=()) for step in CHANGED.steps),
        )
        for n in range(500)
    ]
    comment = plan_markdown(plan(*harmless), PLACES)
    assert len(comment) < 60_000
    assert comment.count("<b>s") == 500
    assert comment.count("<a href") > 50
