"""Render a plan as text, for a person who must confirm it.

What anyone can read is first. Hazards are near the end, where people look. The last line is the sum, which scripts read
too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import partial

from cfstream.planning import Plan, StackPlan
from cfstream.planning.plan import StackKey, count
from cfstream.render.accounts import accounts_of, grouped, named
from cfstream.render.changes import change_lines
from cfstream.render.estimate import estimate_lines
from cfstream.render.flow import Page, Style, Word, advice, columns, page, printable, words
from cfstream.render.hazards import NONE_ALLOWED, Allowed, allowance, allowing_together
from cfstream.render.notices import notice_lines
from cfstream.render.openings import open_lines, other_notices, run_notices
from cfstream.render.problems import problems_text
from cfstream.render.readers import as_specified, readers_after, readers_before
from cfstream.render.verbs import step_words, summary_line
from cfstream.spec.wording import by_number
from cfstream.steps.hazards import HazardName
from cfstream.steps.step import Step

USUAL = 80
"""Columns without a terminal. Scripts read the last line, so the sum stays on one line on such a page."""


def plan_text(
    plan: Plan,
    *,
    color: bool,
    width: int,
    brief: bool = False,
    allowed: Allowed = NONE_ALLOWED,
    terminal: bool = False,
) -> str:
    """Return the whole plan. The last line is the sum, how many problems there are, or that nothing changes.

    With `brief`, each stack has one line, and its openings and hazards in full. `allowed` are the hazards that
    the run allows; they are marked. On a `terminal`, no line is longer than
    its width, except for a long id; scripts get the sum on one line.
    """
    sheet = page(width, color=color)
    blocks = [list(_source_lines(plan, sheet))]
    for title, stacks in grouped(plan):
        shown = [stack for stack in stacks if not brief or _has_brief_line(stack, plan)]
        column = max((columns(stack.name) for stack in shown), default=0)
        lines_of = partial(_brief_lines, column=column) if brief else _stack_lines
        pieces = [list(lines_of(stack, sheet, allowed)) for stack in shown]
        if title and any(pieces):
            pieces.insert(0, [sheet.paint(title, Style.BOLD)])
        blocks += [[line for piece in pieces for line in piece]] if brief else pieces
    blocks.append(list(notice_lines(run_notices(plan), sheet)))
    problems = tuple(problem for stack in plan.stacks for problem in stack.problems)
    if problems:
        blocks.append(problems_text(problems, color=color, width=sheet.width).rstrip("\n").split("\n"))
    known = {stack.key for stack in plan.stacks if brief and _has_brief_line(stack, plan)}
    # Before a question. In scripts, and with --yes, nobody would look at the fields.
    hint = brief and terminal and allowed.advises
    end = [*(() if allowed.applying else _about_openings(plan, sheet))]
    end += _last_lines(plan, sheet, known, brief=brief, hint=hint)
    unbroken = sheet.width >= USUAL and not terminal
    blocks.append([*end, *(() if plan.in_sync else _sum_lines(plan, sheet, allowed, unbroken=unbroken))])
    return "\n".join("\n".join(block) + "\n" for block in blocks if block)


def _source_lines(plan: Plan, sheet: Page) -> Iterator[str]:
    """Yield the snapshot that the plan was made from, and a warning if it is old."""
    if plan.snapshot:
        yield from sheet.flow(words(plan.snapshot.text, Style.DIM))
        if plan.snapshot.warning:
            yield from sheet.flow([*words("warning:", Style.YELLOW), *advice(plan.snapshot.warning)])


def _has_brief_line(stack: StackPlan, plan: Plan) -> bool:
    """Return whether a brief plan has a line for the stack. The last line says all about one stack without changes."""
    return len(plan.stacks) > 1 or not stack.in_sync or bool(stack.exposure.openings) or stack.keeps


def _last_lines(plan: Plan, sheet: Page, known: Set[StackKey], *, brief: bool, hint: bool) -> Iterator[str]:
    """Yield the end of a plan before its numbers. The stacks in `known` have a line that says whether they change.

    A full plan has a notice of a stack that waits for an earlier change; a brief one has it here. With `hint`, they
    say how to see the fields.
    """
    if plan.in_sync and len(known) > 1 and len(known) == len(plan.stacks):
        left = _nothing_left(plan.stacks) if plan.stacks[0].destroying else as_specified(plan.stacks, "")
        text = f"{len(known)} stacks {left}."
        yield from sheet.flow([*words("No changes.", Style.BOLD_GREEN), *words(text)])
        return
    for stack in plan.stacks:
        if stack.in_sync and (stack.key not in known or plan.in_sync):
            name = named(stack, several=plan.account is None)
            text = f"{name} {_unchanged(stack, waits=brief and stack.key not in known)}."
            yield from sheet.flow([*words("No changes.", Style.BOLD_GREEN), *words(text)])
    if any(stack.steps for stack in plan.stacks):
        yield from _plan_lines(plan, sheet, hint=hint)


def _sum_lines(plan: Plan, sheet: Page, allowed: Allowed, *, unbroken: bool) -> Iterator[str]:
    """Yield the numbers of openings and hazards, of steps, and of problems. Scripts need the steps on one line."""
    openings = sum(len(stack.exposure.openings) for stack in plan.stacks)
    if openings:
        counted = f"{openings} opening{'s' * (openings != 1)}, see above."
        yield from sheet.flow(words(counted, Style.BOLD_RED))
    if hazards := allowed.counted(plan.stacks):
        accepted = allowed.names and not allowed.split(plan.stacks)[0]
        end, style = (".", Style.YELLOW) if accepted else (", see above.", Style.BOLD_RED)
        yield from sheet.flow(words(hazards + end, style))
    summary = summary_line(
        count(step.verb for stack in plan.stacks if not stack.problems for step in stack.steps)
    )
    blocked = [named(stack, several=plan.account is None) for stack in plan.stacks if stack.problems]
    if len(blocked) < len(plan.stacks):
        parts = [Word(part, Style.BOLD) for part in re.split(r"(?<=[:,]) ", summary)]
        yield from [sheet.paint(summary, Style.BOLD)] if unbroken else sheet.flow(parts, rest="  ")
    if blocked:
        problems = sum(len(stack.problems) for stack in plan.stacks)
        counted = f"{problems} problem{'s' * (problems != 1)}: {', '.join(blocked)} will not be applied."
        yield from sheet.flow(words(counted, Style.BOLD_RED), rest="  ")


def _plan_lines(plan: Plan, sheet: Page, *, hint: bool) -> Iterator[str]:
    short = plan.fingerprint.removeprefix("sha256:")[:8]
    yield from sheet.flow([*words(f"plan {short}", Style.BOLD), *words(f" {accounts_of(plan)}", Style.DIM)])
    if hint:
        yield from sheet.flow(words("--full shows every field.", Style.DIM))


def _about_openings(plan: Plan, sheet: Page) -> Iterator[str]:
    """Yield what finds openings of stacks without changes. It has a line of its own, so that the last line is short."""
    if any(stack.in_sync and stack.exposure.openings for stack in plan.stacks):
        text = "plan does not fail because of an opening; cfstream verify does (exit 7)."
        yield from sheet.flow(words(text))


def _unchanged(stack: StackPlan, *, waits: bool) -> str:
    """Return what the last line says of a stack in sync. With `waits`, also that apply waits for an earlier change."""
    if stack.destroying:
        return _nothing_left([stack])
    later = "; apply waits until an earlier change is Deployed" if waits and stack.settling else ""
    return f"{as_specified([stack], '')}{later}"


def given_names(stack: StackPlan) -> str:
    """Return the host names that another stack of the run takes from a stack, which has no steps for that."""
    return f"gives {', '.join(stack.leaving)} to another stack" if stack.leaving else ""


def _nothing_left(stacks: Sequence[StackPlan]) -> str:
    """Return what the last line of destroy says of stacks without steps."""
    if any(stack.keeps for stack in stacks):
        return f"{'keep' if len(stacks) > 1 else 'keeps'} what others still use, see above"
    return f"{'have' if len(stacks) > 1 else 'has'} nothing left to destroy"


def _brief_lines(stack: StackPlan, sheet: Page, allowed: Allowed, *, column: int) -> Iterator[str]:
    """Yield one line for a stack, with its name in a column, its openings and hazards, and what must stay."""
    counts = [f"{n} to {verb}" for verb, n in count(step.verb for step in stack.steps).items() if n]
    idle = (
        "waits until an earlier change is Deployed" if stack.settling else given_names(stack) or "no changes"
    )
    text = "not applied" if stack.problems else ", ".join(counts) or idle
    # A line break does not part a number from its verb.
    parts = [Word(part) for part in re.split(r"(?<=,) ", printable(text))]
    name, spec = Word(stack.name, Style.BOLD), Word(printable(stack.spec), Style.DIM)
    if sheet.narrow:
        yield from sheet.beside([name], spec)
        yield from sheet.flow(parts, first="  ", rest="  ")
    else:
        apart = Word(" " * (column - columns(stack.name)))
        yield from sheet.beside([name, apart, *parts], spec)
    yield from open_lines(stack, sheet, allowed)
    yield from notice_lines(
        (each for each in stack.notices if (each.always or each.stays or each.left) and not each.of_run),
        sheet,
    )
    yield from _hazard_lines(stack, sheet, allowed)


def _stack_lines(stack: StackPlan, sheet: Page, allowed: Allowed) -> Iterator[str]:
    """Yield everything about one stack; nothing for one that is in sync and has no notices."""
    opened = list(open_lines(stack, sheet, allowed))
    warnings = [*_notice_lines(stack, sheet), *_hazard_lines(stack, sheet, allowed)]
    if stack.in_sync and not (opened or warnings):
        return
    yield from sheet.beside([Word(stack.name, Style.BOLD)], Word(printable(stack.spec), Style.DIM))
    yield from _live_lines(stack, sheet)
    if opened:
        yield ""
        yield from opened
    file = _file(stack, sheet)
    for step in stack.steps:
        yield ""
        yield from _step_lines(step, file, sheet)
    if stack.steps and stack.destroying:
        yield ""
        yield from sheet.flow(words("The bucket and every object in it stay."), first="  ", rest="  ")
    if stack.steps or stack.exposure.openings:
        yield ""
        yield from _exposure_lines(stack, sheet)
    if stack.estimate:
        yield ""
        yield from estimate_lines(stack.estimate, sheet)
    if warnings:
        yield ""
        yield from warnings
    if stack.problems:
        these = by_number(stack.problems, "the problem below is", "the problems below are")
        sentence = words(f"{stack.name} will not be applied until {these} fixed", Style.BOLD_RED)
        yield ""
        yield from sheet.flow(sentence, first="  ", rest="  ")


def live_facts(stack: StackPlan) -> list[str]:
    """Return the live distribution's id, domain name, status and ETag; empty if there is none."""
    live = stack.live
    held = f"etag {live.etag}" if live.etag else None
    return [fact for fact in (live.distribution_id, live.domain_name, live.status, held) if fact]


