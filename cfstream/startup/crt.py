"""Import botocore without awscrt, which it imports if it is installed, and which few commands need.

botocore uses awscrt for multi-Region signatures, which cfstream does not need, and for the credentials of `aws login`.
So awscrt is left out unless the AWS configuration has such a profile. `aws/fast` imports it in processes of its own.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOGIN = b"login_session"
"""The setting of a profile that `aws login` wrote (botocore.credentials, LoginProvider)."""


@contextmanager
def without_awscrt() -> Iterator[None]:
    """Let an import of awscrt fail, as if it was not installed."""
    if "awscrt" in sys.modules or _has_login():
        yield
        return
    # A None in it stops an import (Python documentation, "sys.modules").
    sys.modules["awscrt"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["awscrt"]


def _has_login() -> bool:
    with suppress(OSError, RuntimeError):
        path = os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config"
        return LOGIN in Path(path).expanduser().read_bytes()
    return False
