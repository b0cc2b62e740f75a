"""Render one stack of a plan as HTML: the picture, who can read, and each step with its fields."""

from collections.abc import Iterator, Sequence
from html import escape

from cfstream.planning import StackPlan
from cfstream.planning.exposure import NOBODY
from cfstream.render.estimate import sentences, title
from cfstream.render.flow import printable, quotations, remedies
from cfstream.render.picture import picture
from cfstream.render.readers import readers_after, readers_before
from cfstream.render.svg import picture_svg
from cfstream.render.text import live_facts, nothing_live, reason
from cfstream.render.values import FieldChange, fields, kept_text, signed_texts
from cfstream.render.verbs import SIGNS
from cfstream.steps.step import Step

CAPTION = '<figcaption class="dim">Scroll sideways to see the whole picture.</figcaption>'
"""Shown if the page is narrower than the picture."""


def code(text: str) -> str:
    """Return `text` as code, exactly."""
    return f"<code>{escape(printable(text))}</code>"


def prose(text: str) -> str:
    """Return a sentence; text in backticks is code."""
    return "".join(code(part) if quoted else escape(part) for part, quoted in quotations(text))


def fix_paragraph(do: str) -> str:
    """Return the fix of an opening or notice as paragraphs; its commands as a block. Empty if there is none."""
    parts = [
        "<pre>" + "\n".join(map(code, lines)) + "</pre>"
        if commands
        else "<p>" + "<br>".join(map(prose, lines)) + "</p>"
        for lines, commands in remedies(do)
    ]
    return "".join(parts).replace("<p>", "<p>fix: ", 1)


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
            f'<div class="note">note: {prose(each.text)}{fix_paragraph(each.do)}</div>'
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
    before, after = readers_before(exposure), readers_after(exposure)
    if before == after:
        yield f'<div class="reads">{_readers("as before", after)}</div>'
    else:
        yield f'<div class="reads">{_readers("before", before)}{_readers("after", after)}</div>'


def _readers(label: str, phrases: Sequence[str]) -> str:
    items = "".join(
        f'<li class="{"open" if phrase.startswith("anyone") else "closed"}">{prose(phrase)}</li>'
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
    yield f"<h3>{escape(title(stack.estimate))}</h3>"
    for name, text in sentences(stack.estimate):
        yield f"<p><b>{escape(name)}</b>: {escape(text)}</p>"


def _step(stack: StackPlan, step: Step) -> str:
    sign, _ = SIGNS[step.verb]
    place = code(f"{stack.spec}:{step.line}") if step.line else ""
    held = f"(etag {code(step.if_match)})" if step.if_match else ""
    why = " ".join(filter(None, (prose(reason(step)), held)))
    because = f'<p class="dim">{why}</p>' if why else ""
    table = _table([field for change in step.changes for field in fields(change)])
    return (
        f'<li class="step {step.verb}"><div class="top"><p class="what"><span class="sign">{escape(sign)}</span> '
        f'{step.verb} {code(str(step.address))}</p><span class="dim">{place}</span></div>'
        f"{because}{table}</li>"
    )


def _table(changed: Sequence[FieldChange]) -> str:
    """Return the fields of a step. A create has no column for values before, and a delete none for values after."""
    if not changed:
        return ""
    shown = {
        "before": any(each.before is not None for each in changed),
        "after": any(each.after is not None for each in changed),
    }
    sides = [side for side in shown if shown[side]]
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("field", *sides))
    rows = "".join(_row(each, sides) for each in changed)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>\n{rows}</tbody></table>"


def _row(field: FieldChange, sides: Sequence[str]) -> str:
    mark = {"+": "new", "-": "gone"}.get(field.sign, "changed")
    sign = f'<span class="sign">{field.sign}</span>'
    return f'<tr class="{mark}"><th scope="row">{sign} {code(field.name)}</th>{_values(field, sides)}</tr>\n'


def _values(field: FieldChange, sides: Sequence[str]) -> str:
    """Return the cells of these sides; for two lists one cell with the removed and the new members."""
    moved = field.members
    if moved is None:
        texts = {"before": ("was", field.cell(field.before)), "after": ("now", field.cell(field.after))}
        cells = [(kind, text) for side, (kind, text) in texts.items() if side in sides]
        return "".join(f"<td>{_value(kind, text) if text else ''}</td>" for kind, text in cells)
    removed, added = signed_texts(moved)
    gone = [f"{_value('was', text)} {word}" for text, word in removed]
    came = [f"{_value('now', text)} {word}" for text, word in added]
    kept = [f'<span class="dim">{kept_text(moved)}</span>'] if moved.kept else []
    return f'<td class="members" colspan="2">{"<br>".join([*gone, *came, *kept])}</td>'


def _value(kind: str, text: str) -> str:
    return f'<code class="{kind}">{escape(text)}</code>'
