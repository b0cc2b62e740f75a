"""Render what `cfstream keys rotate` prints: what was found and written, and what to commit and run next."""

import shlex
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeAlias

from cfstream.explain.times import distance
from cfstream.render.flow import COMMANDS, Page, Style, Word, advice, page, words
from cfstream.spec.durations import spell
from cfstream.spec.wording import by_number
from cfstream.use_cases.rotation import Rotated

FORMAT_VERSION = 1


def rotation_text(done: Rotated, *, color: bool, width: int) -> str:
    """Return what was done, and the next steps, numbered."""
    sheet = page(width, color=color)
    head, details, steps = _TEXTS[done.outcome](done)
    lines = sheet.flow(words(head, Style.BOLD), rest="  ")
    for detail in details:
        lines += sheet.flow(words(detail), first="  ", rest="    ")
    lines += ["", "Next:", *_numbered(steps, sheet)]
    return "\n".join(lines) + "\n"


def rotation_document(done: Rotated) -> dict[str, Any]:
    """Return the same for programs; `wait_seconds` is how long to wait before the next run can do more."""
    _, _, steps = _TEXTS[done.outcome](done)
    written = done.outcome in ("begun", "taken-out")
    return {
        "format_version": FORMAT_VERSION,
        "outcome": done.outcome,
        "spec": done.spec,
        "key_group": done.group,
        "joined": done.joined or None,
        "leaving": list(done.leaving),
        "why": done.why or None,
        "until": done.until.isoformat() if done.until else None,
        "wait_seconds": done.seconds_left,
        "private_key_file": done.private_file or None,
        "commit": [file for file in (done.spec, done.public_file) if file and written],
        "next": steps,
    }


StageText: TypeAlias = tuple[str, list[str], list[str]]
"""A headline, details, and the next steps."""


def _begun(done: Rotated) -> StageText:
    left = ", ".join(done.leaving)
    head = f"{done.joined} joins {done.group}, and replaces {left}"
    details = [
        f"{done.spec}:{done.line}: the new key"
        + (f"; {left} {by_number(done.leaving, 'is', 'are')} removed" if done.cuts_viewers else ""),
        f"{done.private_file}: the private key, only for what signs; never commit it",
        f"{done.public_file}: the public key",
    ]
    if not done.made:
        details.append("both files exist from an earlier run, and are used")
    steps = [
        f"commit {done.spec} and {done.public_file}",
        *_apply(done),
        f"sign with {done.private_file} from now on",
    ]
    if done.cuts_viewers:
        steps.append(_delete(done))
    else:
        steps.append(f"{spell(done.validity)} after that, or later: {_again(done)}")
    return head, details, steps


def _apply_first(done: Rotated) -> StageText:
    return f"Nothing to write yet: {done.why}", [], [*_apply(done), f"then again: {_again(done)}"]


def _waiting(done: Rotated) -> StageText:
    left = ", ".join(done.leaving)
    until = f"{done.until:%Y-%m-%d %H:%M %Z}"
    still = f"URLs signed with {left} may be valid until {until} (in {distance(done.seconds_left)})"
    head = f"Nothing to write yet: {still}"
    return (
        head,
        [],
        [
            f"wait, then again: {_again(done)}",
            f"or, if {by_number(done.leaving, 'it has', 'they have')} leaked: {_again(done)} --now",
        ],
    )


def _taken_out(done: Rotated) -> StageText:
    left = ", ".join(done.leaving)
    leaves, it = by_number(done.leaving, "leaves", "leave"), by_number(done.leaving, "it", "them")
    ended = (
        f"URLs signed with {it} stop working"
        if done.cuts_viewers
        else f"no URL signed with {it} is still valid"
    )
    return (
        f"{left} {leaves} {done.group}: {ended}",
        [],
        [
            f"commit {done.spec}",
            *_apply(done),
            _delete(done),
        ],
    )


def _complete(done: Rotated) -> StageText:
    left = ", ".join(done.leaving)
    begin = [_again(replace(done, named=(name,))) for name in done.remaining]
    first, *others = begin
    return (
        f"Nothing to do: the rotation of {left} is complete",
        [],
        [f"to begin another one: {first}", *(f"or: {other}" for other in others)],
    )


_TEXTS = {
    "begun": _begun,
    "apply-first": _apply_first,
    "waiting": _waiting,
    "taken-out": _taken_out,
    "complete": _complete,
}


def _apply(done: Rotated) -> list[str]:
    spec = shlex.quote(done.spec)
    allow = " --allow cuts-viewers" if done.cuts_viewers else ""
    return [f"cfstream plan {spec}{done.flags}", f"cfstream apply {spec}{allow}{done.flags}"]


def _delete(done: Rotated) -> str:
    keys, it = by_number(done.leaving, "key", "keys"), by_number(done.leaving, "it", "them")
    return f"delete the private {keys} of {', '.join(done.leaving)} everywhere: nothing needs {it} any more"


def _again(done: Rotated) -> str:
    replaces = "".join(f" --replaces {shlex.quote(name)}" for name in done.named)
    return f"cfstream keys rotate {shlex.quote(done.spec)} {shlex.quote(done.group)}{replaces}{done.flags}"


def _numbered(steps: list[str], sheet: Page) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        shown = [Word(step)] if step.startswith(COMMANDS) else advice(step)
        yield from sheet.flow(shown, first=f"  {number}. ", rest="     ")
