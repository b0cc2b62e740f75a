"""Stacks of a run that belong together."""

from cfstream.planning import StackPlan, with_companions


def test_stacks_that_give_names_to_each_other_belong_together() -> None:
    """A command for one of them names the specs of all: `c` waits for `b`, which waits for `a`."""
    after = {"a": (), "b": ("a",), "c": ("b",), "d": (), "e": ("elsewhere",)}
    stacks = [StackPlan(name, f"{name}.yaml", "", after=first) for name, first in after.items()]
    assert {each.name: each.together for each in with_companions(stacks)} == {
        "a": ("b.yaml", "c.yaml"),
        "b": ("a.yaml", "c.yaml"),
        "c": ("a.yaml", "b.yaml"),
        "d": (),
        "e": (),
    }


def test_stacks_of_one_file_need_no_other_file() -> None:
    """Several documents of one file are named once."""
    stacks = [StackPlan("a", "all.yaml", ""), StackPlan("b", "all.yaml", "", after=("a",))]
    assert [each.together for each in with_companions(stacks)] == [(), ()]
