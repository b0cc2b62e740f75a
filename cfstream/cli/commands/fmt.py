"""``cfstream fmt``: specs in their canonical form. It needs no AWS."""

import difflib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cfstream.cli.exit_codes import ExitCode
from cfstream.cli.terminal import streams
from cfstream.errors import Problem, SpecProblems

if TYPE_CHECKING:
    from cfstream.spec.source import Source

STDIN = "-"

_SPEC = re.compile(r"^bucket[ \t]*:", re.MULTILINE)
"""What every spec has. Folders hold YAML of others too, which is none of our business unless it is named."""


def fmt(
    specs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SPEC...",
            help="Files, folders, or - for standard input to standard output; default: this folder.",
            show_default=False,
        ),
    ] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 3 when a file would change.")
    ] = False,
    show: Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")] = False,
) -> None:
    """Put specs in their canonical form: the order of "cfstream docs", and two spaces for each level.

    Prints the name of each file that it changes. Comments stay with what they belong to; quotes and the order of lists
    stay as they are. A file is changed only when it is proved to say what it said, and in a folder only when it is a
    spec.

    Example: cfstream fmt --check specs/
    """
    from cfstream.spec.load import texts

    named = specs or ["."]
    problems: list[Problem] = []
    changed = False
    for source in texts(named, stdin=sys.stdin):
        if source.file not in named and not _SPEC.search(source.text):
            continue
        try:
            changed |= _put_in_form(source, write=not (check or show), show=show)
        except SpecProblems as found:
            problems += found.problems
    if problems:
        raise SpecProblems(tuple(sorted(problems)))
    raise typer.Exit(ExitCode.PENDING if check and changed else ExitCode.DONE)


def _put_in_form(source: "Source", *, write: bool, show: bool) -> bool:
    """Whether the file was not in its canonical form. Raises SpecProblems for what is no YAML."""
    from cfstream.cli.spec_file import replace_spec
    from cfstream.spec.format import formatted

    form = formatted(source)
    if form.left:
        streams.note(f"note: {source.file}: {form.left}\n")
    changed = form.text != source.text
    if show:
        streams.say("".join(_difference(source, form.text)))
    elif write and source.file == STDIN:
        streams.say(source.mark + form.text)
    elif changed:
        streams.say(f"{source.file}\n")
    if write and changed and source.file != STDIN:
        replace_spec(source.file, source.mark + form.text)
    return changed


def _difference(source: "Source", text: str) -> Iterator[str]:
    """A unified diff, as ``patch`` and ``git apply`` read it; in colours on a terminal."""
    from cfstream.render.flow import Style, page

    sheet = page(streams.width(), color=streams.colored(sys.stdout))
    styles = {"+": Style.GREEN, "-": Style.RED, "@": Style.CYAN}
    name = Path(source.file).as_posix()
    before, after = ((source.mark + each).splitlines(keepends=True) for each in (source.text, text))
    for line in difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"):
        whole = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        bare = whole.rstrip("\r\n")
        style = Style.BOLD if line.startswith(("---", "+++")) else styles.get(line[0], Style.PLAIN)
        yield sheet.paint(bare, style) + whole[len(bare) :]
