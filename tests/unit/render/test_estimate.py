"""The estimate of a grant on objects, in each format of a plan."""

from dataclasses import replace

from cfstream.planning import Plan
from cfstream.render.html import plan_html
from cfstream.render.json import plan_document
from cfstream.render.markdown import plan_markdown
from cfstream.render.text import plan_text
from cfstream.stack.grant_estimate import EngineEstimate, GrantEstimate
from tests.unit.render.plans import ACCOUNT, NEW

LOCAL = EngineEstimate("local", 1_000_000, 1_401_000, 56, 7)
JOB = EngineEstimate("s3-batch", 2, 2_135, 11, None, 0.25)
KNOWN = GrantEstimate(1_000_000, 2, at_least=False, engine="s3-batch", because="why", engines=(LOCAL, JOB))


def planned(estimate: GrantEstimate) -> Plan:
    """Return a plan with this estimate."""
    return Plan(ACCOUNT, (replace(NEW, estimate=estimate),))


def test_in_text() -> None:
    """A line for each engine; the one of the plan is named."""
    text = plan_text(planned(KNOWN), color=False, width=100)
    assert (
        "  Estimate for 1,000,000 objects, 2 without the grant\n"
        "    local: 1,000,000 objects, 1,401,000 calls, 56 min, or 7 min with cfstream[fast]\n"
        "    s3-batch (this plan): 2 objects, 2,135 calls, 11 min, $0.25 and S3's requests (unconfirmed)\n"
    ) in text


def test_of_a_sample() -> None:
    """All numbers are the least ones."""
    sample = replace(KNOWN, objects=10_000, at_least=True, engines=(replace(LOCAL, objects=10_000),))
    text = plan_text(planned(sample), color=False, width=100)
    assert (
        "Estimate for more than 10,000 objects\n    local: at least 10,000 objects, at least 1,401,000"
        in text
    )


def test_in_json() -> None:
    """Numbers, not sentences. Other plans do not have the member."""
    (stack,) = plan_document(planned(KNOWN))["stacks"]
    found = stack["grant_estimate"]
    assert (found["engine"], found["lacking"], found["at_least"]) == ("s3-batch", 2, False)
    assert found["engines"][1] == {
        "engine": "s3-batch",
        "objects": 2,
        "calls": 2135,
        "minutes": 11,
        "fast_minutes": None,
        "unconfirmed_dollars": 0.25,
    }
    (other,) = plan_document(Plan(ACCOUNT, (NEW,)))["stacks"]
    assert "grant_estimate" not in other


def test_in_markdown_and_html() -> None:
    """A table, and paragraphs, which fit into narrow windows."""
    row = ["local", "1,000,000", "1,401,000", "56 (7 with cfstream[fast])", ""]
    assert f"| {' | '.join(row)} |" in plan_markdown(planned(KNOWN))
    page = plan_html(planned(KNOWN))
    assert "<h3>Estimate for 1,000,000 objects, 2 without the grant</h3>" in page
    assert "<p><b>s3-batch (this plan)</b>: 2 objects, 2,135 calls, 11 min, $0.25 and" in page
