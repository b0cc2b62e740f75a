"""Stacks of a run that belong together."""

from cfstream.planning import StackPlan, with_companions
from cfstream.ports import Call
from cfstream.render.hazards import allowing_together
from cfstream.steps.create import Create, Twin
from cfstream.steps.hazards import Hazard, HazardName
from cfstream.steps.step import Stage
from cfstream.values import Address


def test_stacks_that_give_names_to_each_other_belong_together() -> None:
    """A command for one of them names the specs of all: `c` waits for `b`, which waits for `a`."""
    after = {"a": (), "b": ("a",), "c": ("b",), "d": (), "e": ("elsewhere",)}
    stacks = [StackPlan(name, f"{name}.yaml", "", after=first) for name, first in after.items()]
    assert {each.name: each.companions.specs for each in with_companions(stacks)} == {
        "a": ("b.yaml", "c.yaml"),
        "b": ("a.yaml", "c.yaml"),
        "c": ("a.yaml", "b.yaml"),
        "d": (),
        "e": (),
    }


def test_stacks_of_one_file_need_no_other_file() -> None:
    """Several documents of one file are named once."""
    stacks = [StackPlan("a", "all.yaml", ""), StackPlan("b", "all.yaml", "", after=("a",))]
    assert [each.companions.specs for each in with_companions(stacks)] == [(), ()]


def test_the_hazards_of_all_must_be_allowed() -> None:
    """If one stack of a name move is blocked, the name would be released and not taken over."""

    def plan(name: str, hazard: HazardName, after: tuple[str, ...] = ()) -> StackPlan:
        call = Call("cloudfront", "create_it")
        step = Create(
            address=Address("distribution", name),
            stage=Stage.SWITCH,
            because="",
            line=1,
            changes=(),
            hazards=(Hazard(hazard, ""),),
            call=call,
            outputs={},
            twin=Twin(call, "Id", "get_it", {}, content=""),
        )
        return StackPlan(name, f"{name}.yaml", "", steps=(step,), after=after)

    stacks = [plan("old", HazardName.CUTS_VIEWERS), plan("new", HazardName.MAKES_PUBLIC, ("old",))]
    old, new = with_companions(stacks)
    expected = "if intended, run: `cfstream apply {} --allow cuts-viewers --allow makes-public`"
    assert allowing_together(old, ["cuts-viewers"], "") == expected.format("old.yaml new.yaml")
    assert allowing_together(new, ["makes-public"], "") == expected.format("new.yaml old.yaml")
