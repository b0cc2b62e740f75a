"""Pages in the program's own words: each command's help, exit codes, the spec's fields, the changelog, the manners."""

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

from cfstream.cli import main
from cfstream.cli.commands import SECTIONS
from cfstream.cli.exit_codes import ExitCode

ROOT = Path(__file__).resolve().parents[1]
GROUPS = {"keys": ("new", "rotate"), "sandbox": ("up", "down", "status", "serve", "key-pair", "set", "reset")}
"""Commands that have commands."""


def write(folder: Path) -> None:
    """Writes the pages into `folder`, in place of those of an earlier time."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in {"commands": commands(), "changelog": copied("CHANGELOG.md")}.items():
        (folder / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def commands() -> Iterator[str]:
    """Every command with its help, in the sections of the program's own."""
    yield from ("# Commands", "")
    yield from ("What each command says when it is asked with `--help`.", "")
    yield from ("```text", *help_of(), "```", "")
    for section, entries in SECTIONS.items():
        yield from (f"## {section}", "")
        for name in entries:
            for words in [(name,), *((name, inner) for inner in GROUPS.get(name, ()))]:
                yield from (f"### cfstream {' '.join(words)}", "", "```text", *help_of(*words), "```", "")


def help_of(*words: str) -> list[str]:
    """The lines of a command's help, as on a terminal of 80 columns."""
    os.environ["COLUMNS"] = "80"
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = main.run([*words, "--help"])
    if code != ExitCode.DONE:
        raise SystemExit(f"cfstream {' '.join(words)} --help exited with {code}")
    return said.getvalue().strip("\n").splitlines()


def copied(name: str) -> Iterator[str]:
    """A page that stands at the top of the repository."""
    yield from (ROOT / name).read_text(encoding="utf-8").splitlines()
