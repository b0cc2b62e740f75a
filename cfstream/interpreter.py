"""The Python that runs this imports no modules of the working directory.

The working directory is often a checkout with other people's files. Python's option ``-P`` leaves it out of the module
search path, but PYTHONPATH may add it again: an empty or relative entry is resolved against the working directory
(Python documentation, "PYTHONPATH" and "-P").
"""

import os
import sys
from collections.abc import Mapping

SAFE = (sys.executable, "-P")
"""The interpreter, without the working directory on its search path. Use it with an `environment`."""

VARIABLE = "PYTHONPATH"


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with only those entries of PYTHONPATH that do not depend on the working directory."""
    kept = [entry for entry in _entries(variables) if not _depends_on_here(entry)]
    others = {name: value for name, value in variables.items() if name != VARIABLE}
    return {**others, VARIABLE: os.pathsep.join(kept)} if kept else others


def leave_out_working_directory() -> None:
    """Remove the working directory and relative entries of PYTHONPATH from this process's search path."""
    try:
        unsafe = {os.path.realpath(entry) for entry in _entries(os.environ) if _depends_on_here(entry)}
        unsafe.add(os.path.realpath("."))
        sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry) not in unsafe]
    except FileNotFoundError:  # the working directory was deleted, so only absolute entries work
        sys.path[:] = [entry for entry in sys.path if os.path.isabs(entry)]


def _entries(variables: Mapping[str, str]) -> list[str]:
    value = variables.get(VARIABLE, "")
    return value.split(os.pathsep) if value else []  # Python treats an empty variable as not set


def _depends_on_here(entry: str) -> bool:
    return not os.path.isabs(entry) or os.path.realpath(entry) == os.path.realpath(".")
