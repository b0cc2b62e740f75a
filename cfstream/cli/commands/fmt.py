"""``cfstream fmt``: formats specs. It does not need AWS."""

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cfstream.cli.arguments import specs_argument
from cfstream.cli.invocation import invocation_of
from cfstream.cli.terminal.streams import Terminal
from cfstream.exit_codes import ExitCode

if TYPE_CHECKING:
    from cfstream.use_cases.formatting import FormattedSpec


def fmt(
    ctx: typer.Context,
    specs: Annotated[
        list[str] | None,
        specs_argument(
            "SPEC...",
            "Files, directories, or - from standard input to standard output. Default: this directory.",
        ),
    ] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 3 if a file would change.")
    ] = False,
    show: Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")] = False,
) -> None:
    """Format specs: fields in the order of "cfstream docs", and two spaces for each level.

    Prints the name of each file that it changes. Comments stay with their fields. Quotes and the order of lists do not
    change. Writes a file only if its meaning stays the same, and a file in a directory only if it is a spec.

    Example: cfstream fmt --check specs/
    """
    from cfstream.use_cases.formatting import format_specs

    terminal = invocation_of(ctx).terminal
    changed = False
    for spec in format_specs(specs or ["."]):
        changed |= spec.changed
        _print(spec, terminal, write=not (check or show), show=show)
    raise typer.Exit(ExitCode.PENDING if check and changed else ExitCode.DONE)


def _print(spec: "FormattedSpec", terminal: Terminal, *, write: bool, show: bool) -> None:
    """Print what changes in a spec, and write it if `write`."""
    if spec.left:
        terminal.note(f"note: {spec.source.file}: {spec.left}\n")
    if show:
        terminal.say("".join(_difference(spec, terminal)))
    elif write and spec.is_stdin:
        terminal.say(spec.source.mark + spec.text)
    elif spec.changed:
        terminal.say(f"{spec.source.file}\n")
    if write and not spec.is_stdin:
        spec.write()


def _difference(spec: "FormattedSpec", terminal: Terminal) -> Iterator[str]:
    """Yield a unified diff for ``patch`` and ``git apply``, in colours on a terminal."""
    from cfstream.render.flow import Style, page

    source = spec.source
    sheet = page(terminal.width(), color=terminal.colored(sys.stdout))
    styles = {"+": Style.GREEN, "-": Style.RED, "@": Style.CYAN}
    name = Path(source.file).as_posix()
    before, after = ((source.mark + each).splitlines(keepends=True) for each in (source.text, spec.text))
    for line in difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"):
        whole = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        bare = whole.rstrip("\r\n")
        style = Style.BOLD if line.startswith(("---", "+++")) else styles.get(line[0], Style.PLAIN)
        yield sheet.paint(bare, style) + whole[len(bare) :]
