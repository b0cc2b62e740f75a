"""The version of an installed package, from the name of its folder of metadata.

`importlib.metadata` reads it from a file in that folder, and imports Python's modules for e-mail for it.
"""

import os
import sys
from contextlib import suppress

SUFFIX = ".dist-info"


def installed_version(package: str) -> str | None:
    """Return the installed version; None if the package is not installed."""
    for path in sys.path:
        with suppress(OSError):
            for name in os.listdir(path or "."):
                if name.startswith(f"{package}-") and name.endswith(SUFFIX):
                    return name.removeprefix(f"{package}-").removesuffix(SUFFIX)
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None
