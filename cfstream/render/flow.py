"""Lay out coloured words in lines, without ever cutting a word.

Widths are columns of a terminal: a wide character has two, and escape codes have none.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby

from cfstream.startup.frozen import dataclass


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


COMMANDS = (
    *("cfstream ", "aws ", "HTTP_PROXY=", "openssl ", "ssh-keygen ", "terraform ", "tofu "),
    'eval "$(cfstream ',
)
"""The beginning of a command in advice."""


SHORT = 30
"""Columns of code in a sentence that is not broken."""

NAMES = (
    *("access", "destroy", "doctor", "help", "keys", "permissions", "schema", "snapshot", "wait"),
    *("apply", "diff", "explain", "import", "list", "plan", "show", "validate"),
    *("delete", "docs", "fmt", "init", "migrate", "sandbox", "sign", "verify"),
)
"""The commands of cfstream. `cli` has the table of them, and a test compares both."""

COMMAND_LINE = re.compile(r"`[^`]+`")
"""A line of a fix that is only a command."""

_COMMAND = re.compile(
    rf"(?<=: )((?:cfstream (?:{'|'.join(NAMES)})\b|aws |terraform |tofu )[^;,(]*[^;,(\s])(?=;|,|\s|$)"
)
"""A command after a colon. It is a group, so that `split` keeps it."""


_INSTALLING = re.compile(r"(?:pip|pipx|uv)(?: (?:'[^']*'|[\w./=-]+))+")
"""A fix that is only a command of an installer: words and quoted requirements."""


@dataclass(frozen=True)
class Word:
    """Text without a line break."""

    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True)
class Page:
    """The width of a page, and whether it has colours."""

    width: int = 80
    color: bool = False

    @property
    def narrow(self) -> bool:
        """Whether there is no room for a second column."""
        return self.width < 60

    def paint(self, text: str, style: Style) -> str:
        """Return `text` in its colour, or unchanged on a page without colours."""
        if not (self.color and style and text.strip()):
            return text
        return f"\x1b[{style.value}m{text}\x1b[0m"

    def flow(self, words: Iterable[Word], *, first: str = "", rest: str = "") -> list[str]:
        """Return lines of words with spaces; the first line begins with `first`, all others with `rest`.

        A word wider than the page has a line of its own: an id is never cut. A word that only fits with less space
        before it gets less, except a command. A label in `first` is alone on its line if that gives the first word more
        room.
        """
        lines: list[list[Word]] = [[]]
        column = columns(first)
        for word in words:
            wide = columns(word.text)
            least = columns(rest) if rest.strip() or wide > self.width else self.width - wide
            alone = not lines[-1] and len(lines) == 1 and first.strip() and min(least, columns(rest)) < column
            if (lines[-1] and column + 1 + wide > self.width) or (alone and column + wide > self.width):
                lines.append([])
                column = columns(rest)
            column += wide + (1 if lines[-1] else 0)
            lines[-1].append(word)
        return [
            ((self._before(line, rest) if n else first) + self.painted(line)).rstrip()
            for n, line in enumerate(lines)
        ]

    def _before(self, line: Sequence[Word], rest: str) -> str:
        """Return what is before the words of a line: less space for a single word that would not fit.

        A command keeps its place: a shell takes it however long its line is.
        """
        if " " in line[0].text:
            return rest
        wide = columns(line[0].text) if len(line) == 1 else 0
        return rest[: self.width - wide] if wide <= self.width and not rest.strip() else rest

    def painted(self, line: Iterable[Word]) -> str:
        """Return the words with spaces; neighbours of one style share one pair of codes."""
        runs = [
            (style, [word.text for word in run]) for style, run in groupby(line, key=lambda word: word.style)
        ]
        return " ".join(self.paint(" ".join(texts), style) for style, texts in runs).rstrip()

    def beside(self, left: Sequence[Word], right: Word) -> list[str]:
        """Return `left`, and `right` at the right edge of its last line, or of the next one if there is no room."""
        lines = self.flow(left, rest="    ")
        # Widths do not count colours.
        used = columns(Page(self.width).flow(left, rest="    ")[-1])
        gap = self.width - used - columns(right.text)
        if gap >= 2:
            return [*lines[:-1], lines[-1] + " " * gap + self.paint(right.text, right.style)]
        under = max(self.width - columns(right.text), 4)
        return [*lines, " " * under + self.paint(right.text, right.style)]


def page(width: int, *, color: bool) -> Page:
    """Return a page for a terminal of `width` columns, at most 100: longer lines are hard to read."""
    return Page(max(20, min(width, 100)), color)


def columns(text: str) -> int:
    """Return the columns of `text`, without escape codes: two for wide characters, none for accents."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def padded(text: str, width: int) -> str:
    """Return `text` with spaces to fill `width` columns."""
    return text + " " * (width - columns(text))


def words(text: str, style: Style = Style.PLAIN) -> list[Word]:
    """Return the words of `text`, each in the same style."""
    return [Word(part, style) for part in printable(text).split(" ")]


def advice(text: str) -> list[Word]:
    """Return the words of a fix. A command is one word, so that it can be pasted; backticks around it are omitted.

    Other short code in backticks is one word too, with its backticks. A command without backticks begins after a colon,
    and ends with the line, or at a comma, semicolon or bracket.
    """
    result: list[Word] = []
    if _INSTALLING.fullmatch(text):
        return [Word(printable(text))]
    for part, quoted in quotations(text):
        if quoted and part.startswith(COMMANDS):
            result.append(Word(part))
            continue
        if quoted and columns(part) <= SHORT:
            result += _joined(result, [Word(f"`{printable(part)}`")])
            continue
        for number, piece in enumerate([f"`{part}`"] if quoted else _COMMAND.split(part)):
            result += [Word(piece)] if number % 2 else _joined(result, words(piece))
    return [word for word in result if word.text]


def _joined(before: list[Word], part: list[Word]) -> list[Word]:
    """Return the words of a part. Its first word is joined to the last word of `before` if no space separates them."""
    first, *rest = part
    if before and before[-1].text and first.text:
        first = Word(before.pop().text + first.text)
    return [first, *rest]


def printable(text: str) -> str:
    """Return `text` with an escape for everything that could move a cursor or change the direction of text."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in text)


def quotations(text: str) -> list[tuple[str, bool]]:
    """Return the parts of a sentence as `printable`, and whether each is in backticks."""
    parts = printable(text).split("`")
    if len(parts) % 2 == 0:
        return [("`".join(parts), False)]
    return [(part, n % 2 == 1) for n, part in enumerate(parts) if part]


def remedies(do: str, longest: int | None = None) -> Iterator[tuple[list[str], bool]]:
    """Yield the lines of a fix: sentences, or the commands that are below them, without backticks, and True.

    A command of more than `longest` characters will be cut, so nobody should copy it: it is among the sentences.
    """
    lines = do.splitlines()

    def pasted(line: str) -> bool:
        whole = len(lines) > 1 and COMMAND_LINE.fullmatch(line) is not None
        return whole and (longest is None or len(line) <= longest)

    for commands, group in groupby(lines, key=pasted):
        yield [line.strip("`") if commands else line for line in group], commands


def _escaped(sign: str) -> str:
    return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(sign) or f"\\u{ord(sign):04x}"
