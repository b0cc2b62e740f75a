"""Locks between processes."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from cfstream.sandbox.state_directory import opened
from cfstream.sandbox.systems import take


class Taken(Exception):
    """Another process holds the lock."""


@contextlib.contextmanager
def held(path: Path, *, wait: bool) -> Iterator[None]:
    """Hold the lock on a file, which is created if needed. Without `wait`, raise Taken if another process holds it."""
    with os.fdopen(opened(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "a") as file:
        try:
            take(file, wait=wait)
        except OSError as error:
            raise Taken(str(path)) from error
        yield
