"""Why a stack is blocked, and what stays open because of that."""

from dataclasses import replace

import pytest

from cfstream.planning import StackPlan, with_takers
from cfstream.planning.blocking import blocked, refusals
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


def chain(*with_steps: str, hazard: str) -> list[StackPlan]:
    """Return stacks that give a name from `a` to `b` to `c`, and `d` beside them. One of them has a hazard."""
    step, *_ = CHANGED.steps
    plain, dangerous = replace(step, hazards=()), replace(step, hazards=(CUTS,))
    after = {"a": (), "b": ("a",), "c": ("b",), "d": ()}
    return [
        replace(
            CHANGED,
            name=name,
            after=before,
            notices=(),
            steps=(dangerous,) if name == hazard else (plain,) if name in with_steps else (),
        )
        for name, before in after.items()
    ]


@pytest.mark.parametrize(
    ("with_steps", "hazard", "refused"),
    [
        ("abcd", "c", {"c": "", "b": "c", "a": "b"}),
        ("abcd", "a", {"a": ""}),
        ("abcd", "d", {"d": ""}),
        ("bcd", "b", {"b": ""}),
    ],
    ids=["all give", "the giver", "unrelated", "a giver without steps"],
)
def test_a_stack_that_gives_a_name_is_blocked_with_its_taker(
    with_steps: str, hazard: str, refused: dict[str, str]
) -> None:
    """Otherwise nobody would serve the name. A taker waits for its giver in any case."""
    found = refusals(chain(*with_steps, hazard=hazard), frozenset())
    assert {name: why.behind for (_, name), why in found.items()} == refused
    assert {why.exit_code for why in found.values()} == {5}
    assert refusals(chain(*with_steps, hazard=hazard), frozenset({"cuts-viewers"})) == {}


def test_the_plan_of_a_giver_names_its_taker() -> None:
    """Only if it has steps: a name that stays in place until it is moved is not at risk."""
    found = {each.name: [note.text for note in each.notices] for each in with_takers(chain("b", hazard="c"))}
    (text,) = found.pop("b")
    assert text.startswith("c takes over a host name from this stack")
    assert not any(found.values())
