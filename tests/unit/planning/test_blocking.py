"""Why a stack is blocked, and what stays open because of that."""

from dataclasses import replace

import pytest

from cfstream.planning.blocking import blocked
from cfstream.planning.exposure import Exposure
from cfstream.steps.hazards import Hazard, HazardName
from tests.unit.render.plans import BROKEN, CHANGED

OPEN = "anyone through distribution lectures (/x/*)"
DRIFTED = replace(CHANGED, exposure=Exposure(before=(OPEN,)))
CUTS = Hazard(HazardName.CUTS_VIEWERS, "viewers lose something", line=7)


def with_hazard(hazard: Hazard) -> tuple[str, str]:
    """Return why a stack with this hazard is blocked, and how to close what is open without the hazard."""
    first, *others = DRIFTED.steps
    found = blocked(
        replace(DRIFTED, steps=(replace(first, hazards=(hazard,)), *others)), frozenset({"deletes"})
    )
    assert found is not None
    return found.why, found.closing


@pytest.mark.parametrize(("hazard", "place"), [(CUTS, f" at {CHANGED.spec}:7"), (Hazard(CUTS.name, "x"), "")])
def test_a_hazard_also_keeps_open_what_the_plan_closes(hazard: Hazard, place: str) -> None:
    """The fix names the line of the spec that must be undone, and the command that then closes it."""
    why, closing = with_hazard(hazard)
    assert why == (
        "hazards not allowed: cuts-viewers; this also keeps open what the plan closes: "
        "anyone can read through distribution lectures (/x/*)"
    )
    assert closing == (
        f"to close it first: if a change of the spec{place} causes the hazard, undo that change, and run: "
        f"`cfstream apply {CHANGED.spec}{CHANGED.flags}`"
    )


def test_a_problem_also_keeps_it_open() -> None:
    """The problem has its own fix."""
    found = blocked(replace(BROKEN, exposure=DRIFTED.exposure), frozenset())
    assert found is not None
    assert (found.why.endswith(f"closes: anyone can read{OPEN.removeprefix('anyone')}"), found.closing) == (
        True,
        "",
    )


@pytest.mark.parametrize(
    ("phrase", "sentence"),
    [
        ("anyone: bucket policy statement Open", "anyone can read: bucket policy statement Open"),
        ("anyone can list the objects: bucket ACL", "anyone can list the objects: bucket ACL"),
        ("signers: self", None),
    ],
)
def test_what_is_open_until_the_plan_is_applied(phrase: str, sentence: str | None) -> None:
    """Only what anyone can do, and what neither stays nor is declared public."""
    found = [sentence] if sentence else []
    assert [*Exposure(before=(phrase,)).open_until_applied] == found
    assert [*Exposure(before=(phrase,), after=(phrase,)).open_until_applied] == []
    assert [*Exposure(before=(phrase,), declared=(phrase,)).open_until_applied] == []
