"""Differences between operating systems in locks and child processes."""

import sys
from typing import IO, Any

if sys.platform == "win32":
    import msvcrt

    def take(file: IO[str], *, wait: bool) -> None:
        """Lock the first byte. Windows waits at most ten seconds. Raises OSError if another process holds the lock."""
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)

    APART: dict[str, Any] = {"creationflags": 0x00000200}  # CREATE_NEW_PROCESS_GROUP
else:
    import fcntl

    def take(file: IO[str], *, wait: bool) -> None:
        """Lock the file. Raises OSError if another process holds the lock and `wait` is false."""
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)

    APART: dict[str, Any] = {"start_new_session": True}
"""Arguments of Popen with which a child survives the terminal that started it."""
