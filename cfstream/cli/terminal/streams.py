"""The output streams: results go to stdout, everything else to stderr, in the form that the terminal can show."""

import codecs
import errno
import os
import re
import shutil
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from io import TextIOWrapper, UnsupportedOperation
from typing import TextIO

from cfstream.errors import CfstreamError, Interrupted, Notice, SpecProblems, reason_of
from cfstream.render.flow import Page, advice, columns
from cfstream.startup.frozen import dataclass

PLAIN: Mapping[str, str] = {
    **dict.fromkeys("─━═╌", "-"),
    **dict.fromkeys("│┃║", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼┏┓┗┛┡┩╇╭╮╰╯", "+"),
    "·": "*",
    "•": "*",
    "…": "...",
    "–": "-",
    "—": "-",
    "×": "x",
    "→": "->",
    "✓": "ok",
    "✗": "NO",
}
"""The ASCII replacement of each character, for terminals that only support ASCII."""

WIDENED = 2
"""Columns that the widest replacement adds to a line."""

MOVING = re.compile(
    r"(?!\r\n|\x1b\[[\d;]*m|\x1b\]8;;|\x1b\\)[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""Characters that could control a terminal, except line ends, tabs, colours and links."""


@dataclass
class Terminal:
    """Where a command writes: results to stdout, everything else to stderr."""

    verbosity: int = 0
    """-1 for -q, 1 and more for each -v."""
    color: bool | None = None
    """False with --no-color; None to let NO_COLOR and the stream decide."""
    answered: bool = False
    """Whether a result was written to stdout."""

    def say(self, text: str) -> None:
        """Write a result to stdout. It is not an error if the pipe (``| head``) or the terminal was closed.

        Raises CfstreamError for a result that cannot be written.
        """
        self.answered = self.answered or bool(text)
        try:
            print(_safe_text(text, sys.stdout), end="", flush=True)
        except OSError as error:
            is_closed = isinstance(error, BrokenPipeError) or _has_hung_up(sys.stdout, error)
            discard(sys.stdout)
            if not is_closed:
                raise unwritten(error) from error

    def tell(self, text: str) -> None:
        """Write progress or an error to stderr. The command continues if that fails."""
        if sys.stderr is None:
            return
        try:
            print(_safe_text(text, sys.stderr), end="", file=sys.stderr, flush=True)
        except OSError:
            discard(sys.stderr)

    def note(self, text: str) -> None:
        """Write a note to stderr, unless -q. On a terminal, a single line is wrapped, except for a command in it."""
        if self.verbosity < 0:
            return
        if is_interactive(sys.stderr) and text.count("\n") == 1 and columns(text) > width(sys.stderr):
            text = "\n".join(Page(width(sys.stderr)).flow(advice(text.rstrip("\n")), rest="  ")) + "\n"
        self.tell(text)

    def tip(self, text: str) -> None:
        """Write a note for the person who reads the result: only if stdout is a terminal, not a file or a script."""
        if is_interactive(sys.stdout):
            self.note(text)

    def notice(self, notice: Notice) -> None:
        """Write a notice to stderr, with its fix on a separate line.

        -q hides it, unless it is a warning with a fix, for example about a private key that others can read.
        """
        write = self.tell if notice.warning and notice.do else self.note
        write(f"{'warning' if notice.warning else 'note'}: {notice.text}\n")
        if notice.do:
            write(f"  fix: {notice.do}\n")

    def error(self, error: CfstreamError) -> None:
        """Write an error to stderr: every problem of the specs, or what is wrong and how to fix it."""
        color = self.colored(sys.stderr)
        if isinstance(error, SpecProblems):
            from cfstream.render.problems import go_on_text, problems_text

            columns = width(sys.stderr)
            self.tell(problems_text(error.problems, color=color, width=columns))
            self.tell(go_on_text(error.do, color=color, width=columns))
            return
        from cfstream.render.errors import error_text

        if isinstance(error, Interrupted) and is_interactive(sys.stderr):
            self.tell("\n")  # the terminal has printed ^C, maybe after a question
        self.tell(error_text(error, color=color, width=width(sys.stderr), more=self.verbosity > 0))

    def colored(self, stream: TextIO | None) -> bool:
        """Return whether to colour `stream`: a terminal, if no flag or variable disables colours (no-color.org)."""
        return self.color is not False and not os.environ.get("NO_COLOR") and is_interactive(stream)

    def width(self, stream: TextIO | None = None) -> int:
        """Return the columns of the terminal, by default of the one that stdout is."""
        return width(stream)


def _has_hung_up(stream: TextIO, error: OSError) -> bool:
    """Return whether the stream is a terminal that was closed. Then ``isatty`` is False."""
    with suppress(OSError, UnsupportedOperation):
        return error.errno == errno.EIO and stat.S_ISCHR(os.fstat(stream.fileno()).st_mode)
    return False


def unwritten(error: OSError) -> CfstreamError:
    """Return the error for a result that could not be written to stdout."""
    return CfstreamError(
        f"the result could not be written: {reason_of(error)}",
        "write it to a disk with free space, or to a pipe",
    )


def _safe_text(text: str, stream: TextIO | None) -> str:
    """Return the text for `stream`; for a terminal, with escaped control characters."""
    if stream is None or not stream.isatty():
        return text
    return MOVING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def discard(stream: TextIO) -> None:
    """Discard unwritten output of `stream`, so that the flush at exit does not fail."""
    with suppress(UnsupportedOperation):  # a stream in memory has no file
        behind = stream.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, behind)
        os.close(nowhere)


def is_interactive(stream: TextIO | None) -> bool:
    """Return whether `stream` is a terminal that can move its cursor."""
    return stream is not None and stream.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


def width(stream: TextIO | None = None) -> int:
    """Return the columns of the terminal, or ``COLUMNS``, or 80; fewer if ASCII replacements need space.

    The terminal is that of stdout. With `stream`, it is that of the stream: stderr may be one if stdout is a pipe.
    """
    columns = shutil.get_terminal_size((80, 24)).columns
    if stream is not None and stream.isatty() and not os.environ.get("COLUMNS"):
        with suppress(OSError, UnsupportedOperation):
            columns = os.get_terminal_size(stream.fileno()).columns or columns
    return columns - WIDENED if _is_ascii_only(sys.stdout) else columns


def _is_ascii_only(stream: TextIO | None) -> bool:
    return isinstance(stream, TextIOWrapper) and codecs.lookup(stream.encoding).name == "ascii"


def make_tolerant() -> None:
    """Make streams write a replacement, or the code, of each character that a terminal cannot show.

    A terminal with TERM=dumb gets only ASCII, in every locale.
    """
    codecs.register_error("plainly", _plainly)
    dumb = os.environ.get("TERM") == "dumb"
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="ascii" if dumb and stream.isatty() else None, errors="plainly")


def _plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    for sign, plain in PLAIN.items():
        if error.object.startswith(sign, error.start):
            return plain, error.start + 1
    return codecs.backslashreplace_errors(error)
