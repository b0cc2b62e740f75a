"""The accounts of snapshots: those of the fault scenarios, and those of the golden plans."""

from pathlib import Path

import pytest

from tests.faults.running import ScenarioRunner
from tests.golden.plans.live import NOW
from tests.world.account import SandboxAccount
from tests.world.clock import QuickClock
from tests.world.sandbox import Sandbox


@pytest.fixture(scope="session")
def runner(running_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> ScenarioRunner:
    """The account of the fault scenarios, prepared."""
    return ScenarioRunner(tmp_path_factory.mktemp("scenarios"), running_sandbox)


@pytest.fixture
def account(running_sandbox: Sandbox, tmp_path: Path) -> SandboxAccount:
    """An account with a zone, a certificate and policies, to which specs may refer."""
    return SandboxAccount(tmp_path, running_sandbox)


@pytest.fixture
def golden_account(sandbox: Sandbox, tmp_path: Path) -> SandboxAccount:
    """The account of a golden plan, empty."""
    return SandboxAccount(tmp_path, sandbox, QuickClock(NOW))
