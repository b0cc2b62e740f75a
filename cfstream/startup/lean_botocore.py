"""Import botocore without three parts that few programs need.

- awscrt, which botocore imports if it is installed. botocore uses it for multi-Region signatures, which cfstream does
  not need, and for the credentials of `aws login`. So it is left out unless the AWS configuration has such a profile.
  `aws/fast` imports it in processes of its own.
- `botocore.docs`, which writes the docstrings of clients. It is imported when one is read, as `help` does.
- The start of `urllib3.http2`, which imports `importlib.metadata` to look for a package that botocore does not use.

If another release of botocore needs more of the last two, it gets the real ones.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

LOGIN = b"login_session"
"""The setting of a profile that `aws login` wrote (botocore.credentials, LoginProvider)."""

EMPTY = ("botocore.docs", "urllib3.http2")
"""Packages of which only the modules are used."""
DOCSTRINGS = "botocore.docs.docstring"


@contextmanager
def lean_botocore() -> Iterator[None]:
    """Import botocore in this block without these parts."""
    left_out = _left_out()
    sys.modules.update(left_out)
    try:
        yield
    finally:
        for name, instead in left_out.items():
            if sys.modules[name] is instead:
                del sys.modules[name]


def _left_out() -> dict[str, Any]:
    """Return what takes the place of the modules that are not imported yet."""
    found: dict[str, Any] = {}
    if "awscrt" not in sys.modules and not _has_login():
        # A None in it stops an import (Python documentation, "sys.modules").
        found["awscrt"] = None
    found |= {name: _empty_package(name) for name in EMPTY if name not in sys.modules}
    if "botocore.docs" in found:
        found[DOCSTRINGS] = _late_docstrings()
    return found


def _has_login() -> bool:
    with suppress(OSError, RuntimeError):
        path = os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config"
        return LOGIN in Path(path).expanduser().read_bytes()
    return False


def _empty_package(name: str) -> ModuleType:
    """Return a package without anything in it, until something else than its modules is asked for."""
    above, _, folder = name.rpartition(".")
    spec = find_spec(above)
    module = ModuleType(name)
    module.__path__ = [str(Path(path) / folder) for path in (spec and spec.submodule_search_locations) or ()]

    def asked(attribute: str) -> Any:
        if not attribute.startswith("__") and find_spec(f"{name}.{attribute}"):
            return import_module(f"{name}.{attribute}")
        return _of_the_real(name, attribute)

    module.__getattr__ = asked  # type: ignore[method-assign]
    return module


def _of_the_real(name: str, attribute: str) -> Any:
    """Return what the real module has. Raises AttributeError, as it does."""
    if attribute.startswith("__"):  # the import system asks for some that few modules have
        raise AttributeError(attribute)
    sys.modules.pop(name, None)
    return getattr(import_module(name), attribute)


def _late_docstrings() -> ModuleType:
    """Return a module with the classes of docstrings that botocore imports."""
    module = ModuleType(DOCSTRINGS)
    for name in ("ClientMethodDocstring", "PaginatorDocstring", "WaiterDocstring"):
        setattr(module, name, type(name, (_LateDocstring,), {}))
    module.__getattr__ = partial(_of_the_real, DOCSTRINGS)  # type: ignore[method-assign]
    return module


class _LateDocstring(str):
    """A docstring of botocore that imports its writer when it is read. botocore's is written as late, too."""

    __slots__ = ("_given",)

    def __new__(cls, *_args: Any, **_options: Any) -> "_LateDocstring":
        return super().__new__(cls)

    def __init__(self, *args: Any, **options: Any) -> None:
        self._given = args, options

    def _real(self) -> Any:
        args, options = self._given
        return getattr(import_module(DOCSTRINGS), type(self).__name__)(*args, **options)

    def expandtabs(self, tabsize: Any = 8) -> str:
        """Return the text: `help` calls this first."""
        return str(self._real().expandtabs(tabsize))

    def __str__(self) -> str:
        return str(self._real())

    __repr__ = __str__
