"""The accounts for promises: an empty one, and one with a bucket."""

from pathlib import Path

import pytest

from tests.world.account import SandboxAccount
from tests.world.sandbox import Sandbox


@pytest.fixture
def empty(tmp_path: Path, sandbox: Sandbox) -> SandboxAccount:
    """Return an empty account."""
    return SandboxAccount(tmp_path, sandbox)


@pytest.fixture
def account(empty: SandboxAccount) -> SandboxAccount:
    """Return an account with the bucket ``media``, and three objects in it."""
    empty.start_at("media", lambda: empty.bucket("media", "a/one.mp4", "a/two.mp4", "b/three.mp4"))
    return empty
