"""The accounts of snapshots: those of the fault scenarios, and those of the golden plans."""

import pytest

from tests.faults.running import ScenarioRunner as FaultStage
from tests.golden.plans.account import GoldenAccount as GoldenStage
from tests.laws.account import LawsAccount
from tests.world.sandbox import Sandbox


@pytest.fixture(scope="session")
def runner(running_sandbox: Sandbox) -> FaultStage:
    """The account of the fault scenarios, prepared."""
    return FaultStage(running_sandbox)


@pytest.fixture
def account(running_sandbox: Sandbox) -> LawsAccount:
    """An account with a zone, a certificate and policies, to which specs may refer."""
    return LawsAccount(running_sandbox)


@pytest.fixture
def golden_account(running_sandbox: Sandbox) -> GoldenStage:
    """The account of a golden plan, empty."""
    return GoldenStage(running_sandbox)
