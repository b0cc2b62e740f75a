"""The account in which two clients write to the same documents."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfstream.ports import World
from cfstream.sandbox.server import Sandbox
from cfstream.steps import object_grants
from tests.world.account import SandboxAccount
from tests.world.running import world_of


@pytest.fixture(scope="session")
def world(server: Sandbox) -> World:
    """The world as a run sees it, connected once: making clients takes longer than most tests."""
    return world_of(server)


@pytest.fixture(autouse=True)
def one_object_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """With more at a time, the moment after one write lies between the read and the write of another."""
    monkeypatch.setattr(object_grants, "WIDTH", 1)


@pytest.fixture
def account(tmp_path: Path, sandbox: Sandbox, world: World, clients: Callable[..., Any]) -> SandboxAccount:
    """An empty account."""
    return SandboxAccount(tmp_path, sandbox, world, clients)
