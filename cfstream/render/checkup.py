"""Render what ``cfstream doctor`` found: a line for each check, with a fix for each fault."""

from collections.abc import Iterator, Sequence
from typing import Any

from cfstream.render.flow import Page, Style, Word, advice, page, words
from cfstream.use_cases.doctor.check import DoctorCheck, State, all_passed

FORMAT_VERSION = 1


SIGNS = {
    State.WELL: Word("✓", Style.GREEN),
    State.NOTE: Word("!", Style.YELLOW),
    State.BAD: Word("✗", Style.BOLD_RED),
    State.UNKNOWN: Word("?", Style.DIM),
}


def checkup_text(checks: Sequence[DoctorCheck], *, color: bool, width: int) -> str:
    """Return every check; the last line has the number of bad ones."""
    sheet = page(width, color=color)
    column = max(len(check.name) for check in checks) + 2
    lines = [line for check in checks for line in _lines(check, column, sheet)]
    return "\n".join([*lines, "", sheet.paint(_verdict(checks), Style.BOLD)]) + "\n"


def checkup_document(checks: Sequence[DoctorCheck]) -> dict[str, Any]:
    """Return the same for programs."""
    rows = [
        {"name": check.name, "state": str(check.state), "found": check.found, "do": check.do or None}
        for check in checks
    ]
    return {"format_version": FORMAT_VERSION, "well": all_passed(checks), "checks": rows}


def _lines(check: DoctorCheck, column: int, sheet: Page) -> Iterator[str]:
    sign = SIGNS[check.state]
    head = f"{sheet.paint(sign.text, sign.style)} {check.name}"
    hang = " " * (4 if sheet.narrow else column + 2)
    if sheet.narrow:
        yield head
        yield from sheet.flow(words(check.found), first=hang, rest=hang)
    else:
        first, *rest = sheet.flow(words(check.found), first=hang, rest=hang)
        yield head + " " * (column - len(check.name)) + first[len(hang) :]
        yield from rest
    for line in check.do.splitlines():
        yield from sheet.flow([Word("fix:", Style.CYAN), *advice(line)], first=hang, rest=hang + "     ")


def _verdict(checks: Sequence[DoctorCheck]) -> str:
    bad = [check.name for check in checks if check.state is State.BAD]
    return f"Failed: {', '.join(bad)}." if bad else "No problems found."
