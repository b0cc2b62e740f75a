"""Where specs and their key files are read from: the disk, or whatever else holds a tree of files.

Does not live here: what the files mean. Paths are written as the user wrote them.
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
        """Every file under the folder, to its depth; a folder that cannot be read goes to `report`."""
        ...

    def beside(self, path: str) -> Iterable[str]:
        """The names in the folder of a path; none where there is no such folder, or it cannot be read."""
        ...

    def identity(self, path: str) -> str:
        """The same text for every spelling of a path."""
        ...

    def read(self, path: str, limit: int) -> bytes:
        """At most one byte more than `limit` of the file. Raises OSError, or ValueError for what is no name."""
        ...

    def is_regular(self, path: str) -> bool:
        """False for a folder, a device and the like. Raises as `read` does."""
        ...

    def link_out(self, name: str, folder: str, base: str) -> str:
        """The file that `name` in `folder` leads to, if it leads out of `base` through a symbolic link; else empty."""
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
