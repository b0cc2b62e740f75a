"""Runs the user's --notify command after a long run."""

import json
import os
import subprocess
from collections.abc import Iterable
from typing import Any

from cfstream.cli.terminal.streams import Terminal
from cfstream.errors import WrongUsage

LONGEST = 60.0
"""Seconds after which the command is stopped."""


def check(command: str | None) -> None:
    """Raise WrongUsage for an empty --notify command."""
    if command is not None and not command.strip():
        raise WrongUsage("--notify has no command", "write one like --notify 'say done'")


def notify(
    command: str | None,
    document: dict[str, Any],
    exit_code: int,
    stacks: Iterable[tuple[str, str]],
    terminal: Terminal,
) -> None:
    """Run `command` in the shell, with `document` as JSON on its stdin. Its failure does not change the exit code.

    CFSTREAM_EXIT_CODE and CFSTREAM_STACKS have the exit code, and the outcome of each of `stacks`. Nothing is added to
    the command line, so that the shell never parses a name from a spec.
    """
    if command is None:
        return
    outcomes = " ".join(f"{name}={outcome}" for name, outcome in stacks)
    variables = {"CFSTREAM_EXIT_CODE": str(exit_code), "CFSTREAM_STACKS": outcomes}
    try:
        result = subprocess.run(  # noqa: S602 (the user's own command, as typed)
            command,
            shell=True,
            check=False,
            input=json.dumps(document) + "\n",
            text=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=LONGEST,
            env=os.environ | variables,
        )
        lines = result.stderr.strip().splitlines()[-1:] if result.returncode else []
        why = f"the command exited with {result.returncode}" if result.returncode else ""
    except subprocess.TimeoutExpired:
        lines, why = [], f"the command took longer than {round(LONGEST)} s"
    if why:
        terminal.tell("".join([f"note: --notify: {why}", *(f": {line}" for line in lines), "\n"]))
