"""The account in which two clients write to the same documents."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfstream.ports import World
from cfstream.sandbox.server import Sandbox
from cfstream.steps import guard, object_grants
from tests.promises.studio import Studio
from tests.worlds import world_of


@pytest.fixture(scope="session")
def world(server: Sandbox) -> World:
    """The world as a run sees it, connected once: making clients takes longer than most tests."""
    return world_of(server)


@pytest.fixture(autouse=True)
def one_object_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each object is written by itself, with a check of its own.

    A run checks every 5 s and has many objects in progress: what happens in between cannot stop a write.
    """
    monkeypatch.setattr(object_grants, "WIDTH", 1)
    monkeypatch.setattr(guard, "LONGEST_SECONDS", 0.0)


@pytest.fixture
def studio(tmp_path: Path, sandbox: Sandbox, world: World, clients: Callable[..., Any]) -> Studio:
    """An empty account."""
    return Studio(tmp_path, sandbox, world, clients)
