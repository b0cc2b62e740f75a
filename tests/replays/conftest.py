"""A account for each replay."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cfstream.ports import World
from tests.replays.account import ReplayedAccount
from tests.world.running import world_of
from tests.world.sandbox import WatchedSandbox


@pytest.fixture(scope="session")
def port(server: WatchedSandbox) -> World:
    """The world as a run sees it, connected once: making clients takes longer than most tests."""
    return world_of(server)


@pytest.fixture
def account(
    tmp_path: Path, sandbox: WatchedSandbox, port: World, clients: Callable[..., Any]
) -> Iterator[ReplayedAccount]:
    """The account, with nothing of cfstream's on it."""
    account = ReplayedAccount(tmp_path, sandbox, port, clients)
    yield account
    account.crowd.close()
