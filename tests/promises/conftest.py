"""The account for promises: an empty account with one bucket."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfstream.ports import World
from cfstream.sandbox.server import Sandbox
from tests.world.account import SandboxAccount
from tests.world.running import world_of


@pytest.fixture(scope="session")
def port(server: Sandbox) -> World:
    """Return the world of a run, connected once, because creating clients takes longer than most tests."""
    return world_of(server)


@pytest.fixture
def empty(tmp_path: Path, sandbox: Sandbox, port: World, clients: Callable[..., Any]) -> SandboxAccount:
    """Return an empty account."""
    return SandboxAccount(tmp_path, sandbox, port, clients)


@pytest.fixture
def account(empty: SandboxAccount) -> SandboxAccount:
    """Return an account with the bucket ``media``, and three objects in it."""
    empty.bucket("media", "a/one.mp4", "a/two.mp4", "b/three.mp4")
    return empty
