"""Words with colours, laid out in lines: wrapping that never cuts a word, and the colours that all pages share.

What the words say is decided elsewhere; widths are in columns of a terminal (a wide sign has two) and count no escape
codes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby


class Style(StrEnum):
    """A colour or weight; the value is its ANSI code (ECMA-48 SGR)."""

    PLAIN = ""
    BOLD = "1"
    DIM = "2"
    RED = "31"
    GREEN = "32"
    YELLOW = "33"
    CYAN = "36"
    BOLD_RED = "1;31"
    BOLD_GREEN = "1;32"


COMMANDS = ("cfstream ", "aws ")
"""How a command begins that advice names."""


@dataclass(frozen=True)
class Word:
    """Text that no line break may cut."""

    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True)
class Page:
    """How wide the page is, and whether it has colours."""

    width: int = 80
    color: bool = False

    @property
    def narrow(self) -> bool:
        """Whether there is no room for a second column."""
        return self.width < 60

    def paint(self, text: str, style: Style) -> str:
        """`text` in its colour, or as it is on a page without colours."""
        if not (self.color and style and text.strip()):
            return text
        return f"\x1b[{style.value}m{text}\x1b[0m"

    def flow(self, words: Iterable[Word], *, first: str = "", rest: str = "") -> list[str]:
        """Lines of words with a space between them; the first begins with `first`, all others with `rest`.

        A word wider than the page stands on a line of its own and sticks out: an id is never cut. A label in `first`
        stays behind alone where that gives the first word more room.
        """
        lines: list[list[Word]] = [[]]
        column = columns(first)
        for word in words:
            wide = columns(word.text)
            alone = not lines[-1] and len(lines) == 1 and first.strip() and columns(rest) < column
            if (lines[-1] and column + 1 + wide > self.width) or (alone and column + wide > self.width):
                lines.append([])
                column = columns(rest)
            column += wide + (1 if lines[-1] else 0)
            lines[-1].append(word)
        return [((rest if n else first) + self.painted(line)).rstrip() for n, line in enumerate(lines)]

    def painted(self, line: Iterable[Word]) -> str:
        """The words with a space between them; neighbours of one style share one pair of codes."""
        runs = [
            (style, [word.text for word in run]) for style, run in groupby(line, key=lambda word: word.style)
        ]
        return " ".join(self.paint(" ".join(texts), style) for style, texts in runs).rstrip()

    def beside(self, left: Sequence[Word], right: Word) -> list[str]:
        """`left`, and `right` at the right edge of the same line, or of the next where there is no room."""
        used = sum(columns(word.text) for word in left) + len(left) - 1
        gap = self.width - used - columns(right.text)
        if gap >= 2:
            return [self.painted(left) + " " * gap + self.paint(right.text, right.style)]
        under = max(self.width - columns(right.text), 4)
        return [self.painted(left), " " * under + self.paint(right.text, right.style)]


def page(width: int, *, color: bool) -> Page:
    """A page for a terminal of `width` columns; no wider than 100, for longer lines are hard to read."""
    return Page(max(20, min(width, 100)), color)


def columns(text: str) -> int:
    """Columns that `text`, which holds no escape codes, takes in a terminal: two for wide signs, none for accents."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def padded(text: str, width: int) -> str:
    """`text` and as many spaces behind it as fill `width` columns."""
    return text + " " * (width - columns(text))


def words(text: str, style: Style = Style.PLAIN) -> list[Word]:
    """The words of `text`, each in the style of the whole."""
    return [Word(part, style) for part in printable(text).split(" ")]


def advice(text: str) -> list[Word]:
    """The words of what to do. A command in backticks is one word and stands without them, so that it can be pasted."""
    told: list[Word] = []
    for part, quoted in quotations(text):
        if quoted and part.startswith(COMMANDS):
            told.append(Word(part))
        else:
            told += _joined(told, f"`{part}`" if quoted else part)
    return [word for word in told if word.text]


def _joined(told: list[Word], part: str) -> list[Word]:
    """The words of a part, the first of them put to the last word that is `told` already where no space is between."""
    first, *rest = words(part)
    if told and told[-1].text and first.text:
        first = Word(told.pop().text + first.text)
    return [first, *rest]


def printable(text: str) -> str:
    """`text` with everything that could move a cursor or turn text around written as an escape."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in text)


def quotations(text: str) -> list[tuple[str, bool]]:
    """The parts of a sentence as `printable`, and whether each stands in a pair of backticks."""
    parts = printable(text).split("`")
    if len(parts) % 2 == 0:
        return [("`".join(parts), False)]
    return [(part, n % 2 == 1) for n, part in enumerate(parts) if part]


def _escaped(sign: str) -> str:
    return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(sign) or f"\\u{ord(sign):04x}"
