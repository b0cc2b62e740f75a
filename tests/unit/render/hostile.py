"""Plans with malicious text everywhere, and very large fleets."""

from dataclasses import replace

from hypothesis import strategies as st

from cfstream.errors import Notice, Problem, Where
from cfstream.planning import LiveSummary, Plan, StackPlan
from cfstream.planning.exposure import Exposure
from cfstream.steps.hazards import Hazard, HazardName
from cfstream.steps.step import Change, Stage
from tests.unit.render.plans import ACCOUNT, DISTRIBUTION, ETAG, ShownModify

HOSTILE = (
    "`", "``", "|", "\\|", "\\", "<b>", "</details>", "</code>", "-->", "<!--", "@octocat", "#1", "GH-1", "\n", "\r\n",
    "\u202e", "é", "日本", "🎬", "http://x.example", "www.x.example", "[a](b)", "![a](b)", "**", "__", "~~", "$x$",
    "&amp;", "&#64;", '"', "'", "{", "}", ";", "%%", "]]>", "<script>", "| --- |", "- ", "1. ", "# ", "> ", "end",
    "```", "click", "\x1b[31m", "\x00", "{{x}}", "%", "style", "#quot;", "subgraph", "---", "-.->",
)  # fmt: skip

HOSTILE_TEXT = (
    st.lists(st.sampled_from(HOSTILE) | st.text(max_size=4), min_size=1, max_size=6).map("".join).filter(bool)
)


def stack_of(text: str, name: str = "lectures", changes: int = 2) -> StackPlan:
    """Return a stack in which every text contains this one."""
    step = ShownModify(
        address=DISTRIBUTION,
        stage=Stage.DISTRIBUTION,
        because=text,
        line=5,
        changes=(
            Change(f"http.behaviors[{text}].public", text, [text]),
            *(
                Change("tags", {text: text}, {text: f"{text}{n}", f"{text}!": True})
                for n in range(changes - 1)
            ),
        ),
        hazards=(Hazard(HazardName.CUTS_VIEWERS, text),),
    )
    return StackPlan(
        name=name,
        spec=text,
        spec_sha256="9f2c",
        live=LiveSummary("E1UGDLB9XZBD79", text, "Deployed", ETAG),
        problems=(Problem(Where(text, 3, 4), text, text),),
        notices=(Notice(text), Notice(text, warning=True)),
        exposure=Exposure(before=(text,), after=(text, "anyone: " + text)),
        steps=(step,),
    )


def fleet(text: str, stacks: int, changes: int) -> Plan:
    """Return a plan with this number of such stacks."""
    one = stack_of(text, changes=changes)
    return Plan(ACCOUNT, tuple(replace(one, name=f"s{n:03}") for n in range(stacks)))