def nothing_live(stack: StackPlan) -> str:
    """Return the words for a stack without a distribution."""
    return "no distribution left" if stack.destroying else "no distribution yet"


def _live_lines(stack: StackPlan, sheet: Page) -> Iterator[str]:
    facts = "  ".join(live_facts(stack)) or nothing_live(stack)
    yield from sheet.flow(words(facts, Style.DIM), first="  ", rest="  ")


def _head(step: Step) -> list[Word]:
    sign, *others = step_words(step.verb, step.address)
    return [Word("  " + sign.text, sign.style), *others]


def _file(stack: StackPlan, sheet: Page) -> str:
    """Return the spec's file for the place of each step: with folders if all steps have room for it."""
    path = printable(stack.spec)
    for step in stack.steps:
        head = sum(columns(word.text) + 1 for word in _head(step))
        if step.line and head + 1 + columns(f"{path}:{step.line}") > sheet.width:
            return path.rpartition("/")[2]
    return path


def _step_lines(step: Step, file: str, sheet: Page) -> Iterator[str]:
    head = _head(step)
    if step.line:
        yield from sheet.beside(head, Word(f"{file}:{step.line}", Style.DIM))
    else:
        yield from sheet.flow(head, rest="    ")
    under = " " * (4 if sheet.narrow else 12)
    held = f"(etag {step.if_match})" if step.if_match else ""
    if text := " ".join(filter(None, (reason(step), held))):
        yield from sheet.flow(words(text, Style.DIM), first=under, rest=under)
    yield from change_lines(step.changes, sheet)


