"""A good stack, live in the sandbox, for each test to break in its own way."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cfstream.ports import World
from cfstream.sandbox.server import Sandbox
from cfstream.web import HttpViewer
from tests.verify.stage import Stage
from tests.worlds import world_of


@pytest.fixture(scope="session")
def door(server: Sandbox) -> World:
    """The world as a run sees it, connected once: making clients takes longer than most tests."""
    return world_of(server)


@pytest.fixture(scope="session")
def viewer(server: Sandbox) -> Iterator[HttpViewer]:
    """A viewer whose every request goes to the sandbox's edge."""
    with HttpViewer(server.edge_url) as viewer:
        yield viewer


@pytest.fixture
def empty(
    *,
    tmp_path: Path,
    sandbox: Sandbox,
    door: World,
    viewer: HttpViewer,
    clients: Callable[..., Any],
    s3control: Any,
) -> Stage:
    """An account with the bucket and its media, and no distribution yet."""
    return Stage(tmp_path, sandbox, door, clients, viewer=viewer, s3control=s3control)


@pytest.fixture
def stage(empty: Stage) -> Stage:
    """The good stack: behind an OAC, signed for by a key group, with public posters and a second behavior."""
    empty.made()
    return empty
