"""A stage for each replay."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cfstream.ports import World
from tests.replays.stage import Stage
from tests.sandboxed import WatchedSandbox
from tests.worlds import world_of


@pytest.fixture(scope="session")
def door(server: WatchedSandbox) -> World:
    """The world as a run sees it, connected once: making clients takes longer than most tests."""
    return world_of(server)


@pytest.fixture
def stage(
    tmp_path: Path, sandbox: WatchedSandbox, door: World, clients: Callable[..., Any]
) -> Iterator[Stage]:
    """The stage, with nothing of cfstream's on it."""
    stage = Stage(tmp_path, sandbox, door, clients)
    yield stage
    stage.crowd.close()
