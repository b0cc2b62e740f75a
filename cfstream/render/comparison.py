"""Render a change of specs as text, as Markdown for a pull request, and as JSON."""

import re
from collections.abc import Iterator
from typing import Any

from cfstream.comparing import Comparison, StackComparison
from cfstream.planning.sent_digest import change_document
from cfstream.render.changes import change_lines
from cfstream.render.flow import Page, Style, Word, page, printable, words
from cfstream.render.notices import notice_document, notice_lines
from cfstream.render.values import field_lines

FORMAT_VERSION = 1

NEW = ("+", Style.GREEN)
GONE = ("-", Style.RED)
CHANGED = ("~", Style.YELLOW)
SIGNS = {"new": NEW, "gone": GONE, "changed": CHANGED}

GITHUB_SIGNS = {"~": "!"}
"""The sign of a change in a diff on a code host, which has no colour for a tilde."""


def comparison_text(found: Comparison, *, color: bool, width: int) -> str:
    """Return every stack that differs, and a last line with the sum."""
    sheet = page(width, color=color)
    blocks = ["".join(f"{line}\n" for line in _stack_lines(stack, sheet)) for stack in found.stacks]
    return "\n".join([*blocks, sheet.paint(_sum(found), Style.BOLD) + "\n"])


def comparison_markdown(found: Comparison) -> str:
    """Return the same for a comment in a pull request: hazards first, and each stack's fields as a coloured diff."""
    lines = [f"**{_sum(found)}**", ""]
    for stack in found.stacks:
        lines += [f"### {_code(stack.name)} is {stack.fate}", "", f"in {_code(stack.spec)}", ""]
        lines += [f"- **{hazard.name}**: {_escaped(hazard.text)}" for hazard in stack.hazards]
        lines += [f"- {_escaped(notice.text)}" for notice in stack.notices]
        lines += [""] * bool(stack.hazards or stack.notices)
        fields = [line for change in stack.changes for line in field_lines(change)]
        if fields:
            rows = [
                f"{GITHUB_SIGNS.get(sign.text, sign.text)} {name} {' '.join(word.text for word in value)}"
                for sign, name, value in fields
            ]
            fence = _fence("\n".join(rows))
            lines += [f"{fence}diff", *rows, fence, ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def comparison_document(found: Comparison) -> dict[str, Any]:
    """Return the same for programs."""
    return {
        "format_version": FORMAT_VERSION,
        "same": found.same,
        "stacks": [
            {
                "name": stack.name,
                "spec": stack.spec,
                "fate": stack.fate,
                "hazards": [{"name": hazard.name, "text": hazard.text} for hazard in stack.hazards],
                "notices": [notice_document(notice) for notice in stack.notices],
                "changes": [change_document(change) for change in stack.changes],
            }
            for stack in found.stacks
        ],
    }


def _stack_lines(stack: StackComparison, sheet: Page) -> Iterator[str]:
    sign, style = SIGNS[stack.fate]
    head = [Word(sign, style), Word(stack.name, Style.BOLD), *words(stack.fate, style)]
    yield from sheet.beside(head, Word(printable(stack.spec), Style.DIM))
    yield from change_lines(stack.changes, sheet)
    yield from notice_lines(stack.notices, sheet)
    for hazard in stack.hazards:
        line = [Word("!", Style.BOLD_RED), Word(f"{hazard.name}:", Style.BOLD_RED), *words(hazard.text)]
        yield from sheet.flow(line, first="  ", rest="    ")


def _sum(found: Comparison) -> str:
    if not found.stacks:
        return "No difference in meaning."
    counts = {fate: sum(stack.fate == fate for stack in found.stacks) for fate in ("new", "changed", "gone")}
    counted = [f"{count} {fate}" for fate, count in counts.items() if count]
    return f"Stacks: {', '.join([*counted, f'{found.same} as before'])}."


def _escaped(text: str) -> str:
    """Return text with all Markdown escaped."""
    return re.sub(r"([\\`*_{}\[\]<>#|~@&])", r"\\\1", printable(text))


def _code(text: str) -> str:
    ticks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{ticks}{printable(text)}{ticks}"


def _fence(text: str) -> str:
    return "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
