"""A spec file that a command edits. It is replaced atomically."""

import os
import stat
import tempfile
from itertools import chain, count
from pathlib import Path

from cfstream.errors import WrongUsage


def read_spec(spec: str) -> str:
    """Return the exact text of the file, with its byte order mark and line endings.

    Raises WrongUsage if it is not a file, or not UTF-8.
    """
    path = Path(spec)
    if spec == "-" or not path.is_file():
        raise WrongUsage(f"{spec} is not a file, and only a file can be edited", "name the file of the spec")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise WrongUsage(f"{spec} is not UTF-8", "save the file as UTF-8") from error


def create_spec(spec: str, text: str, *, do: str = "name another file with --out") -> None:
    """Create a spec file, and its directory, or no file if that fails. Raises `file_exists` if the file exists."""
    path = Path(spec)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = path.open("x", encoding="utf-8", newline="")
    except FileExistsError as error:
        raise file_exists(spec, do) from error
    try:
        with file:
            file.write(text)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def free_file(name: str) -> str:
    """Return the first of ``name.yaml``, ``name-2.yaml`` and so on that does not exist in the working directory."""
    numbered = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(file for file in (f"{each}.yaml" for each in numbered) if not os.path.lexists(file))


def file_exists(spec: str, do: str) -> WrongUsage:
    """Return the error for a file that exists and must not be overwritten, with what to `do` instead."""
    return WrongUsage(f"{spec} exists, and is never overwritten", do)


def replace_spec(spec: str, text: str) -> None:
    """Replace the text of the file atomically. It keeps its permissions, and a link stays a link."""
    path = Path(spec).resolve()
    mode = stat.S_IMODE(path.stat().st_mode)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
