"""An account for each replay."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfstream.ports import World
from tests.replays.account import ReplayedAccount
from tests.world.watched import WatchedSandbox


@pytest.fixture
def account(
    tmp_path: Path, sandbox: WatchedSandbox, connected: World, clients: Callable[..., Any]
) -> ReplayedAccount:
    """The account, without resources of cfstream."""
    return ReplayedAccount(tmp_path, sandbox, connected, clients)
