"""Render one stack of a plan as HTML: the picture, who can read, and each step with its fields."""

from collections.abc import Iterator, Sequence
from html import escape

from cfstream.planning import StackPlan
from cfstream.planning.exposure import NOBODY
from cfstream.render.estimate import HEADER, rows, title
from cfstream.render.flow import printable, quotations
from cfstream.render.picture import picture
from cfstream.render.svg import picture_svg
from cfstream.render.text import SIGNS, live_facts, nothing_live, reason
from cfstream.render.values import FieldChange, fields, kept_text, signed_text
from cfstream.steps.step import Step

CAPTION = '<figcaption class="dim">Scroll sideways to see the whole picture.</figcaption>'
"""Shown if the page is narrower than the picture."""


def code(text: str) -> str:
    """Return `text` as code, exactly."""
    return f"<code>{escape(printable(text))}</code>"


def prose(text: str) -> str:
    """Return a sentence; text in backticks is code."""
    return "".join(code(part) if quoted else escape(part) for part, quoted in quotations(text))


def anchor(stack: StackPlan, *, several: bool) -> str:
    """Return the id of a stack's heading; in a plan of several accounts, with the account."""
    return escape(f"stack-{stack.account}-{stack.name}" if several else f"stack-{stack.name}")


def stack_article(stack: StackPlan, id_: str) -> str:
    """Return everything about one stack. `id_` is the id of its heading."""
    name = escape(stack.name)
    parts = [
        f'<article aria-labelledby="{id_}">',
        f'<div class="top"><h2 id="{id_}">{name}</h2><span class="dim">{code(stack.spec)}</span></div>',
        f'<p class="dim">{_live(stack)}</p>',
        f'<figure tabindex="0" aria-label="Picture of {name}">{picture_svg(picture(stack))}{CAPTION}</figure>',
        *_reads(stack),
        *_steps(stack),
        *_estimate(stack),
        *(
            f'<p class="note">note: {prose(each.text)}</p>'
            for each in sorted(stack.notices)
            if not each.warning
        ),
        "</article>",
    ]
    return "\n".join(parts)


def _live(stack: StackPlan) -> str:
    return " · ".join(map(code, live_facts(stack))) or nothing_live(stack)


def _reads(stack: StackPlan) -> Iterator[str]:
    exposure = stack.exposure
    yield "<h3>Who can read</h3>"
    if exposure.before == exposure.after:
        yield f'<div class="reads">{_readers(stack, "as before", exposure.after)}</div>'
    else:
        before, after = _readers(stack, "before", exposure.before), _readers(stack, "after", exposure.after)
        yield f'<div class="reads">{before}{after}</div>'


def _readers(stack: StackPlan, label: str, phrases: Sequence[str]) -> str:
    items = "".join(
        f'<li class="{"open" if phrase in stack.exposure.anyone else "closed"}">{prose(phrase)}</li>'
        for phrase in phrases or (NOBODY,)
    )
    return f'<div><p class="label">{label}</p><ul>{items}</ul></div>'


def _steps(stack: StackPlan) -> Iterator[str]:
    if stack.steps:
        number = f"{len(stack.steps)} step{'s' * (len(stack.steps) > 1)}, in this order"
        yield f"<details open><summary>{number}</summary><ol>"
        yield from (_step(stack, step) for step in stack.steps)
        yield "</ol></details>"


def _estimate(stack: StackPlan) -> Iterator[str]:
    if stack.estimate is None:
        return
    head = "".join(f'<th scope="col">{each}</th>' for each in HEADER)
    yield f"<h3>{escape(title(stack.estimate))}</h3>"
    yield f"<table><thead><tr>{head}</tr></thead><tbody>"
    for name, *cells in rows(stack.estimate):
        data = "".join(f"<td>{escape(each)}</td>" for each in cells)
        yield f'<tr><th scope="row">{escape(name)}</th>{data}</tr>'
    yield "</tbody></table>"


def _step(stack: StackPlan, step: Step) -> str:
    sign, _ = SIGNS[step.verb]
    place = code(f"{stack.spec}:{step.line}") if step.line else ""
    held = f"(etag {code(step.if_match)})" if step.if_match else ""
    why = " ".join(filter(None, (prose(reason(step)), held)))
    because = f'<p class="dim">{why}</p>' if why else ""
    rows = [_row(field) for change in step.changes for field in fields(change)]
    head = '<thead><tr><th scope="col">field</th><th scope="col">before</th><th scope="col">after</th></tr></thead>'
    table = f"<table>{head}<tbody>\n{''.join(rows)}</tbody></table>" if rows else ""
    return (
        f'<li class="step {step.verb}"><div class="top"><p class="what"><span class="sign">{escape(sign)}</span> '
        f'{step.verb} {code(str(step.address))}</p><span class="dim">{place}</span></div>'
        f"{because}{table}</li>"
    )


def _row(field: FieldChange) -> str:
    mark = {"+": "new", "-": "gone"}.get(field.sign, "changed")
    sign = f'<span class="sign">{field.sign}</span>'
    return f'<tr class="{mark}"><th scope="row">{sign} {code(field.name)}</th>{_values(field)}</tr>\n'


def _values(field: FieldChange) -> str:
    """Return the cells before and after; for two lists one cell with the removed and the new members."""
    moved = field.members
    if moved is None:
        before, after = field.cell(field.before), field.cell(field.after)
        was = _value("was", before) if before else ""
        now = _value("now", after) if after else ""
        return f"<td>{was}</td><td>{now}</td>"
    gone = [_value("was", signed_text("-", item)) for item in moved.removed]
    came = [_value("now", signed_text("+", item)) for item in moved.added]
    kept = [f'<span class="dim">{kept_text(moved)}</span>'] if moved.kept else []
    return f'<td class="members" colspan="2">{"<br>".join([*gone, *came, *kept])}</td>'


def _value(kind: str, text: str) -> str:
    return f'<code class="{kind}">{escape(text)}</code>'
