"""Say once that a stack was renamed, in place of a problem for everything that its former name still owns. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator

from cfstream.errors import Problem
from cfstream.indexed import having
from cfstream.stack.context import StackContext, names

FEW = 2
"""Fewer resources of another stack do not show a new name: the spec may only want to use them."""


def renamed(context: StackContext, problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield the problems. Those with a stack that has most of what the spec wants, and no spec in the run, are one."""
    problems = tuple(problems)
    counted = Counter(each.owner for each in problems if each.owner)
    former = {
        owner
        for owner, number in counted.items()
        if number >= FEW and not having(context.beside, names, owner)
    }
    yield from (each for each in problems if each.owner not in former)
    for owner in former:
        what = (
            f"the stack {owner} has {counted[owner]} of the resources that this spec names, and no spec of this run "
            f"has the name {owner}"
        )
        do = (
            f"the name of a stack cannot change: if this was {owner}, write `name: {owner}` again. If it is another "
            "stack, give its key groups, keys and cnames names of their own, or write `use` for a key group"
        )
        yield context.stack.problem(what, do, "name")
