"""A terminal in memory: it shows what programs write, as a person sees it. It supports what rich and cfstream use."""

import io
import re

STEP = re.compile(
    r"\x1b\]8;[^\x1b]*\x1b\\"  # a link
    r"|\x1b\[\?25[lh]"  # the cursor disappears or appears
    r"|\x1b\[(?P<number>[\d;]*)(?P<letter>[mAK])"
    r"|(?P<sign>[^\x1b])",
    re.DOTALL,
)
NAMES = {
    "1": "bold", "2": "dim", "3": "italic", "4": "underlined", "31": "red", "32": "green", "33": "yellow",
    "36": "cyan", "90": "grey", "91": "bright red",
}  # fmt: skip
WRAPPED = "↩"
"""Ends a line that the terminal has wrapped, because the program did not."""


class Screen(io.StringIO):
    """A terminal of some columns. Write to it as to stdout and stderr."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self._columns = columns
        self._rows: list[list[tuple[str, str]]] = [[]]
        self._wrapped: set[int] = set()
        self._row = self._column = 0
        self._style: tuple[str, ...] = ()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        """Show the text."""
        end = 0
        for step in STEP.finditer(text):
            assert step.start() == end, f"not a sequence of this terminal: {text[end : step.start()]!r}"
            end = step.end()
            match step["letter"]:
                case "m":
                    self._set_style(step["number"])
                case "A":
                    self._row = max(0, self._row - int(step["number"] or 1))
                case "K":
                    self._rows[self._row].clear()
                    self._wrapped.discard(self._row)
                case None if step["sign"]:
                    self._show(step["sign"])
        return len(text)

    def shown(self, *, styled: bool = False) -> str:
        """Return everything on the screen; with `styled`, colours are names between angle quotes."""
        lines = [self._line(number, styled=styled) for number in range(len(self._rows))]
        return "\n".join(lines).rstrip("\n") + "\n"

    def both(self) -> tuple[str, str]:
        """Return everything on the screen, without and with the names of styles."""
        return self.shown(), self.shown(styled=True)

    def _line(self, number: int, *, styled: bool) -> str:
        text, last = "", ""
        for sign, style in [*self._rows[number], ("", "")]:
            if styled and style != last:
                text += ("‹/›" if last else "") + (f"‹{style}›" if style else "")
            text, last = text + sign, style
        return text + WRAPPED if number in self._wrapped else text.rstrip()

    def _set_style(self, codes: str) -> None:
        for code in (codes or "0").split(";"):
            self._style = () if code == "0" else (*self._style, NAMES.get(code, code))

    def _show(self, sign: str) -> None:
        match sign:
            case "\n":
                self._next_row()
            case "\r":
                self._column = 0
            case _:
                if self._column == self._columns:
                    self._wrapped.add(self._row)
                    self._next_row()
                row = self._rows[self._row]
                row.extend([(" ", "")] * (self._column + 1 - len(row)))
                row[self._column] = (sign, " ".join(self._style))
                self._column += 1

    def _next_row(self) -> None:
        self._row, self._column = self._row + 1, 0
        if self._row == len(self._rows):
            self._rows.append([])
