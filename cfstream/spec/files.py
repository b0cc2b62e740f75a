"""Read specs and their key files from the disk, or from another tree of files.

Paths are written as the user wrote them.
"""

import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """A tree of files to read from."""

    def is_folder(self, path: str) -> bool: ...

    def under(self, folder: str, report: Callable[[OSError], None]) -> Iterable[str]:
        """Return every file under the folder, recursively; report a folder that cannot be read to `report`."""
        ...

    def beside(self, path: str) -> Iterable[str]:
        """Return the names in the folder of a path; none if it does not exist or cannot be read."""
        ...

    def identity(self, path: str) -> str:
        """Return the same text for every spelling of a path."""
        ...

    def read(self, path: str, limit: int) -> bytes:
        """Return at most one byte more than `limit`. Raises OSError, or ValueError for a name that is not valid."""
        ...

    def is_regular(self, path: str) -> bool:
        """Return False for a folder, a device and the like. Raises like `read`."""
        ...

    def link_out(self, name: str, folder: str, base: str) -> str:
        """Return the file that `name` leads to, if it leads out of `base` through a symbolic link; else empty."""
        ...


class Disk:
    """The files of this machine."""

    def is_folder(self, path: str) -> bool:
        return os.path.isdir(path)

    def under(self, folder: str, report: Callable[[OSError], None]) -> Iterable[str]:
        for above, _, names in os.walk(folder, onerror=report):
            yield from (os.path.join(above, name) for name in names)

    def beside(self, path: str) -> Iterable[str]:
        try:
            return sorted(os.listdir(os.path.dirname(path) or "."))
        except (OSError, ValueError):
            return []

    def identity(self, path: str) -> str:
        return os.path.realpath(path)

    def read(self, path: str, limit: int) -> bytes:
        with open(path, "rb") as opened:
            return opened.read(limit + 1)

    def is_regular(self, path: str) -> bool:
        return stat.S_ISREG(os.stat(path).st_mode)

    def link_out(self, name: str, folder: str, base: str) -> str:
        if "\0" in name:
            return ""
        real = os.path.realpath(os.path.join(folder, name))
        named = os.path.normpath(os.path.join(os.path.realpath(folder or "."), name))
        return "" if real == named or Path(real).is_relative_to(os.path.realpath(base or ".")) else real
