"""A hazard that the run allows is marked in every format, and nothing else changes."""

from dataclasses import replace

import pytest

from cfstream.errors import Notice
from cfstream.planning import StackPlan
from cfstream.render.hazards import NONE_ALLOWED, Allowed
from cfstream.render.html import plan_html
from cfstream.render.json import plan_document
from cfstream.render.markdown import plan_markdown
from cfstream.render.sarif import plan_sarif
from cfstream.render.text import plan_text
from cfstream.steps.hazards import Hazard, HazardName
from tests.unit.render.plans import CHANGED, plan

ALLOWED = Allowed({"cuts-viewers"})
DELETING = Hazard(HazardName.DELETES, "the distribution")


def _with(*more: Hazard, protect: bool = False) -> StackPlan:
    first, *others = CHANGED.steps
    return replace(CHANGED, protect=protect, steps=(replace(first, hazards=(*first.hazards, *more)), *others))


def test_text_markdown_and_html_mark_it_and_do_not_advise_the_flag() -> None:
    """The lead of the section says that all are allowed."""
    made = plan(CHANGED)
    assert "! cuts-viewers, allowed (" in plan_text(made, color=False, width=80, allowed=ALLOWED)
    for text in (plan_markdown(made, allowed=ALLOWED), plan_html(made, ALLOWED)):
        assert "<b>cuts-viewers</b>, allowed: " in text
        assert "All of these are allowed: " in text
        assert "apply refuses" not in text
    for text in (plan_markdown(made), plan_html(made)):
        assert "<b>cuts-viewers</b> " in text
        assert "apply refuses" in text


def test_only_the_others_need_the_flag() -> None:
    """A plan with one hazard that is allowed and one that is not."""
    made = plan(_with(DELETING))
    for text in (plan_markdown(made, allowed=ALLOWED), plan_html(made, ALLOWED)):
        assert "apply refuses each one that is not marked as allowed, unless you add " in text
        assert "--allow deletes" in text
        assert "--allow cuts-viewers" not in text


def test_the_numbers_say_how_many_are_allowed() -> None:
    """In text and Markdown; without an allowed one, the number is as before."""
    made = plan(_with(DELETING))
    both = Allowed({"cuts-viewers", "deletes"})
    for allowed, counted in (
        (NONE_ALLOWED, "2 hazards"),
        (ALLOWED, "2 hazards, 1 of them allowed"),
        (both, "2 hazards, both allowed"),
    ):
        assert allowed.counted(made.stacks) == counted
        assert f"**{counted}.**" in plan_markdown(made, allowed=allowed)
        text = plan_text(made, color=False, width=80, allowed=allowed)
        assert f"\n{counted}{'' if allowed is both else ', see above'}.\n" in text


def test_a_notice_of_the_run_is_apart_from_its_stack() -> None:
    """The fix of each notice is in every format."""
    run = Notice("too many keys", warning=True, do="raise the quota", always=True, of_run=True)
    note = Notice("an aside", do="do this\nthen that")
    made = plan(replace(CHANGED, notices=(run, note)), replace(CHANGED, name="other"))
    for brief in (False, True):
        text = plan_text(made, color=False, width=80, brief=brief)
        assert text.count("too many keys\n    fix: raise the quota\n") == 1
        assert text.index("\n\n  warning: too many keys") > text.index("other ")
    assert "\n- too many keys<br>fix: raise the quota\n" in plan_markdown(made)
    assert "note: an aside<br>fix: do this<br>then that\n" in plan_markdown(made)
    assert "<li>too many keys<p>fix: raise the quota</p></li>" in plan_html(made)
    assert "note: an aside<p>fix: do this<br>then that</p>" in plan_html(made)


def test_json_has_a_further_member_and_the_same_fingerprint() -> None:
    """A program that does not know the member reads the same document as before."""
    made = plan(CHANGED)
    marked, plain = plan_document(made, ALLOWED), plan_document(made)
    assert [each.pop("allowed") for each in marked["stacks"][0]["hazards"]] == [True]
    assert marked == plain


def test_sarif_suppresses_the_alert_and_keeps_its_fingerprint() -> None:
    """A code host closes the alert, and finds it again when the flag is removed."""
    (marked, other), (alert, _) = (
        plan_sarif(plan(CHANGED), each)["runs"][0]["results"] for each in (ALLOWED, Allowed())
    )
    assert marked["partialFingerprints"] == alert["partialFingerprints"]
    (suppression,) = marked["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert marked["message"]["text"].endswith("\nallowed: --allow cuts-viewers")
    assert "suppressions" not in {**alert, **other}


@pytest.mark.parametrize("protect", [False, True])
def test_protection_is_stronger_than_the_flag(protect: bool) -> None:
    """With ``protect: true`` nothing allows `deletes`, and no format says so."""
    made, allowed = plan(_with(DELETING, protect=protect)), Allowed({"cuts-viewers", "deletes"})
    in_json = {
        str(each["name"]): each.get("allowed", False)
        for each in plan_document(made, allowed)["stacks"][0]["hazards"]
    }
    in_sarif = {
        each["ruleId"]: "suppressions" in each for each in plan_sarif(made, allowed)["runs"][0]["results"]
    }
    marks = {
        "deletes, allowed" in plan_text(made, color=False, width=80, allowed=allowed),
        "<b>deletes</b>, allowed" in plan_markdown(made, allowed=allowed),
        "<b>deletes</b>, allowed" in plan_html(made, allowed),
        in_json["deletes"],
        in_sarif["deletes"],
    }
    assert marks == {not protect}
