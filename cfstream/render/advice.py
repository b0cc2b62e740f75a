"""Render what `cfstream migrate --check` prints: what each stack should migrate to, and why."""

from collections.abc import Sequence
from typing import Any

from cfstream.migration.advice import Target
from cfstream.render.flow import Style, page, words
from cfstream.render.migration import FORMAT_VERSION, again
from cfstream.use_cases.migration import Advised


def advice_text(found: Sequence[Advised], *, color: bool, width: int) -> str:
    """Return a block for each stack that should migrate, and the sum."""
    sheet = page(width, color=color)
    lines: list[str] = []
    for stack in found:
        for advice, line in stack.advice:
            lines += sheet.flow(words(f"{stack.spec}:{line}: {stack.name}", Style.BOLD), rest="  ")
            lines += sheet.flow(words(advice.why), first="  ", rest="  ")
            key = f" --key-name {stack.name}-1" if advice.to is Target.KEY_GROUPS else ""
            lines += [f"  fix: {again(stack.spec, advice.to)}{key}{_of_several(stack, found)}"]
    count = sum(1 for stack in found if stack.advice)
    stacks = f"{len(found)} stack{'s' if len(found) != 1 else ''}"
    return "\n".join([*lines, sheet.paint(f"{count} of {stacks} should migrate.", Style.BOLD)]) + "\n"


def advice_document(found: Sequence[Advised]) -> dict[str, Any]:
    """Return the same for programs: every stack, also those with nothing to migrate."""
    return {
        "format_version": FORMAT_VERSION,
        "stacks": [
            {
                "name": stack.name,
                "spec": stack.spec,
                "migrations": [
                    {"to": advice.to, "why": advice.why, "line": line} for advice, line in stack.advice
                ],
            }
            for stack in found
        ],
    }


def _of_several(stack: Advised, found: Sequence[Advised]) -> str:
    several = sum(1 for each in found if each.spec == stack.spec) > 1
    return f" --stack {stack.name}" if several else ""
