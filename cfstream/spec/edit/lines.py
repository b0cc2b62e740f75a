"""Find, insert and delete lines of a text, with any line ends."""

import re

NEWLINE = re.compile(r"\r\n|\r|\n")
_BEFORE_COMMENT = re.compile(r"(?P<rest>[^#'\"\r\n]*?)(?P<gap> {2,})(?=#)")
"""What is between a value and the comment after it. After a quote, a # may not be a comment."""


def line_start(text: str, index: int) -> int:
    """Return where the line of the character at `index` begins."""
    return max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1


def line_end(text: str, index: int) -> int:
    """Return where the line of the character at `index` ends, without its line end."""
    found = NEWLINE.search(text, index)
    return found.start() if found else len(text)


def newline(text: str, index: int) -> str:
    """Return the line end that the file uses after this place, or else anywhere."""
    found = NEWLINE.search(text, index) or NEWLINE.search(text)
    return found[0] if found else "\n"


def put(text: str, index: int, more: str) -> str:
    """Return the text with `more` inserted at `index`."""
    return text[:index] + more + text[index:]


def spliced(text: str, start: int, end: int, new: str) -> str:
    """Return the text with `new` from `start` to `end`. A comment after it keeps its column, if there is room."""
    found = _BEFORE_COMMENT.match(text, end)
    if found is None or NEWLINE.search(text, start, end) or NEWLINE.search(new):
        return text[:start] + new + text[end:]
    spaces = max(2, len(found["gap"]) + (end - start) - len(new))
    return text[:start] + new + found["rest"] + " " * spaces + text[found.end() :]


def put_lines(text: str, index: int, lines: list[str]) -> str:
    """Return the text with these lines after the line of the character at `index`, with the same line end."""
    end = newline(text, index)
    return put(text, line_end(text, index), "".join(end + line for line in lines))


def without_lines(text: str, start: int, end: int) -> str:
    """Return the text without the lines from `start` to `end`. A file without a final line end stays so."""
    found = NEWLINE.match(text, end)
    if found:
        return text[:start] + text[found.end() :]
    return text[: start - (2 if text[:start].endswith("\r\n") else min(start, 1))]
