"""Lists of objects that could not be changed: a file for each step, in the user's state folder."""

import json
import os
import threading
import time
from pathlib import Path
from typing import IO

from cfstream.private_file import MODE, state_folder


class FileKeyLog:
    """A `KeyLog`. The file is created with the first object: a line of JSON for each, mode 0600."""

    def __init__(self, name: str, folder: Path | None = None) -> None:
        self.place = ""
        self._name = name
        self._folder = folder
        self._lock = threading.Lock()
        self._file: IO[str] | None = None
        self._failed = False

    def add(self, key: str, why: str) -> None:
        """Add an object. If the file cannot be written, nothing is listed."""
        with self._lock:
            try:
                file = self._opened()
                if file is not None:
                    file.write(json.dumps({"key": key, "why": why}) + "\n")
                    file.flush()
            except OSError:
                self._failed = True

    def _opened(self) -> IO[str] | None:
        if self._file is None and not self._failed:
            folder = self._folder or state_folder()
            if folder is None:
                return None
            folder = folder / "refused"
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / f"{self._name}-{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}.jsonl"
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, MODE)
            self._file = os.fdopen(descriptor, "a", encoding="utf-8")
            self.place = str(path)
        return self._file if not self._failed else None
