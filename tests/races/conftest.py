"""The account in which two clients write to the same documents."""

from pathlib import Path

import pytest

from cfstream.steps import plain_acls
from tests.world.account import SandboxAccount
from tests.world.sandbox import Sandbox


@pytest.fixture(autouse=True)
def one_object_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grant on one object at a time.

    Otherwise the time after one write may be between the read and the write of another object.
    """
    monkeypatch.setattr(plain_acls, "WIDTH", 1)


@pytest.fixture
def account(tmp_path: Path, sandbox: Sandbox) -> SandboxAccount:
    """Return an empty account."""
    return SandboxAccount(tmp_path, sandbox)
