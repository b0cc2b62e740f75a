"""Two accounts for each test."""

from pathlib import Path

import pytest

from tests.accounts.two import TwoAccounts, create_resources
from tests.world.sandbox import Sandbox


@pytest.fixture
def accounts(tmp_path: Path, sandbox: Sandbox) -> TwoAccounts:
    """Return the caller's account and another one, each with a bucket."""
    create_resources(sandbox)
    return TwoAccounts(tmp_path, sandbox)
