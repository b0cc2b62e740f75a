"""A worker process, as `engine` sees it: messages to it and from it."""

import json
import os
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import cfstream
from cfstream.interpreter import SAFE, environment

ReceivedMessage = tuple["WorkerProcess", dict[str, Any] | None]
"""A message and its sender. None is the end of its messages."""

_START = "import sys; sys.path.insert(0, sys.argv[1]); from cfstream.aws.fast.worker import main; main()"
"""Starts a worker from the same files as this process."""
_SECRETS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
"""A worker gets its credentials by message, and does not need these."""


class WorkerProcess:
    """One worker. Its messages are put into `inbox`."""

    def __init__(self, inbox: "SimpleQueue[ReceivedMessage]") -> None:
        self._ranges = 0
        self.is_listed = False
        """Whether it has no keys left to list."""
        self.is_held_back = False
        """Whether the prefixes of all its ranges are at their rate, so that it needs keys of others."""
        self.is_dry = False
        """Whether it has nothing left to do."""
        self.is_ended = False
        self.counts: dict[str, int] = {}
        self.troubles: dict[str, int] = {}
        self.segments: list[str] = []
        self._inbox = inbox
        kept = {name: value for name, value in os.environ.items() if name not in _SECRETS}
        self._process = subprocess.Popen(  # noqa: S603 (this program)
            [*SAFE, "-c", _START, str(Path(cfstream.__file__).parent.parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(kept),
            text=True,
            encoding="utf-8",
        )
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, **message: Any) -> None:
        """Send a message. A worker that has ended ignores it."""
        stdin = self._process.stdin
        with suppress(OSError, ValueError):
            if stdin is not None:
                stdin.write(json.dumps(message) + "\n")
                stdin.flush()

    def add_range(self, span: Any) -> None:
        """Let it list a range: the key before it, and its last key or None."""
        self._ranges += 1
        self.is_listed = self.is_held_back = self.is_dry = False
        self.send(range=span)

    def has(self, ranges: int | None) -> bool:
        """Return whether a message was sent after the last range had arrived, so that it is about all of them."""
        return ranges == self._ranges

    def close(self) -> None:
        """Close its input, which ends it, and wait."""
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            self._inbox.put((self, json.loads(line)))
        self._inbox.put((self, None))
