"""A reader who does what a page says, in a folder of their own, with a sandbox in place of AWS."""

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
    "aws": "another program, which not everybody has",
    "docker": "not there on most machines that run tests",
    "eval": "changes the shell of a person",
    "git clone": "goes out to the network",
    "git tag": "is for who makes a release",
    "make": "sets up a machine; continuous integration runs it",
    "open": "needs a desktop",
    "pip": "goes out to the network",
    "pipx": "goes out to the network",
    "pre-commit": "goes out to the network",
    "python3 -m venv": "makes what these tests run in",
    "source": "changes the shell of a person",
    "uvx": "goes out to the network",
    "cfstream sandbox": "starts a process of its own; tested in tests/sandbox",
    "cfstream --sandbox sandbox": "likewise",
    "cfstream --install-completion": "writes into the home folder of a person",
}
"""Commands that are shown and not run, and why not."""

ASKS = ("apply", "destroy")
"""Commands that ask before they write; on these pages the answer is yes."""

_SHELL = re.compile(r"[|<>;&`]|\$\(")
_QUOTED = re.compile(r"'[^']*'")


@dataclass(frozen=True)
class Outcome:
    """What a command gave: its exit code, and all that it printed."""

    code: int
    said: str


class Reader:
    """Runs commands: cfstream in this process, for a start takes longer than most of them, and all else by a shell."""

    def __init__(self, run: Callable[..., tuple[int, str]], folder: Path) -> None:
        self._run = run
        self._folder = folder

    def does(self, command: Command) -> Outcome | None:
        """What came of a command; None for one that is shown only."""
        line = command.line.strip().replace(" --sandbox", "")  # the environment leads to the tests' own
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


def missing(shown: list[str], said: str) -> list[str]:
    """The lines that a page shows and the command did not say, in that order. `…` stands for anything."""
    rest, absent = " ".join(said.split()), []
    for line in shown:
        pattern = r".*?".join(re.escape(" ".join(piece.split())) for piece in line.split("…"))
        found = re.search(pattern, rest)
        if found:
            rest = rest[found.end() :]
        else:
            absent.append(line)
    return absent
