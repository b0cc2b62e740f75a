"""The account in which two clients write to the same documents."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfstream.ports import World
from cfstream.sandbox.server import Sandbox
from tests.promises.studio import Studio
from tests.worlds import world_of


@pytest.fixture(scope="session")
def world(server: Sandbox) -> World:
    """The world as a run sees it, connected once: making clients takes longer than most tests."""
    return world_of(server)


@pytest.fixture
def studio(tmp_path: Path, sandbox: Sandbox, world: World, clients: Callable[..., Any]) -> Studio:
    """An empty account."""
    return Studio(tmp_path, sandbox, world, clients)
