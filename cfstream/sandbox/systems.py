"""How operating systems differ in locks, in child processes and in the owners of files."""

import os
import sys
from typing import IO, Any

if sys.platform == "win32":
    import msvcrt

    def take(file: IO[str], *, wait: bool) -> None:
        """Lock the first byte; Windows itself waits ten seconds at most. Raises OSError if another process has it."""
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)

    def foreign_owner(found: os.stat_result, forbidden: int) -> str:  # noqa: ARG001 (the user's profile is protected by ACLs)
        """What is wrong with the owner or the mode of a file; always empty here."""
        return ""

    APART: dict[str, Any] = {"creationflags": 0x00000200}  # CREATE_NEW_PROCESS_GROUP
else:
    import fcntl

    def take(file: IO[str], *, wait: bool) -> None:
        """Lock the file. Raises OSError if another process has it and `wait` is false."""
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)

    def foreign_owner(found: os.stat_result, forbidden: int) -> str:
        """What is wrong with the owner or the mode of a file; empty if it is this user's, without `forbidden` bits."""
        if found.st_uid != os.geteuid():
            return f"belongs to another user (uid {found.st_uid}; you are {os.geteuid()})"
        if found.st_mode & forbidden:
            return (
                f"is not private: others may {'write to' if found.st_mode & forbidden & 0o022 else 'read'} it"
            )
        return ""

    APART: dict[str, Any] = {"start_new_session": True}
"""Arguments of Popen that make a child outlive the terminal it was started from."""
