"""The Mermaid chart: what it shows, and that values cannot break it."""

import re
from dataclasses import replace

from hypothesis import given, settings

from cfstream.planning import Topology
from cfstream.planning.exposure import Exposure
from cfstream.render.mermaid import EDGES, LIMIT, plan_mermaid, problems_mermaid
from tests.thorough import examples
from tests.unit.render.hostile import HOSTILE, HOSTILE_TEXT, fleet, stack_of
from tests.unit.render.plans import BROKEN, NEW, STILL, plan

LABEL = r'"(?:[^\W_]|[ ,.:/=+()-]|\#\d+;|<br/>)*"'
KEY = r"[a-z]+\d*(?:_[a-z]+\d*)?"
LINES = re.compile(
    rf"""flowchart\ LR
    | \s\sclassDef\ [a-z]+\ [a-z-]+:[#a-z0-9\ ]+(,[a-z-]+:[#a-z0-9\ ]+)*
    | \s\ssubgraph\ s\d+\[{LABEL}\]
    | \s+{KEY}(\(\[{LABEL}\]\)|\[\({LABEL}\)\]|\[{LABEL}\])(:::(same|new|changed|gone|problem))?
    | \s{{4}}class\ {KEY}\ anyone
    | \s{{4}}{KEY}\ (-->|==>|-\.->)\ {KEY}
    | \s{{4}}direction\ LR
    | \s\send""",
    re.VERBOSE,
)
"""All that a line of a chart may be; the words in labels are letters, digits, harmless signs and references."""

SIGNERS = "signers: key group lectures-signers"
CHART = """\
  subgraph s0["lectures"]
    direction LR
    s0_viewers0(["new: signers: key group lectures-signers"]):::new
    s0_distribution["new: distribution lectures<br/>media.example.com"]:::new
    s0_oac["new: origin access control"]:::new
    s0_bucket[("bucket lectures-media")]:::same
    s0_viewers0 ==> s0_distribution
    s0_distribution ==> s0_oac
    s0_oac ==> s0_bucket
  end
"""


def check(chart: str) -> None:
    """Check that each line is valid in Mermaid, and each arrow and class names a box."""
    assert chart.endswith("\n")
    lines = chart.splitlines()
    assert [line for line in lines if not LINES.fullmatch(line)] == []
    boxes = {found[1] for line in lines if (found := re.match(r"\s+(\w+)[\[(]", line))}
    arrows = [line.split() for line in lines if re.search(r" (-->|==>|-\.->) ", line)]
    assert {end for start, _, other in arrows for end in (start, other)} <= boxes
    assert sum(line.startswith("  subgraph") for line in lines) == lines.count("  end")
    assert len(chart) < LIMIT + 200
    assert len(arrows) <= EDGES


def test_a_new_stack_is_drawn_from_viewers_to_bucket() -> None:
    """Readers come first, the bucket last, and new resources are marked."""
    topology = Topology(("media.example.com",), "oac", "lectures-media")
    exposure = Exposure(before=("nobody",), after=(SIGNERS,), ours=(SIGNERS,))
    chart = plan_mermaid(plan(replace(NEW, topology=topology, exposure=exposure)))
    check(chart)
    assert chart.endswith(CHART)


def test_an_opening_leads_past_the_distribution() -> None:
    """An arrow shows direct access to the bucket as a danger. Lost ways are drawn as removed."""
    anyone = "anyone: bucket policy statement everybody"
    exposure = Exposure(before=(SIGNERS,), after=(anyone,), ours=(SIGNERS,), anyone=(anyone,))
    chart = plan_mermaid(plan(replace(STILL, exposure=exposure)))
    check(chart)
    assert "s0_viewers0 ==> s0_bucket\n" in chart
    assert "class s0_viewers0 anyone\n" in chart
    assert "s0_viewers1 -.-> s0_distribution\n" in chart


def test_problems_are_in_the_picture() -> None:
    """A problem of a stack has its own box, even if specs cannot be read."""
    for chart in (plan_mermaid(plan(BROKEN)), problems_mermaid(BROKEN.problems)):
        check(chart)
        assert '["specs/clips.yaml:6:9<br/>bucket clips-media is not there"]:::problem' in chart


@settings(max_examples=examples(60), deadline=None)
@given(HOSTILE_TEXT)
def test_no_value_is_read_as_mermaid(text: str) -> None:
    """Every line is one of the few forms of a chart, for any values."""
    stack = replace(stack_of(text), topology=Topology((text, text), "oai", text))
    check(plan_mermaid(plan(stack)))
    check(problems_mermaid(stack.problems))


def test_a_fleet_is_drawn_as_far_as_mermaid_draws() -> None:
    """Stacks that do not fit are counted, and stacks in sync are dropped first."""
    many = fleet("".join(HOSTILE), 500, 2)
    chart = plan_mermaid(many)
    check(chart)
    assert re.search(r"and \d+ more stacks: see cfstream plan", chart)
    still = [replace(STILL, name=f"a{n:03}") for n in range(500)]
    assert '"clips"' in plan_mermaid(plan(*still, BROKEN))
    check(problems_mermaid(BROKEN.problems * 5_000))
