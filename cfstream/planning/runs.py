"""Put the stacks of a run in the order in which they may be applied."""

from collections.abc import Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from cfstream.errors import Notice, Problem, Where
from cfstream.planning.plan import Companions, StackKey, StackPlan
from cfstream.steps.stage import Stage


def in_turn(stacks: Sequence[StackPlan]) -> tuple[StackPlan, ...]:
    """Return the stacks, each after those of the run that must be done before it."""
    found = {stack.key: stack for stack in stacks}
    graph = {key: [each for each in stack.keys_before if each in found] for key, stack in found.items()}
    return tuple(found[key] for key in TopologicalSorter(graph).static_order())


def without_circles(stacks: Sequence[StackPlan]) -> tuple[StackPlan, ...]:
    """Return the stacks. Stacks that wait for each other in a circle get a problem, and no longer wait."""
    try:
        in_turn(stacks)
    except CycleError as error:
        keys = set(error.args[1])
        circle = sorted(name for _, name in keys)
        judged = [_in_circle(stack, circle) if stack.key in keys else stack for stack in stacks]
        return without_circles(judged)
    return tuple(stacks)


def with_companions(stacks: Sequence[StackPlan]) -> tuple[StackPlan, ...]:
    """Return the stacks, each with the specs of those that it waits for, or that wait for it, and of theirs.

    Alone, a stack that gives something up would release it, and no other stack would take it over.
    """
    found = {stack.key: stack for stack in stacks}
    groups = {key: {key} for key in found}
    for stack in stacks:
        for key in stack.keys_before:
            if key in found and groups[key] is not groups[stack.key]:
                joined = groups[key] | groups[stack.key]
                groups.update(dict.fromkeys(joined, joined))
    return tuple(
        replace(stack, companions=_companions(stack, [found[key] for key in groups[stack.key]]))
        if len(groups[stack.key]) > 1
        else stack
        for stack in stacks
    )


def with_takers(stacks: Sequence[StackPlan]) -> tuple[StackPlan, ...]:
    """Return the stacks. Those that give a host name to another one and cannot run without it have a note."""
    takers: dict[StackKey, list[str]] = {}
    for stack in stacks:
        for key in stack.keys_before:
            takers.setdefault(key, []).append(stack.name)
    return tuple(
        replace(
            stack, notices=(*stack.notices, *(_together(stack, each) for each in sorted(takers[stack.key])))
        )
        if stack.risk_of_giving and stack.key in takers
        else stack
        for stack in stacks
    )


def _together(stack: StackPlan, taker: str) -> Notice:
    return Notice(
        f"{taker} takes over a host name from this stack, which {stack.risk_of_giving}: if apply has to leave out "
        f"{taker}, it leaves out both"
    )


def _companions(stack: StackPlan, together: Sequence[StackPlan]) -> Companions:
    others = [each for each in together if each is not stack]
    return Companions(
        tuple(sorted({each.spec for each in others} - {stack.spec})),
        tuple(sorted({hazard.name for each in others for hazard, _ in each.hazards})),
    )


def _in_circle(stack: StackPlan, circle: Sequence[str]) -> StackPlan:
    line = next((step.line for step in stack.steps if step.stage is Stage.MOVE), 0)
    what = f"{' and '.join(circle)} give cnames to each other, so none of them can run first"
    problem = Problem(
        Where(stack.spec, line),
        what,
        "move the names in one direction in this run, and back in the next",
    )
    return replace(stack, problems=(*stack.problems, problem), after=())
