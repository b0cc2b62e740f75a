"""Differences between operating systems in locks, child processes and file owners."""

import os
import sys
from typing import IO, Any

if sys.platform == "win32":
    import msvcrt

    def take(file: IO[str], *, wait: bool) -> None:
        """Lock the first byte. Windows waits at most ten seconds. Raises OSError if another process holds the lock."""
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)

    def foreign_owner(found: os.stat_result, forbidden: int) -> str:  # noqa: ARG001 (the user's profile is protected by ACLs)
        """Return what is wrong with the owner or mode of a file; always empty on Windows."""
        return ""

    APART: dict[str, Any] = {"creationflags": 0x00000200}  # CREATE_NEW_PROCESS_GROUP
else:
    import fcntl

    def take(file: IO[str], *, wait: bool) -> None:
        """Lock the file. Raises OSError if another process holds the lock and `wait` is false."""
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)

    def foreign_owner(found: os.stat_result, forbidden: int) -> str:
        """Return what is wrong with the owner or mode of a file; empty if only this user has the `forbidden` access."""
        if found.st_uid != os.geteuid():
            return f"belongs to another user (uid {found.st_uid}; you are {os.geteuid()})"
        if found.st_mode & forbidden:
            return f"is not private: other users can {'write to' if found.st_mode & forbidden & 0o022 else 'read'} it"
        return ""

    APART: dict[str, Any] = {"start_new_session": True}
"""Arguments of Popen with which a child survives the terminal that started it."""
