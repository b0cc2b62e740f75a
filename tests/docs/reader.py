"""Runs the commands of a page in a directory of its own, with a sandbox in place of AWS."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.docs.page import Command

ELSEWHERE: Mapping[str, str] = {
    "aws": "needs another program",
    "docker": "needs another program",
    "eval": "changes the shell",
    "gh": "needs another program",
    "git clone": "needs the network",
    "git tag": "belongs to a release",
    "make": "is run by CI",
    "mkdir -p ../video": "changes the working directory",
    "open": "needs a desktop",
    "pip": "needs the network",
    "pipx": "needs the network",
    "pre-commit": "needs the network",
    "python3 -m venv": "creates the environment of these tests",
    "source": "changes the shell",
    "uv": "needs the network",
    "uvx": "needs the network",
    "cfstream sandbox": "starts its own process; tested in tests/sandbox",
    "cfstream --sandbox sandbox": "starts its own process; tested in tests/sandbox",
    "cfstream --install-completion": "writes into the home directory",
}
"""Commands that are not run, with the reason."""

ASKS = ("apply", "destroy")
"""Commands that ask before they write. The tests add `--yes`."""

_SHELL = re.compile(r"[|<>;&`]|\$\(")
_QUOTED = re.compile(r"'[^']*'")
_REDIRECTED = re.compile(r"(?P<line>cfstream [^|<>;&`$]*?) +> +(?P<file>[\w./-]+)")
_FILE_IN_QUOTES = re.compile(r'"\$\(cat (?P<file>[\w./-]+)\)(?P<rest>[^"`$]*)"')


@dataclass(frozen=True)
class Result:
    """The exit code of a command, and everything that it printed."""

    code: int
    output: str


class Reader:
    """Runs cfstream in this process, because starting Python takes longer than most commands; a shell runs the rest.

    `run` returns the exit code, and what was printed on stdout and on stderr.
    """

    def __init__(self, run: Callable[..., tuple[int, str, str]], folder: Path) -> None:
        self._run = run
        self._folder = folder

    def run(self, command: Command) -> Result | None:
        """Run a command. Return None if it is only shown."""
        # The environment already points to the sandbox of the tests.
        line = command.line.strip().replace(" --sandbox", "")
        if any(line == name or line.startswith(f"{name} ") for name in ELSEWHERE):
            return None
        given = _FILE_IN_QUOTES.sub(self._content, line)
        if given.startswith("cfstream ") and not _SHELL.search(_QUOTED.sub("", given)):
            code, out, err = self._cfstream(given)
            return Result(code, out + err)
        if redirected := _REDIRECTED.fullmatch(line):
            code, out, err = self._cfstream(redirected["line"])
            (self._folder / redirected["file"]).write_text(out, encoding="utf-8")
            return Result(code, err)
        script = f'python() {{ "{sys.executable}" "$@"; }}; cfstream() {{ python -m cfstream "$@"; }}; {line}'
        result = subprocess.run(
            ["bash", "-c", script],
            capture_output=True,
            text=True,
            check=False,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            env=dict(os.environ),
        )
        return Result(result.returncode, result.stdout + result.stderr)

    def _content(self, named: re.Match[str]) -> str:
        """Return the content of a file in quotes, as a shell substitutes it."""
        return shlex.quote(
            (self._folder / named["file"]).read_text(encoding="utf-8").rstrip("\n") + named["rest"]
        )

    def _cfstream(self, line: str) -> tuple[int, str, str]:
        arguments = shlex.split(line, comments=True)[1:]
        if any(each in ASKS for each in arguments[:1]) and not {"--yes", "--help"} & set(arguments):
            arguments = [*arguments, "--yes"]
        return self._run(*arguments)


def missing(shown: list[str], output: str) -> list[str]:
    """Return the lines that a page shows and the output lacks, in this order. `…` matches anything.

    A line begins and ends between words: `lectures.yaml` is not in `./lectures.yaml`.
    """
    rest, absent = " ".join(output.split()), []
    for line in shown:
        pattern = r".*?".join(re.escape(" ".join(piece.split())) for piece in line.split("…"))
        found = re.search(rf"(?<!\S){pattern}(?!\S)", rest)
        if found:
            rest = rest[found.end() :]
        else:
            absent.append(line)
    return absent
