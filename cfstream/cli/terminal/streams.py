"""The process's streams: results on stdout, all else on stderr; and what the terminal can show."""

import codecs
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Mapping
from contextlib import suppress
from io import TextIOWrapper, UnsupportedOperation
from typing import TextIO

from cfstream.cli import connection
from cfstream.errors import CfstreamError, Interrupted, SpecProblems

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
"""What stands for a sign on a terminal that knows ASCII alone."""

WIDENED = 2
"""Columns by which the widest of these stands out where a line holds one such sign."""

MOVING = re.compile(
    r"(?!\r\n|\x1b\[[\d;]*m|\x1b\]8;;|\x1b\\)[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""What could act on a terminal in what others wrote: all controls but lines, tabs, colours and links."""


def say(text: str) -> None:
    """Writes a result to stdout. A reader that has gone away (``| head``) is no error: it has had enough.

    Raises CfstreamError for a result that cannot be written.
    """
    try:
        print(_seen(text, sys.stdout), end="", flush=True)
    except BrokenPipeError:
        hush(sys.stdout)
    except OSError as error:
        hush(sys.stdout)
        raise unwritten(error) from error


def tell(text: str) -> None:
    """Writes progress or an error to stderr. What is being done goes on even when nobody can hear of it."""
    if sys.stderr is None:
        return
    try:
        print(_seen(text, sys.stderr), end="", file=sys.stderr, flush=True)
    except OSError:
        hush(sys.stderr)


def note(text: str) -> None:
    """A remark on stderr that ``-q`` leaves out. On a terminal a note and a warning break between words."""
    if connection.current().verbosity < 0:
        return
    if lively(sys.stderr) and text.startswith(("note: ", "warning: ")):
        lines = textwrap.wrap(
            text, width(), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
        text = "\n".join(lines) + "\n"
    tell(text)


def complain(error: CfstreamError) -> None:
    """Writes an error to stderr: every problem of the specs, or what went wrong and what to do."""
    if isinstance(error, SpecProblems):
        from cfstream.render.problems import problems_text

        tell(problems_text(error.problems, color=colored(sys.stderr), width=width()))
        return
    from cfstream.render.errors import error_text

    if isinstance(error, Interrupted) and lively(sys.stderr):
        tell("\n")  # the terminal has written ^C, maybe behind a question
    more = connection.current().verbosity > 0
    tell(error_text(error, color=colored(sys.stderr), width=width(), more=more))


def unwritten(error: OSError) -> CfstreamError:
    """The error for a result that could not be written to stdout."""
    return CfstreamError(
        f"the result could not be written: {error.strerror}", "send it to a disk with room, or to a pipe"
    )


def _seen(text: str, stream: TextIO | None) -> str:
    """`text` as `stream` may have it: on a terminal nothing in it moves a cursor or turns text around."""
    if stream is None or not stream.isatty():
        return text
    return MOVING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def hush(stream: TextIO) -> None:
    """Sends what is still to be written to `stream` nowhere, so that the flush at exit does not fail."""
    with suppress(UnsupportedOperation):  # a stream in memory has no file behind it, and needs none
        behind = stream.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, behind)
        os.close(nowhere)


def colored(stream: TextIO | None) -> bool:
    """Whether `stream` takes colours: a terminal that can, and nobody who said no (https://no-color.org)."""
    return connection.current().color is not False and not os.environ.get("NO_COLOR") and lively(stream)


def lively(stream: TextIO | None) -> bool:
    """Whether `stream` is a terminal that can move its cursor."""
    return stream is not None and stream.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


def width() -> int:
    """Columns of the terminal, or of ``COLUMNS``; 80 where there is none. Fewer where plainer signs need more room."""
    columns = shutil.get_terminal_size((80, 24)).columns
    return columns - WIDENED if _knows_ascii_alone(sys.stdout) else columns


def _knows_ascii_alone(stream: TextIO | None) -> bool:
    return isinstance(stream, TextIOWrapper) and codecs.lookup(stream.encoding).name == "ascii"


def make_tolerant() -> None:
    """Lets a terminal that cannot show a character show a plainer one, or its code, instead of failing.

    One that calls itself dumb is taken to know ASCII alone, whatever the locale says.
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
