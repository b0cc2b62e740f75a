"""Runs a command of the user's when a long run is over."""

import json
import os
import subprocess
from collections.abc import Iterable
from typing import Any

from cfstream.cli.terminal import streams
from cfstream.errors import WrongUsage

LONGEST = 60.0
"""Seconds that such a command may take."""


def check(command: str | None) -> None:
    """Returns when there is something to run, or nothing is asked for. Raises WrongUsage."""
    if command is not None and not command.strip():
        raise WrongUsage("--notify: there is no command", "write one, as in --notify 'say done'")


def notify(
    command: str | None, document: dict[str, Any], exit_code: int, stacks: Iterable[tuple[str, str]]
) -> None:
    """Runs `command` by the shell, with `document` as JSON on its stdin. What becomes of it changes no exit code.

    The exit code, and each of `stacks` with what became of it, are in CFSTREAM_EXIT_CODE and CFSTREAM_STACKS; nothing
    is put into the command line, so that no name in a spec is ever read by a shell.
    """
    if command is None:
        return
    outcomes = " ".join(f"{name}={outcome}" for name, outcome in stacks)
    told = {"CFSTREAM_EXIT_CODE": str(exit_code), "CFSTREAM_STACKS": outcomes}
    try:
        ran = subprocess.run(  # noqa: S602 (the user's own command, as typed)
            command,
            shell=True,
            check=False,
            input=json.dumps(document) + "\n",
            text=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=LONGEST,
            env=os.environ | told,
        )
        said = ran.stderr.strip().splitlines()[-1:] if ran.returncode else []
        why = f"it exited with {ran.returncode}" if ran.returncode else ""
    except subprocess.TimeoutExpired:
        said, why = [], f"it took longer than {round(LONGEST)} s"
    if why:
        streams.tell("".join([f"note: --notify: {why}", *(f": {line}" for line in said), "\n"]))