def reason(step: Step) -> str:
    """Return why the step is made; empty if the reason only lists fields that follow below it."""
    first = step.because.partition(",")[0]
    return "" if any(change.field.startswith(first) for change in step.changes) else step.because


def _exposure_lines(stack: StackPlan, sheet: Page) -> Iterator[str]:
    exposure = stack.exposure
    yield "  Who can read"
    before, after = readers_before(exposure), readers_after(exposure)
    if before == after:
        yield from _phrases("as before", after, sheet)
    else:
        yield from _phrases("before", before, sheet)
        yield from _phrases("after", after, sheet)


def _phrases(label: str, phrases: Iterable[str], sheet: Page) -> Iterator[str]:
    head = f"    {label.ljust(9 if label == 'as before' else 6)}  "
    for phrase in phrases or ("nobody",):
        yield from sheet.flow(words(phrase), first=head, rest=" " * len(head))
        head = " " * len(head)


def _notice_lines(stack: StackPlan, sheet: Page) -> Iterator[str]:
    yield from notice_lines(other_notices(stack), sheet)


def _hazard_lines(stack: StackPlan, sheet: Page, allowed: Allowed) -> Iterator[str]:
    file = _file(stack, sheet)
    lines = {step.id: step.line for step in stack.steps}
    for hazard, step in stack.hazards:
        style, note = (Style.YELLOW, ", allowed") if allowed.covers(stack, hazard) else (Style.BOLD_RED, "")
        head = [Word(hazard.name + note, style), *words(f"({step})", Style.DIM)]
        if line := hazard.line_or(lines[step]):
            place = Word(f"{file}:{line}", Style.DIM)
            yield from sheet.beside([Word("  !", style), *head], place)
        else:
            yield from sheet.flow([Word("!", style), *head], first="  ", rest="    ")
        yield from sheet.flow(advice(hazard.text), first="    ", rest="    ")
    yield from _allowance(stack, sheet, allowed)
    if stack.destroying and stack.protect:
        head = [Word("!", Style.BOLD_RED), *words("destroy refuses this while the spec says protect: true")]
        yield from sheet.flow(head, first="  ", rest="    ")


def _allowance(stack: StackPlan, sheet: Page, allowed: Allowed) -> Iterator[str]:
    """Yield what allows the hazards that are not allowed yet: one command for all hazards of the stack."""
    names = {hazard.name for hazard, _ in stack.hazards}
    if (
        not allowed.advises
        or stack.problems
        or all(allowed.covers(stack, hazard) for hazard, _ in stack.hazards)
        or (stack.destroying and stack.protect)
    ):
        return
    if stack.destroying:
        text = words(f"to allow this, type {stack.name} or add --yes")
    elif stack.protect and HazardName.DELETES in names:
        text = words(allowance(HazardName.DELETES, protect=True))
    else:
        text = advice(allowing_together(stack, names | allowed.names, stack.flags, allowed.saved))
    yield from sheet.flow(text, first="    ", rest="      ")
