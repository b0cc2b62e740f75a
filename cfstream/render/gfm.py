"""Escape text for GitHub-flavored Markdown: no value makes a table, a tag, a link, a mention or a comment.

All but letters, digits and harmless characters are numeric character references, which are never structure
(CommonMark 0.31, 2.5). References alone do not stop ``@name`` and ``#1``, which GitHub looks for in what was rendered;
it does not look into ``<code>``.
"""

import re

from cfstream.render.flow import COMMAND_LINE, printable, quotations, remedies

_TELLING = re.compile(r"""[^\w ,.;:/=+\-?%^(){}'"]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])""")
"""All signs but letters, digits and harmless ones; an underscore inside a word is one (CommonMark, 6.2)."""

_ADDRESS = re.compile(r":(?=/)|(?<=www)\.", re.IGNORECASE)
"""Text that makes an address a link without brackets (GFM, 6.9)."""


def code(text: str) -> str:
    """Return `text` as code, exactly."""
    return f"<code>{_escaped(printable(text))}</code>"


def prose(text: str) -> str:
    """Return a sentence; text in backticks is code."""
    return "".join(code(part) if quoted else _sentence(part) for part, quoted in quotations(text))


def clipped(text: str, longest: int | None) -> str:
    """Return `text`, or its beginning if it is longer."""
    return text if longest is None or len(text) <= longest else text[:longest] + "…"


def fix_lines(do: str, longest: int | None = None, indent: str = "  ") -> str:
    """Return the fix of an opening or notice, on lines below it; empty if there is none.

    Commands on lines of their own are a code block. `indent` is that of the list item which the fix belongs to.
    """
    line = f"\n{indent}"
    parts = [
        f"{line}<pre>{line.join(map(code, lines))}</pre>{line}"
        if commands
        else "<br>".join(_clipped_prose(line, longest) for line in lines)
        for lines, commands in remedies(do, longest)
    ]
    return "<br>fix: " * bool(do) + "".join(parts).rstrip()


def _clipped_prose(line: str, longest: int | None) -> str:
    """Return a line of a fix, or its beginning: that of a command is code too."""
    cut = clipped(line, longest)
    return code(cut[1:]) if COMMAND_LINE.fullmatch(line) and cut != line else prose(cut)


def _sentence(text: str) -> str:
    return re.sub(r"&#(?:64|35);", lambda sign: f"<code>{sign.group()}</code>", _escaped(text))


def _escaped(text: str) -> str:
    return _ADDRESS.sub(_reference, _TELLING.sub(_reference, text))


def _reference(sign: re.Match[str]) -> str:
    return f"&#{ord(sign.group())};"
