"""Write files with an account's live state: completely or not at all, and readable only by the user."""

import os
import sys
from contextlib import suppress
from pathlib import Path

MODE = 0o600


def cache_folder() -> Path | None:
    """Return the user's cache folder; None for a user without a home, as in some containers."""
    return _folder("XDG_CACHE_HOME", ".cache", "Cache", "Caches")


def state_folder() -> Path | None:
    """Return the folder for what a user may want to read later, such as lists of refused objects; None as above."""
    return _folder("XDG_STATE_HOME", ".local/state", "State", "Application Support")


def _folder(variable: str, usual: str, windows: str, mac: str) -> Path | None:
    if named := os.environ.get(variable):
        return Path(named) / "cfstream"
    with suppress(RuntimeError):
        if sys.platform == "win32":
            return (
                Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "cfstream" / windows
            )
        if sys.platform == "darwin":
            return Path.home() / "Library" / mac / "cfstream"
        return Path.home() / usual / "cfstream"
    return None


def write_private(path: Path, text: str) -> None:
    """Write the text so that the file is complete or, if writing fails, unchanged. Raises OSError.

    The file has mode 0600 from the start, with any umask, even if it had another mode before. A link is followed. A
    pipe or a device is written directly, because there is nothing to replace.
    """
    real = Path(os.path.realpath(path))
    if real.exists() and not real.is_file():
        real.write_text(text, encoding="utf-8")
        return
    part = real.with_name(f".{real.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            part.chmod(MODE)  # a umask may have removed the user's own permissions
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(real)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


if sys.platform == "win32":

    def foreign_owner(found: os.stat_result, forbidden: int) -> str:  # noqa: ARG001 (the user's profile is protected by ACLs)
        """Return what is wrong with the owner or mode of a file; always empty on Windows."""
        return ""
else:

    def foreign_owner(found: os.stat_result, forbidden: int) -> str:
        """Return what is wrong with the owner or mode of a file; empty if only this user has the `forbidden` access."""
        if found.st_uid != os.geteuid():
            return f"belongs to another user (uid {found.st_uid}; you are {os.geteuid()})"
        if found.st_mode & forbidden:
            return f"is not private: other users can {'write to' if found.st_mode & forbidden & 0o022 else 'read'} it"
        return ""
