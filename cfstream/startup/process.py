"""Settings of a process that runs cfstream and nothing else. They are made before anything large is imported."""

import atexit
import gc
import os
import sys
from types import ModuleType

LASTING_OBJECTS = 400_000
"""The number of new objects that starts a collection: more than a plan of a hundred stacks creates."""


def collect_rarely() -> None:
    """Start a garbage collection only after `LASTING_OBJECTS` new objects: nearly all live until the process ends."""
    gc.set_threshold(LASTING_OBJECTS)


def leave_out_plugins() -> None:
    """Keep pydantic from looking for plugins in all installed packages: they cannot add anything to cfstream."""
    loader = ModuleType("pydantic.plugin._loader")
    loader.get_plugins = tuple  # type: ignore[attr-defined]
    sys.modules[loader.__name__] = loader


class QuickEnd:
    """Ends the process without freeing its objects one by one.

    Create it before anything else registers an exit function: the function that is registered first is called last.
    """

    def __init__(self) -> None:
        self._code: int | None = None
        atexit.register(self._end)

    def with_code(self, code: int) -> int:
        """Return the exit code of the run, and use it at the end. Without one, the end is Python's."""
        self._code = code
        return code

    def _end(self) -> None:
        if self._code is None:
            return
        try:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
        except (OSError, ValueError):
            return  # Python reports it
        os._exit(self._code)
