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


@dataclass(frozen=True)
class Outcome:
    """The exit code of a command, and everything that it printed."""

    code: int
    output: str


class Reader:
    """Runs cfstream in this process, because starting Python takes longer than most commands; a shell runs the rest."""

    def __init__(self, run: Callable[..., tuple[int, str]], folder: Path) -> None:
        self._run = run
        self._folder = folder

    def run(self, command: Command) -> Outcome | None:
        """Run a command. Return None if it is only shown."""
        # The environment already points to the sandbox of the tests.
        line = command.line.strip().replace(" --sandbox", "")
        if any(line == name or line.startswith(f"{name} ") for name in ELSEWHERE):
            return None
        if line.startswith("cfstream ") and not _SHELL.search(_QUOTED.sub("", line)):
            return self._cfstream(shlex.split(line, comments=True)[1:])
        script = f'python() {{ "{sys.executable}" "$@"; }}; cfstream() {{ python -m cfstream "$@"; }}; {line}'
        ran = subprocess.run(
            ["bash", "-c", script],
            capture_output=True,
            text=True,
            check=False,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            env=dict(os.environ),
        )
        return Outcome(ran.returncode, ran.stdout + ran.stderr)

    def _cfstream(self, arguments: list[str]) -> Outcome:
        if any(each in ASKS for each in arguments[:1]) and not {"--yes", "--help"} & set(arguments):
            arguments = [*arguments, "--yes"]
        return Outcome(*self._run(*arguments))


def missing(shown: list[str], output: str) -> list[str]:
    """Return the lines that a page shows and the output lacks, in this order. `…` matches anything."""
    rest, absent = " ".join(output.split()), []
    for line in shown:
        pattern = r".*?".join(re.escape(" ".join(piece.split())) for piece in line.split("…"))
        found = re.search(pattern, rest)
        if found:
            rest = rest[found.end() :]
        else:
            absent.append(line)
    return absent
