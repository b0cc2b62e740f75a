"""The studio that every promise is tried in: an empty account with one bucket."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfstream.ports import World
from cfstream.sandbox.server import Sandbox
from tests.promises.studio import Studio
from tests.worlds import world_of


@pytest.fixture(scope="session")
def door(server: Sandbox) -> World:
    """The world as a run sees it, connected once: making clients takes longer than most tests."""
    return world_of(server)


@pytest.fixture
def empty(tmp_path: Path, sandbox: Sandbox, door: World, clients: Callable[..., Any]) -> Studio:
    """An account with nothing in it."""
    return Studio(tmp_path, sandbox, door, clients)


@pytest.fixture
def studio(empty: Studio) -> Studio:
    """An account with the bucket ``media``, and three objects in it."""
    empty.bucket("media", "a/one.mp4", "a/two.mp4", "b/three.mp4")
    return empty
