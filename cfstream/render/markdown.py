"""Render a plan as GitHub-flavored Markdown, for the comment in a pull request.

Hazards and problems are on top, and the steps of each stack are folded. The text has at most `LIMIT` characters for any
fleet: steps are omitted before sentences, and what is omitted is counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from cfstream.errors import Problem
from cfstream.planning import Plan, StackKey, StackPlan, count
from cfstream.planning.exposure import NOBODY
from cfstream.render.accounts import grouped, named
from cfstream.render.errors import HOW_TO_ALLOW, HOW_TO_READ
from cfstream.render.gfm import clipped, code, fix_lines, prose
from cfstream.render.hazards import NONE_ALLOWED, Allowed, allow_flags, hazards_of, refusal
from cfstream.render.markdown_stack import Tier, stack_piece
from cfstream.render.openings import is_prominent, open_now, other_notices, run_notices
from cfstream.render.places import NOWHERE, Places
from cfstream.render.readers import as_specified, readers_after, readers_before
from cfstream.render.verbs import summary_line
from cfstream.startup.frozen import dataclass
from cfstream.values import Verb

MARK = "<!-- cfstream plan -->"
"""The first line of every comment; the next run finds the comment by it."""

LIMIT = 60_000
"""GitHub accepts 65,536 characters in a comment; the rest is for text around the plan."""

SPARED = 1_000
"""Characters reserved for the sentences about omitted parts."""

SHORT = 300
"""Characters of a sentence if there is no room for all sentences."""

NAMES = 5_000
"""Characters of the names of stacks that have the same hazard, if there is no room for a line for each."""

FEW = 5
"""Phrases of one cell if there is no room for all of them."""

ELSEWHERE = "`cfstream plan` shows everything; `cfstream plan --format html` makes a page"
GUIDE = f"[How to read this plan]({HOW_TO_READ}): its steps, their addresses, waits and hazards.\n"
"""The last line, for readers who do not know cfstream."""

SIGNERS = "Signers are people with a URL or cookie that is signed by a key of the named key group or account."
"""What signers are, for readers who do not know cfstream."""

NAMED = 10
"""The number of stacks without changes that are named; more are counted."""


@dataclass(frozen=True)
class _Section:
    """Lines of one kind under a title. If there is no room for all, the last ones are counted."""

    title: str
    noun: str
    lead: str
    entries: tuple[str, ...]

    @property
    def size(self) -> int:
        return len(self.text(len(self.entries)))

    def within(self, room: int) -> str:
        """Return as much of the section as fits."""
        if self.size <= room:
            return self.text(len(self.entries))
        ends = accumulate((len(entry) + 1 for entry in self.entries), initial=len(self.text(0)))
        return self.text(sum(end <= room for end in ends) - 1)

    def text(self, shown: int) -> str:
        """Return the section with its first `shown` entries."""
        if not self.entries:
            return ""
        lines = [f"#### {self.title}\n", *filter(None, [self.lead]), *self.entries[: max(shown, 0)]]
        hidden = len(self.entries) - shown
        if hidden:
            lines.append(f"\n… and {hidden} more {self.noun}: {ELSEWHERE}.")
        return "\n".join(lines).rstrip() + "\n"


def plan_markdown(plan: Plan, places: Places = NOWHERE, allowed: Allowed = NONE_ALLOWED) -> str:
    """Return the whole comment: the sum, hazards, problems, who can read, warnings, and each stack folded.

    Lines of specs are links if `places` are known. If there is no room for all of a section, it has no links.
    """
    sections = _sections(plan, None, places, allowed)
    head = _head(plan, allowed, alone=not plan.snapshot and not any(section.size for section in sections))
    room = LIMIT - SPARED - len(head) - len(_still(plan)) - sum(len(title) + 7 for title, _ in grouped(plan))
    for longest in (None, SHORT):
        if sum(section.size for section in sections) > room:
            sections = _sections(plan, longest, NOWHERE, allowed)
    top = _fitted(sections, room)
    room -= sum(map(len, top)) + len(top)
    still = [f"{_still(plan)}\n"] if _still(plan) else []
    guide = [] if plan.in_sync else [GUIDE]
    return "\n".join([head, *top, *_stacks(plan, room, places), *still, *guide])


def problems_markdown(problems: Sequence[Problem], places: Places = NOWHERE) -> str:
    """Return the comment for specs that cannot be read."""
    head = f"{MARK}\n### cfstream plan\n\n**No plan: the specs have {_counted(len(problems), 'problem')}.**\n"
    room = LIMIT - SPARED - len(head)
    section = _problem_section(problems, None, places)
    for longest in (None, SHORT):
        if section.size > room:
            section = _problem_section(problems, longest, NOWHERE)
    return "\n".join([head, section.within(room)])


def _head(plan: Plan, allowed: Allowed, *, alone: bool) -> str:
    """Return the text above the sections; for a plan without steps only the mark, or a title if sections follow."""
    source = f"\n{prose(clipped(plan.snapshot.whole, SPARED))}\n" if plan.snapshot else ""
    if plan.in_sync:
        return MARK if alone else f"{MARK}\n### cfstream plan\n{source}"
    short = plan.fingerprint.removeprefix("sha256:")[:8]
    held = f"{_accounts(plan)}, plan {code(short)}"
    numbers = {
        "problem": sum(len(stack.problems) for stack in plan.stacks),
        "opening": sum(len(stack.exposure.openings) for stack in plan.stacks),
    }
    counted = [_counted(number, noun) for noun, number in numbers.items() if number]
    counted += filter(None, [allowed.counted(plan.stacks)])
    listed = " and ".join(filter(None, [", ".join(counted[:-1]), *counted[-1:]]))
    danger = f" **{listed}.**" if listed else ""
    return f"{MARK}\n### cfstream plan\n\n**{summary_line(plan.summary)}**{danger} {held}\n{source}"


def _accounts(plan: Plan) -> str:
    listed = ", ".join(map(code, plan.accounts))
    return f"account {code(plan.account)}" if plan.account else f"accounts {listed}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _still(plan: Plan) -> str:
    """Return one line for all stacks with nothing to do; empty if there are none."""
    still = [stack for stack in plan.stacks if stack.in_sync]
    names = [named(stack, several=plan.account is None) for stack in still]
    if len(names) == 1:
        return f"**No changes.** {prose(names[0])} {as_specified(still)}."
    listed = f": {', '.join(map(prose, names))}" if len(names) <= NAMED else ""
    return f"**No changes.** {len(names)} stacks {as_specified(still)}{listed}." if names else ""


def _sections(plan: Plan, longest: int | None, places: Places, allowed: Allowed) -> list[_Section]:
    problems = [problem for stack in plan.stacks for problem in stack.problems]
    return [
        _opening_section(plan, longest, allowed),
        _hazard_section(plan, longest, places, allowed),
        _problem_section(problems, longest, places),
        _exposure_section(plan, longest),
        _warning_section(plan, longest),
    ]


def _opening_section(plan: Plan, longest: int | None, allowed: Allowed) -> _Section:
    """Return who can read or write and should not, after the plan or until the plan closes it."""
    entries: list[str] = []
    for stack in plan.stacks:
        name = _name(plan, stack)
        entries += [
            f"- {name}: <b>open now</b>: {prose(clipped(text, longest))}" for text in open_now(stack, allowed)
        ]
        entries += [
            f"- {name}: <b>open</b>: {prose(clipped(each.text, longest))}{fix_lines(each.do, longest)}"
            for each in stack.exposure.openings
        ]
    return _Section("Openings", "openings", "", tuple(entries))


def _hazard_section(plan: Plan, longest: int | None, places: Places, allowed: Allowed) -> _Section:
    found = hazards_of(plan.stacks)
    entries = _hazards(plan, longest, places, allowed)
    refused, accepted = allowed.split(plan.stacks)
    lead = "A hazard is a change that may make video public or lock viewers out, or that cannot be undone. "
    if refused:
        flags = code(allow_flags(refused))
        lead += f"{refusal(len(found), accepted)} {flags} ([in CI]({HOW_TO_ALLOW}))\n"
    else:
        lead += f"All of these are allowed: {code(allow_flags(accepted))}\n"
    if any(stack.protect and hazard.name == "deletes" for stack, _, hazard in found):
        lead += "\napply never deletes a stack whose spec says `protect: true`.\n"
    return _Section("Hazards", "hazards", lead, entries)


def _hazards(plan: Plan, longest: int | None, places: Places, allowed: Allowed) -> tuple[str, ...]:
    """Return a line for each hazard; if there is little room, one for all stacks that have the same hazard."""
    alike: defaultdict[object, list[tuple[str, str, str, str]]] = defaultdict(list)
    for stack, step, hazard in hazards_of(plan.stacks):
        line = hazard.line_or(step.line)
        head = f"- <b>{hazard.name}</b>{allowed.mark(stack, hazard)}"
        where = code(step.id) + (f", {places.code(stack.spec, line)}" if line else "")
        text = prose(clipped(hazard.text, longest))
        alike[(head, text) if longest else (head, text, stack.key, step.id)].append(
            (head, _name(plan, stack), text, where)
        )
    return tuple(
        "{} {}: {} ({})".format(*same[0])
        if len(same) == 1
        else f"{same[0][0]} {len(same)} times: {same[0][2]} ({clipped(', '.join(each[1] for each in same), NAMES)})"
        for same in alike.values()
    )


def _problem_section(problems: Iterable[Problem], longest: int | None, places: Places) -> _Section:
    entries = tuple(
        f"- {places.code(problem.where.file, problem.where.line, problem.where.col)} "
        f"<b>{prose(clipped(problem.what, longest))}</b>"
        + (f"<br>fix: {prose(clipped(problem.do, longest))}" if problem.do else "")
        for problem in problems
    )
    return _Section("Problems", "problems", "Nothing is applied to a stack until they are fixed.\n", entries)


def _exposure_section(plan: Plan, longest: int | None) -> _Section:
    """Return who can read, for each stack with a change or an opening; new readers are bold."""
    rows = tuple(
        f"| {_name(plan, stack)} | {_phrases(readers_before(stack.exposure), (), longest)} "
        f"| {_phrases(readers_after(stack.exposure), readers_before(stack.exposure), longest)} |"
        for stack in plan.stacks
        if readers_before(stack.exposure) != readers_after(stack.exposure) or stack.exposure.openings
    )
    lead = f"{SIGNERS}\n\n" if any("signers: " in row for row in rows) else ""
    return _Section("Who can read", "stacks", f"{lead}| stack | before | after |\n|---|---|---|", rows)


def _name(plan: Plan, stack: StackPlan) -> str:
    return prose(named(stack, several=plan.account is None))


def _phrases(phrases: Sequence[str], known: Sequence[str], longest: int | None) -> str:
    """Return the phrases of a cell, one on each line; only some of them if there is little room."""
    shown = phrases if longest is None else phrases[:FEW]
    texts = [prose(clipped(phrase, longest)) for phrase in shown]
    new = [bool(known) and phrase not in known for phrase in shown]
    lines = [f"<b>{text}</b>" if fresh else text for text, fresh in zip(texts, new, strict=True)]
    rest = len(phrases) - len(shown)
    return "<br>".join([*lines, *([f"… and {rest} more"] if rest else [])]) or NOBODY


def _warning_section(plan: Plan, longest: int | None) -> _Section:
    entries = tuple(
        f"- {_name(plan, stack)}: {prose(clipped(notice.text, longest))}{fix_lines(notice.do, longest)}"
        for stack in plan.stacks
        for notice in sorted(other_notices(stack))
        if is_prominent(notice, stack)
    )
    of_run = tuple(
        f"- {prose(clipped(notice.text, longest))}{fix_lines(notice.do, longest)}"
        for notice in run_notices(plan)
    )
    return _Section("Warnings", "warnings", "", of_run + entries)


def _fitted(sections: Sequence[_Section], room: int) -> list[str]:
    """Return the sections in their order: small ones whole, and the others share the rest of the room."""
    texts: dict[int, str] = {}
    by_need = sorted(range(len(sections)), key=lambda n: sections[n].size)
    for done, n in enumerate(by_need):
        texts[n] = sections[n].within(room // (len(sections) - done))
        room -= len(texts[n])
    return [texts[n] for n in range(len(sections)) if texts[n]]


def _stacks(plan: Plan, room: int, places: Places) -> Iterator[str]:
    """Return each stack with something to do, as fully as fits: those with hazards or problems first."""
    stacks = [stack for stack in plan.stacks if not stack.in_sync]
    alone = len(stacks) == 1
    chosen: dict[StackKey, tuple[Tier, str]] = {}
    for tier in Tier:
        for stack in sorted(stacks, key=lambda stack: not (stack.hazards or stack.problems)):
            if tier > Tier.LINE and stack.key not in chosen:
                continue
            piece = stack_piece(stack, tier, unfolded=alone, places=places)
            _, before = chosen.get(stack.key, (tier, ""))
            if len(piece) - len(before) + 1 <= room:
                room -= len(piece) - len(before) + (0 if before else 1)
                chosen[stack.key] = tier, piece
    for title, of_account in grouped(plan):
        pieces = [chosen[stack.key][1] for stack in of_account if stack.key in chosen]
        yield from [f"#### {title.capitalize()}\n"] if title and pieces else ()
        yield from pieces
    short = _shortened(stacks, {key: tier for key, (tier, _) in chosen.items()})
    if short:
        yield f"{short}: {ELSEWHERE}.\n"


def _shortened(stacks: Sequence[StackPlan], tiers: dict[StackKey, Tier]) -> str:
    """Return what is omitted of the stacks; empty if nothing is."""
    hidden = [stack for stack in stacks if stack.key not in tiers]
    omitted = {
        "without its fields": sum(tier is Tier.STEPS for tier in tiers.values()),
        "in one line": sum(tier <= Tier.LINKED for tier in tiers.values()),
        "not at all": len(hidden),
    }
    counted = [f"{_counted(number, 'stack')} {how}" for how, number in omitted.items() if number]
    if not counted:
        return ""
    steps = count(step.verb for stack in hidden for step in stack.steps)
    left = ", ".join(f"{steps[verb]} to {verb}" for verb in Verb if steps[verb])
    return f"Not all steps fit here: {', '.join(counted)}" + (f" ({left})" if left else "")
