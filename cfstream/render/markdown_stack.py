"""Render one stack of a plan in Markdown: its steps with their fields, only its steps, or one line."""

from collections.abc import Iterator
from enum import IntEnum

from cfstream.planning import StackPlan, count
from cfstream.planning.exposure import NOBODY
from cfstream.render.estimate import HEADER, rows, title
from cfstream.render.gfm import code, fix_lines, prose
from cfstream.render.places import NOWHERE, Places
from cfstream.render.readers import readers_after, readers_before
from cfstream.render.text import given_names, live_facts, nothing_live, reason
from cfstream.render.values import FieldChange, fields, kept_text, signed_texts
from cfstream.render.verbs import SIGNS
from cfstream.steps.step import Step
from cfstream.values import Verb


class Tier(IntEnum):
    """How much of a stack is shown, the least first."""

    LINE = 1
    LINKED = 2
    """One line with a link to the spec."""
    STEPS = 3
    FIELDS = 4


def stack_piece(stack: StackPlan, tier: Tier, *, unfolded: bool = False, places: Places = NOWHERE) -> str:
    """Return the stack, as fully as the tier says, with a final empty line."""
    linked = NOWHERE if tier is Tier.LINE else places
    head = f"<b>{prose(stack.name)}</b> {_sum(stack)} {linked.code(stack.spec)}"
    if tier <= Tier.LINKED:
        return f"{head}\n"
    parts = [f"<details{' open' * unfolded}><summary>{head}</summary>\n", f"{_live(stack)}\n"]
    parts += [_step(stack, step, tier, places) for step in stack.steps]
    if tier is Tier.FIELDS:
        parts += _remarks(stack)
    return "\n".join([*parts, "</details>\n"])


def _sum(stack: StackPlan) -> str:
    steps = count(step.verb for step in stack.steps)
    steps_text = ", ".join(f"{steps[verb]} to {verb}" for verb in Verb if steps[verb])
    left_out = "not applied until its problems are fixed" if stack.problems else ""
    return "; ".join(filter(None, [left_out, steps_text or given_names(stack)]))


def _live(stack: StackPlan) -> str:
    return " ".join(map(code, live_facts(stack))) or nothing_live(stack)


def _step(stack: StackPlan, step: Step, tier: Tier, places: Places) -> str:
    sign, _ = SIGNS[step.verb]
    place = f" {places.code(stack.spec, step.line)}" if step.line else ""
    held = f"(etag {code(step.if_match)})" if step.if_match else ""
    rows = list(_rows(step))
    # Without its fields, the step still names them.
    why = prose(reason(step) if rows and tier is Tier.FIELDS else step.because)
    because = " ".join(filter(None, (why, held)))
    head = (
        f"<b>{code(sign)} {step.verb}</b> {code(str(step.address))}{place}{'<br>' * bool(because)}{because}"
    )
    if not rows:
        return f"{head}\n"
    if tier is Tier.STEPS:
        return f"{head} ({len(rows)} field{'' if len(rows) == 1 else 's'})\n"
    return "\n".join([f"{head}\n", "| | field | before | after |", "|---|---|---|---|", *rows, ""])


def _rows(step: Step) -> Iterator[str]:
    for change in step.changes:
        for field in fields(change):
            before, after = _cells(field)
            yield f"| {code(field.sign)} | {code(field.name)} | {before} | {after} |"


def _cells(field: FieldChange) -> tuple[str, str]:
    """Return the field before and after; for two lists the removed and the new members, and how many stay."""
    moved = field.members
    if moved is None:
        before, after = (code(text) if text else "" for text in map(field.cell, (field.before, field.after)))
        return before, after
    gone, came = ([f"{code(text)} {word}" for text, word in each] for each in signed_texts(moved))
    return "<br>".join(gone), "<br>".join([*came, *filter(None, [kept_text(moved)])])


def _remarks(stack: StackPlan) -> Iterator[str]:
    """Yield who can read if that does not change, and notes."""
    exposure = stack.exposure
    if stack.steps and readers_before(exposure) == readers_after(exposure) and not exposure.openings:
        yield f"Who can read, as before: {', '.join(map(prose, readers_after(exposure) or (NOBODY,)))}\n"
    if stack.estimate:
        table = [HEADER, ["---"] * len(HEADER), *rows(stack.estimate)]
        yield "\n".join([f"{title(stack.estimate)}\n", *(f"| {' | '.join(cells)} |" for cells in table), ""])
    for notice in sorted(stack.notices):
        if not notice.warning:
            yield f"note: {prose(notice.text)}{fix_lines(notice.do, indent='')}\n"
