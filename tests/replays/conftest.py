"""An account for each replay."""

from pathlib import Path

import pytest

from tests.replays.account import ReplayedAccount
from tests.world.sandbox import Sandbox


@pytest.fixture
def account(tmp_path: Path, sandbox: Sandbox) -> ReplayedAccount:
    """The account, without resources of cfstream."""
    return ReplayedAccount(tmp_path, sandbox)
