"""Say once that another stack owns what a spec names: the stack was renamed, or two stacks name one key group. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cfstream.errors import Problem, TakenName
from cfstream.indexed import having
from cfstream.spec.wording import choices, some_of
from cfstream.stack.context import StackContext, names

FEW = 2
"""Fewer resources of another stack need no summary."""

NAMED = 5
"""How many resources a problem lists."""


def named_by_others(
    context: StackContext, problems: Iterable[Problem], *, deployed: bool
) -> Iterator[Problem]:
    """Yield the problems. Those about resources of one other stack are one problem.

    `deployed` is whether the stack has a distribution. Then it was not renamed.
    """
    problems = tuple(problems)
    by_owner: defaultdict[str, list[Problem]] = defaultdict(list)
    for each in sorted(problems):
        if each.taken and each.taken.owner:
            by_owner[each.taken.owner].append(each)
    summed: set[int] = set()
    for owner, found in by_owner.items():
        shared = [each for each in found if each.taken and each.taken.shareable]
        in_run = bool(having(context.beside, names, owner))
        was_renamed = not in_run and not deployed and _may_be_renamed(context, found, shared)
        one = found if was_renamed else shared
        if len(one) < FEW:
            continue
        summed |= set(map(id, one))
        yield _renamed(context, owner, one) if was_renamed else _shared(owner, one, in_run=in_run)
    yield from (each for each in problems if id(each) not in summed)


def _may_be_renamed(context: StackContext, found: Sequence[Problem], shared: Sequence[Problem]) -> bool:
    """Return whether the other stack may be this one under its former name: it has the host names, too, if any."""
    return len(found) > len(shared) or not context.stack.spec.cnames


def _renamed(context: StackContext, owner: str, found: Sequence[Problem]) -> Problem:
    what = f"{_listed(found)} belong to the stack {owner}, and no spec of this run has the name {owner}"
    do = (
        f"if this stack was {owner}, write `name: {owner}` again: the name of a stack cannot change. If it is another "
        f"stack, {_apart(found)}"
    )
    return context.stack.problem(what, do, "name")


def _shared(owner: str, found: Sequence[Problem], *, in_run: bool) -> Problem:
    """Return the problem of two stacks that name the same group, at that group."""
    at = next((each for each in found if each.taken and each.taken.use), found[0])
    whose = ", whose spec is in this run" if in_run else ""
    return replace(at, what=f"{_listed(found)} belong to the stack {owner}{whose}", do=_apart(found))


def _listed(found: Sequence[Problem]) -> str:
    words = [taken.what for taken in _taken(found)]
    return choices(words, "and") if len(words) <= NAMED else some_of(words, NAMED)


def _apart(found: Sequence[Problem]) -> str:
    """Return how two stacks get along: one uses the other's groups, or has resources of its own."""
    groups = [f"`{{use: {taken.use}}}`" for taken in _taken(found) if taken.use]
    own = "give its key groups, keys and cnames names of their own"
    return (
        f"write {choices(groups, 'and')} to trust the same keys, without the keys; or {own}"
        if groups
        else own
    )


def _taken(found: Sequence[Problem]) -> list[TakenName]:
    """Return the resources, the groups first."""
    taken = [each.taken for each in found if each.taken]
    return sorted(taken, key=lambda each: (not each.use, each.what))
