"""Text as lines, whatever ends them: where a line begins and ends, and text put in or whole lines taken out."""

import re

NEWLINE = re.compile(r"\r\n|\r|\n")
_BEFORE_COMMENT = re.compile(r"(?P<rest>[^#'\"\r\n]*?)(?P<gap> {2,})(?=#)")
"""What stands between a value and the comment behind it on its line; where quotes do, a # may be none."""


def line_start(text: str, index: int) -> int:
    """Where the line of the character at `index` begins."""
    return max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1


def line_end(text: str, index: int) -> int:
    """Where the line of the character at `index` ends, its line end not counted."""
    found = NEWLINE.search(text, index)
    return found.start() if found else len(text)


def newline(text: str, index: int) -> str:
    """The line end that the file uses at this place, or else anywhere."""
    found = NEWLINE.search(text, index) or NEWLINE.search(text)
    return found[0] if found else "\n"


def put(text: str, index: int, more: str) -> str:
    """The text with `more` in it at `index`."""
    return text[:index] + more + text[index:]


def spliced(text: str, start: int, end: int, new: str) -> str:
    """The text with `new` from `start` to `end`. A comment behind it on the line keeps its column, if there is room."""
    found = _BEFORE_COMMENT.match(text, end)
    if found is None or NEWLINE.search(text, start, end) or NEWLINE.search(new):
        return text[:start] + new + text[end:]
    spaces = max(2, len(found["gap"]) + (end - start) - len(new))
    return text[:start] + new + found["rest"] + " " * spaces + text[found.end() :]


def put_lines(text: str, index: int, lines: list[str]) -> str:
    """The text with these lines behind the line of the character at `index`, ended as that one is."""
    end = newline(text, index)
    return put(text, line_end(text, index), "".join(end + line for line in lines))


def without_lines(text: str, start: int, end: int) -> str:
    """Without the lines from `start` to `end`, where a line ends; a file without a line end at its end stays so."""
    found = NEWLINE.match(text, end)
    if found:
        return text[:start] + text[found.end() :]
    return text[: start - (2 if text[:start].endswith("\r\n") else min(start, 1))]
