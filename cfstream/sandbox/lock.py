"""Locks between processes: the one place that knows how operating systems differ about them."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from cfstream.sandbox.homes import opened

if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[str], *, wait: bool) -> None:
        """Locks the first byte; Windows itself waits ten seconds and no longer."""
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)

    APART: dict[str, Any] = {"creationflags": 0x00000200}  # CREATE_NEW_PROCESS_GROUP
else:
    import fcntl

    def _take(file: IO[str], *, wait: bool) -> None:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)

    APART: dict[str, Any] = {"start_new_session": True}
"""What makes a child outlive the terminal that it was started from, as arguments of Popen."""


class Taken(Exception):
    """Another process holds the lock."""


@contextlib.contextmanager
def held(path: Path, *, wait: bool) -> Iterator[None]:
    """Hold the lock on a file, which is created. Without `wait`, raise Taken if another process holds it."""
    with os.fdopen(opened(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "a") as file:
        try:
            _take(file, wait=wait)
        except OSError as error:
            raise Taken(str(path)) from error
        yield
