"""The accounts for promises: an empty one, and one with a bucket."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfstream.ports import World
from tests.world.account import SandboxAccount
from tests.world.sandbox import States
from tests.world.watched import WatchedSandbox


@pytest.fixture
def empty(
    tmp_path: Path, sandbox: WatchedSandbox, connected: World, clients: Callable[..., Any]
) -> SandboxAccount:
    """Return an empty account."""
    return SandboxAccount(tmp_path, sandbox, connected, clients)


@pytest.fixture
def account(empty: SandboxAccount, states: States) -> SandboxAccount:
    """Return an account with the bucket ``media``, and three objects in it."""
    empty.start_at(states, "media", lambda: empty.bucket("media", "a/one.mp4", "a/two.mp4", "b/three.mp4"))
    return empty
