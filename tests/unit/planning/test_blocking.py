"""Why a stack is blocked, and what stays open because of that."""

from dataclasses import replace

import pytest

from cfstream.planning import StackPlan, with_takers
from cfstream.planning.blocking import blocked, refusals
from cfstream.planning.exposure import Exposure
from cfstream.steps.hazards import Hazard, HazardName
from cfstream.steps.stage import Stage
from cfstream.values import Address
from tests.unit.render.plans import BROKEN, CHANGED, ShownDelete

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


def chain(*with_steps: str, hazard: str, allowed: str = "") -> list[StackPlan]:
    """Return stacks that give a name from `a` to `b` to `c`, and `d` beside them.

    One of them has a hazard, and those in `allowed` have another one.
    """
    step, *_ = CHANGED.steps
    plain, dangerous = replace(step, hazards=()), replace(step, hazards=(CUTS,))
    others = replace(step, hazards=(Hazard(HazardName.WEAKENS_TLS, "x"),))
    after = {"a": (), "b": ("a",), "c": ("b",), "d": ()}
    return [
        replace(
            CHANGED,
            name=name,
            after=before,
            notices=(),
            steps=(dangerous,)
            if name == hazard
            else (others,)
            if name in allowed
            else (plain,)
            if name in with_steps
            else (),
        )
        for name, before in after.items()
    ]


@pytest.mark.parametrize(
    ("allowed", "hazard", "refused"),
    [
        ("ab", "c", {"c": "", "b": "c", "a": "b"}),
        ("a", "c", {"c": ""}),
        ("", "c", {"c": ""}),
        ("bcd", "a", {"a": ""}),
        ("abc", "d", {"d": ""}),
    ],
    ids=["both givers", "a giver of a giver", "givers without a hazard", "the giver", "unrelated"],
)
def test_a_stack_that_gives_a_name_is_blocked_with_its_taker_if_it_has_hazards(
    allowed: str, hazard: str, refused: dict[str, str]
) -> None:
    """They may be allowed only because the name moves. All its other changes are applied."""
    stacks = chain(*"abcd", hazard=hazard, allowed=allowed)
    found = refusals(stacks, frozenset({"weakens-tls"}))
    assert {name: why.behind for (_, name), why in found.items()} == refused
    assert {why.exit_code for why in found.values()} == {5}
    assert all("it has hazards, and" in why.why for why in found.values() if why.behind)
    assert refusals(stacks, frozenset({"weakens-tls", "cuts-viewers"})) == {}


def test_a_giver_that_deletes_records_is_blocked_with_its_taker() -> None:
    """The name would no longer resolve. The taker does not manage records, so it creates none."""
    a, b, *others = chain("b", hazard="b")
    record = Address("dns-record", "a", "www.example.com")
    gone = ShownDelete(address=record, stage=Stage.DELETE_RECORDS, because="dns is off")
    found = refusals([replace(a, steps=(gone,)), b, *others], frozenset())
    assert {name: why.behind for (_, name), why in found.items()} == {"a": "b", "b": ""}


def test_the_plan_of_a_giver_names_its_taker() -> None:
    """Only if it cannot run without it."""
    stacks = with_takers(chain("a", "b", hazard="c", allowed="b"))
    found = {each.name: [note.text for note in each.notices] for each in stacks}
    (text,) = found.pop("b")
    assert text.startswith("c takes over a host name from this stack, which has hazards: ")
    assert not any(found.values())
