"""Render a plan as one HTML page that loads nothing from any network.

Every value is escaped, and the page's own policy forbids scripts, pictures and everything from elsewhere.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from cfstream import __version__
from cfstream.errors import Problem
from cfstream.planning import Plan, StackPlan
from cfstream.render.accounts import grouped, named
from cfstream.render.errors import HOW_TO_ALLOW, HOW_TO_READ
from cfstream.render.flow import printable
from cfstream.render.hazards import NONE_ALLOWED, Allowed, hazards_of, refusal
from cfstream.render.html_stack import anchor, code, fix_paragraph, prose, stack_article
from cfstream.render.openings import is_prominent, open_now, other_notices, run_notices
from cfstream.render.readers import as_specified, openings_counted
from cfstream.render.stylesheet import POLICY, STYLE
from cfstream.render.verbs import summary_line
from cfstream.steps.hazards import HazardName

_GUIDE = (
    f'<footer class="dim"><p><a href="{HOW_TO_READ}">How to read this plan</a>: '
    "its steps, their addresses, waits and hazards.</p></footer>"
)
"""The end of the page, for readers who do not know cfstream."""


def plan_html(plan: Plan, allowed: Allowed = NONE_ALLOWED) -> str:
    """Return the whole page: the sum, what people must see first, and each stack with its picture and its steps."""
    problems = [problem for stack in plan.stacks for problem in stack.problems]
    changed = [stack for stack in plan.stacks if not stack.in_sync or stack.exposure.openings]
    short = plan.fingerprint.removeprefix("sha256:")[:8]
    opened = openings_counted(plan.stacks)
    nothing = f"No changes, but {opened}." if opened else "No changes."
    verdict = nothing if plan.in_sync else summary_line(plan.summary).removeprefix("Plan: ")
    held = f"{_accounts(plan)} · plan {code(short)} · cfstream {escape(__version__)}"
    body = [
        _header(verdict, held, _source(plan)),
        *_links(plan, changed),
        "<main>",
        *_openings(plan, allowed),
        *_hazards(plan, allowed),
        *_problems(problems, "Nothing is applied to a stack until they are fixed."),
        *_warnings(plan),
        *_articles(plan),
        *_still(plan),
        "</main>",
        _GUIDE,
    ]
    return _page(f"Plan: {verdict}", body)


def problems_html(problems: Sequence[Problem]) -> str:
    """Return the page for specs that cannot be read."""
    body = [
        _header("No plan.", f"cfstream {escape(__version__)}"),
        "<main>",
        *_problems(problems, "Specs that cannot be read have no plan."),
        "</main>",
    ]
    return _page("No plan", body)


def _page(title: str, body: Iterable[str]) -> str:
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>cfstream: {escape(printable(title))}</title>",
            f"<style>{STYLE}</style>\n</head>\n<body>",
            *body,
            "</body>\n</html>\n",
        ]
    )


def _source(plan: Plan) -> str:
    """Return the snapshot that the plan was made from; empty if it was made from AWS."""
    if not plan.snapshot:
        return ""
    warning = f" <b>{prose(plan.snapshot.warning)}</b>" if plan.snapshot.warning else ""
    return f'\n<p class="dim">{prose(plan.snapshot.text)}{warning}</p>'


def _header(verdict: str, held: str, source: str = "") -> str:
    content = f'<p class="sum">{escape(verdict)}</p>\n<p class="dim">{held}</p>{source}'
    return f"<header>\n<h1>cfstream plan</h1>\n{content}\n</header>"


def _accounts(plan: Plan) -> str:
    listed = ", ".join(map(code, plan.accounts))
    return f"account {code(plan.account)}" if plan.account else f"accounts {listed}"


def _name(plan: Plan, stack: StackPlan) -> str:
    return escape(named(stack, several=plan.account is None))


def _articles(plan: Plan) -> Iterator[str]:
    """Yield the stacks that change or are open, by account."""
    for title, stacks in grouped(plan):
        articles = [
            stack_article(stack, anchor(stack, several=plan.account is None))
            for stack in stacks
            if not stack.in_sync or stack.exposure.openings
        ]
        yield from [f"<h2>{escape(title.capitalize())}</h2>"] if title and articles else ()
        yield from articles


def _links(plan: Plan, stacks: Sequence[StackPlan]) -> Iterator[str]:
    if len(stacks) > 1:
        items = "".join(
            f'<li><a href="#{anchor(stack, several=plan.account is None)}">{_name(plan, stack)}</a></li>'
            for stack in stacks
        )
        yield f'<nav aria-label="Stacks"><ul>{items}</ul></nav>'


def _openings(plan: Plan, allowed: Allowed) -> Iterator[str]:
    """Yield who can read or write and should not, after the plan or until the plan closes it."""
    items = []
    for stack in plan.stacks:
        name = _name(plan, stack)
        items += [f"<li>{name}: <b>open now</b>: {prose(text)}</li>" for text in open_now(stack, allowed)]
        items += [
            f"<li>{name}: <b>open</b>: {prose(each.text)}{fix_paragraph(each.do)}</li>"
            for each in stack.exposure.openings
        ]
    yield from _alert("opening", items, "")


def _hazards(plan: Plan, allowed: Allowed) -> Iterator[str]:
    found = hazards_of(plan.stacks)
    items = [
        f"<li><b>{escape(hazard.name)}</b>{allowed.mark(stack, hazard)} {_name(plan, stack)}: {prose(hazard.text)}"
        f'<p class="dim">{code(step.id)} {code(f"{stack.spec}:{line}") if line else ""}</p></li>'
        for stack, step, hazard in found
        for line in [hazard.line_or(step.line)]
    ]
    refused, accepted = allowed.split(plan.stacks)
    flags = " ".join(f'<code class="flag">--allow {name}</code>' for name in refused or accepted)
    lead = "A hazard is a change that may make video public or lock viewers out, or that cannot be undone. "
    if refused:
        lead += f'{refusal(len(found), accepted)} {flags} (<a href="{HOW_TO_ALLOW}">in CI</a>)'
    else:
        lead += f"All of these are allowed: {flags}"
    if any(stack.protect and hazard.name == HazardName.DELETES for stack, _, hazard in found):
        lead += f"<br>apply never deletes a stack whose spec says {code('protect: true')}."
    yield from _alert("hazard", items, lead)


def _problems(problems: Sequence[Problem], lead: str) -> Iterator[str]:
    items = [
        f"<li>{code(str(problem.where))} <b>{prose(problem.what)}</b>{_excerpt(problem)}"
        + (f"<p>fix: {prose(problem.do)}</p>" if problem.do else "")
        + "</li>"
        for problem in problems
    ]
    yield from _alert("problem", items, lead)


def _excerpt(problem: Problem) -> str:
    line = problem.source_line.strip()
    return f'<code class="excerpt">{escape(printable(line))}</code>' if line and problem.where.line else ""


def _warnings(plan: Plan) -> Iterator[str]:
    items = [f"<li>{prose(notice.text)}{fix_paragraph(notice.do)}</li>" for notice in run_notices(plan)]
    items += [
        f"<li>{_name(plan, stack)}: {prose(notice.text)}{fix_paragraph(notice.do)}</li>"
        for stack in plan.stacks
        for notice in sorted(other_notices(stack))
        if is_prominent(notice, stack)
    ]
    yield from _alert("warning", items, "")


def _alert(sort: str, items: Sequence[str], lead: str) -> Iterator[str]:
    """Yield a section with a clear border; nothing if there are no items."""
    if items:
        title = f"{len(items)} {sort}{'s' * (len(items) > 1)}"
        intro = f"<p>{lead}</p>" if lead else ""
        yield f'<section class="alert {sort}" aria-labelledby="{sort}s"><h2 id="{sort}s">{title}</h2>{intro}<ul>'
        yield from items
        yield "</ul></section>"


def _still(plan: Plan) -> Iterator[str]:
    still = [stack for stack in plan.stacks if stack.in_sync]
    if still:
        yield f"<p>{', '.join(_name(plan, stack) for stack in still)} {as_specified(still)}.</p>"
