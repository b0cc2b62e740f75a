"""A spec as a file that a command edits: read whole, and replaced in one step or not at all."""

import os
import stat
import tempfile
from pathlib import Path

from cfstream.errors import WrongUsage


def read_spec(spec: str) -> str:
    """The text of the file to the byte, byte order mark and line ends included.

    Raises WrongUsage for no file, and for one that is not UTF-8.
    """
    path = Path(spec)
    if spec == "-" or not path.is_file():
        raise WrongUsage(f"{spec} is no file that could be edited", "name the one file of the spec")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise WrongUsage(f"{spec} is not UTF-8", "save the file as UTF-8") from error


def create_spec(spec: str, text: str, *, do: str = "name another file with --out") -> None:
    """Writes a spec that was not there, whole or not at all. Raises `is_there` for one that is: it stays as it is."""
    path = Path(spec)
    try:
        file = path.open("x", encoding="utf-8", newline="")
    except FileExistsError as error:
        raise is_there(spec, do) from error
    try:
        with file:
            file.write(text)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def is_there(spec: str, do: str) -> WrongUsage:
    """The error for a file that was to be new, and what to `do` instead."""
    return WrongUsage(f"{spec} is there already, and stays as it is", do)


def replace_spec(spec: str, text: str) -> None:
    """Puts the text in the place of the file's, which keeps its permissions, and its place where it is a link."""
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
