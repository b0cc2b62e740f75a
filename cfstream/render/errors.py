"""An error as text: what went wrong, what belongs to it, and what to do."""

from collections.abc import Iterator

from cfstream.render.flow import Page, Style, Word, page, words


def error_text(what: str, do: str = "", *, color: bool, width: int) -> str:
    """``error: <what>``, its further lines indented, then ``do: <do>``; ends in a newline."""
    sheet = page(width, color=color)
    return "\n".join([*what_lines(what, sheet), *do_lines(do, sheet)]) + "\n"


def what_lines(what: str, sheet: Page) -> Iterator[str]:
    """The first line of `what` behind ``error:``, and the others under it."""
    head, *details = what.splitlines() or ["no reason was given"]
    yield from sheet.flow([Word("error:", Style.BOLD_RED), *words(head)], rest="  ")
    for detail in details:
        yield from sheet.flow(words(detail.strip()), first="  ", rest="    ")


def do_lines(do: str, sheet: Page) -> Iterator[str]:
    """What to do, or nothing where nobody knows."""
    for line in do.splitlines():
        yield from sheet.flow(words(f"do: {line}"), first="  ", rest="      ")
