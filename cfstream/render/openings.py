"""What comes first in every format of a plan: the openings, and the notices that must be seen."""

from collections.abc import Iterator, Sequence

from cfstream.access.closing import without_repeats
from cfstream.access.report import Opening
from cfstream.errors import Notice
from cfstream.planning import Plan, StackPlan
from cfstream.render.flow import Page, Style, Word, words
from cfstream.render.hazards import Allowed
from cfstream.render.notices import remedy_lines


def open_lines(stack: StackPlan, sheet: Page, allowed: Allowed) -> Iterator[str]:
    """Yield who can read or write and should not, after the plan or until the plan closes it."""
    for text in open_now(stack, allowed):
        head = [Word("! open now:", Style.BOLD_RED), *words(text, Style.RED)]
        yield from sheet.flow(head, first="  ", rest="    ")
    yield from opening_lines(stack.exposure.openings, "! open:", sheet)


def opening_lines(openings: Sequence[Opening], label: str, sheet: Page) -> Iterator[str]:
    """Yield each opening with its fix."""
    for opening, do in zip(openings, without_repeats(each.do for each in openings), strict=True):
        head = [Word(label, Style.BOLD_RED), *words(opening.text, Style.RED)]
        yield from sheet.flow(head, first="  ", rest="    ")
        yield from remedy_lines(do, sheet, "    ")


def open_now(stack: StackPlan, allowed: Allowed) -> list[str]:
    """Return what anyone can read until the plan closes it, and what must be done before apply closes it."""
    first = ""
    if stack.problems:
        first = ", after its problems are fixed"
    elif not all(allowed.covers(stack, hazard) for hazard, _ in stack.hazards):
        first = ", if its hazards are allowed"
    return [f"{each}. This plan closes it{first}." for each in stack.exposure.open_until_applied]


def other_notices(stack: StackPlan) -> list[Notice]:
    """Return the notices except those of openings, which a plan shows first, and those of the run."""
    openings = {f"opening: {opening.text}" for opening in stack.exposure.openings}
    return [notice for notice in stack.notices if notice.text not in openings and not notice.of_run]


def run_notices(plan: Plan) -> list[Notice]:
    """Return the notices that are about several stacks of the run."""
    return [notice for stack in plan.stacks for notice in stack.notices if notice.of_run]


def is_prominent(notice: Notice, stack: StackPlan) -> bool:
    """Return whether a notice is before all stacks in Markdown and HTML, where those without changes are not shown."""
    return notice.warning or (notice.always and stack.in_sync)
